"""Draws a comparison of `heffte-bench compare`: for each case, how often longer each peer takes than this library.

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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results")
    parser.add_argument("picture")
    given = parser.parse_args()
    with open(given.results, encoding="utf-8") as file:
        cases = list(bars(json.load(file)))
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
    figure.tight_layout()
    # Nothing about when and by what it was drawn: the results say that.
    empty = dict.fromkeys(["Creator", "Date", "Format", "Type"])
    figure.savefig(given.picture, metadata=empty if given.picture.endswith(".svg") else None)


if __name__ == "__main__":
    main()
