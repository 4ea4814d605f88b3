"""Renders the recipe for all variants, and for those that it refuses.

    python tests/conda/variants.py
"""

import json
from pathlib import Path
from typing import Any

from rattler_build import Stage0Recipe, VariantConfig

PROJECT = Path(__file__).resolve().parents[2]
RECIPE = PROJECT / "conda-recipe"
FLAVOURS = {f"mpi_{mpi}_{fftw}" for mpi in ("mpich", "openmpi") for fftw in ("fftw", "nofftw")}
REFUSED = {
    ("mpi", "nompi"): "the_variant_mpi_must_be_mpich_or_openmpi",
    ("with_fftw", "maybe"): "the_variant_with_fftw_must_be_yes_or_no",
}


def render(**variants: str) -> list[dict[str, Any]]:
    """The outputs, with these values in place of the recipe's own."""
    config = VariantConfig.from_file(RECIPE / "variants.yaml")
    for name, value in variants.items():
        config = config.merge(VariantConfig({name: [value]}))
    return [output.recipe.to_dict() for output in Stage0Recipe.from_file(RECIPE / "recipe.yaml").render(config)]


def flavour(output: dict[str, Any]) -> str:
    """What the build string says before its hash."""
    return str(output["build"]["string"]).partition("_h")[0]


def check_outputs() -> int:
    """Every variant has both packages, which ask for what belongs to it."""
    outputs = render()
    found = sorted((output["package"]["name"], flavour(output)) for output in outputs)
    assert found == sorted((name, flavour) for name in ("heffte", "libheffte") for flavour in FLAVOURS), found
    for output in outputs:
        run = output["requirements"]["run"]
        _, mpi, fftw = flavour(output).split("_")
        assert mpi in run, (flavour(output), run)
        if output["package"]["name"] == "libheffte":
            assert any(str(need).startswith("fftw") for need in run) == (fftw == "fftw"), (fftw, run)
            exports = json.dumps(output["requirements"]["run_exports"])
            assert f"libheffte * mpi_{mpi}_*" in exports and '"upper_bound": "x"' in exports, exports
        else:
            assert {"python", "numpy", "mpi4py"} <= {need for need in run if isinstance(need, str)}, run
            assert '"exact": true' in json.dumps(run), run
    return len(outputs)


def check_refused() -> int:
    """Others are refused with a message that says which there are; those for CUDA are left out until there is a backend."""
    for (name, value), message in REFUSED.items():
        try:
            render(**{name: value})
        except Exception as error:
            assert message in str(error), error
        else:
            raise AssertionError(f"{name}={value} was accepted")
    assert render(cuda_compiler_version="12.9") == []
    return len(REFUSED) + 1


if __name__ == "__main__":
    print(f"{check_outputs() + check_refused()} passed, 0 failed")
