"""Draws a comparison of `heffte-bench compare`: for each case, how often longer each peer takes than this library; or what
`heffte-bench backends` has measured: for each length, how often longer each backend takes than stock.

    python benchmarks/plot.py RESULTS.json PICTURE.svg
"""

import argparse
import json
import math

import matplotlib

matplotlib.use("Agg")
matplotlib.rcParams["svg.hashsalt"] = "heffte"  # the same results give the same file

import matplotlib.pyplot as plt  # noqa: E402

FASTER, SLOWER = "#4c78a8", "#e45756"


def bars(results):
    """(case, [(peer, ratio)]) for each case."""
    for outcome in results["outcomes"]:
        nx, ny, nz = outcome["size"]
        size = f"{nx}³" if nx == ny == nz else f"{nx}×{ny}×{nz}"
        ranks = outcome["ranks"]
        case = f"{size} {outcome['kind']} {outcome['precision']}, {ranks} rank{'s' if ranks > 1 else ''}"
        peers = [(m["peer"], m["ratio"]) for m in outcome["measurements"] if m["peer"] not in ("ours", "messages")]
        if peers:
            yield f"{case}, {outcome['shape']}s", sorted(peers, key=lambda pair: -pair[1])


def draw_cases(results):
    cases = list(bars(results))
    if not cases:
        raise SystemExit("no peer was measured beside ours: there is nothing to draw")
    columns = min(3, len(cases))
    rows = math.ceil(len(cases) / columns)
    most = max(len(peers) for _, peers in cases)
    figure, axes = plt.subplots(rows, columns, figsize=(4.6 * columns, rows * (0.26 * most + 0.8)), squeeze=False)
    for axis, (case, peers) in zip(axes.flat, cases):
        ratios = [ratio for _, ratio in peers]
        shown = axis.barh(
            [peer for peer, _ in peers], ratios, color=[FASTER if ratio >= 1 else SLOWER for ratio in ratios]
        )
        axis.bar_label(shown, fmt="%.2f", padding=2, fontsize=8)
        axis.axvline(1, color="black", linewidth=0.8)
        axis.set_xlim(0, 1.15 * max([1, *ratios]))
        axis.set_title(case, fontsize=9)
        axis.tick_params(labelsize=8)
    for axis in axes.flat[len(cases) :]:
        axis.remove()
    figure.suptitle("Time of others over ours; red where ours is slower", fontsize=10)
    return figure


def draw_backends(results):
    groups = [(kind, precision) for kind in ("c2c", "r2c") for precision in ("f64", "f32")]
    figure, axes = plt.subplots(2, len(groups), figsize=(16, 7), sharey="row")
    for row, (what, times) in zip(axes, [("lines", results["lines"]), ("cubes", results["worlds"])]):
        for axis, group in zip(row, groups):
            found = sorted(
                (t for t in times if (t["kind"], t["precision"]) == group), key=lambda measured: measured["length"]
            )
            names = sorted({name for t in found for name in t["seconds"]} - {"stock"})
            for name, marker in zip(names, "osD^v"):
                ratios = [t["seconds"][name] / t["seconds"]["stock"] for t in found]
                axis.plot([t["length"] for t in found], ratios, marker, markersize=4, label=name)
            axis.axhline(1, color="black", linewidth=0.8)
            axis.set_xscale("log", base=2)
            axis.set_yscale("log")
            axis.set_title(f"{what}, {' '.join(group)}", fontsize=9)
            axis.tick_params(labelsize=8)
            axis.grid(alpha=0.3)
    if names:
        axes[0][0].legend(fontsize=8)
    figure.suptitle("Time of other backends over stock's; below 1 where stock is slower", fontsize=10)
    return figure


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("picture")
    given = parser.parse_args()
    with open(given.results, encoding="utf-8") as file:
        results = json.load(file)
    figure = draw_cases(results) if "outcomes" in results else draw_backends(results)
    figure.tight_layout()
    # Nothing about when and by what it was drawn: the results say that.
    empty = dict.fromkeys(["Creator", "Date", "Format", "Type"])
    figure.savefig(given.picture, metadata=empty if given.picture.endswith(".svg") else None)


if __name__ == "__main__":
    main()
