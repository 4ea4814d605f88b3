"""Renders the recipe for all variants, and for those that it refuses.

    python tests/conda/variants.py
"""

import json
from pathlib import Path
from typing import Any

from rattler_build import Stage0Recipe, VariantConfig

PROJECT = Path(__file__).resolve().parents[2]
RECIPE = PROJECT / "conda-recipe"
FLAVOURS = {
    f"mpi_{mpi}_{fftw}_{device}" for mpi in ("mpich", "openmpi") for fftw in ("fftw", "nofftw") for device in ("cpu", "cuda12")
}
REFUSED = {
    ("mpi", "nompi"): "the_variant_mpi_must_be_mpich_or_openmpi",
    ("with_fftw", "maybe"): "the_variant_with_fftw_must_be_yes_or_no",
    ("cuda_compiler_version", "11.8"): "the_cuda_compiler_version_must_be_None_or_of_CUDA_12_or_13",
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
        _, mpi, fftw, device = flavour(output).split("_")
        assert mpi in run, (flavour(output), run)
        if output["package"]["name"] == "libheffte":
            assert any(str(need).startswith("fftw") for need in run) == (fftw == "fftw"), (fftw, run)
            exports = json.dumps(output["requirements"]["run_exports"])
            assert f"libheffte * mpi_{mpi}_*" in exports and '"upper_bound": "x"' in exports, exports
            cuda = {"cuda-version >=12,<13", "libcufft", "cuda-nvrtc"} if device == "cuda12" else set()
            assert {need for need in run if "cu" in str(need)} == cuda, (device, run)
            assert ("_cuda*" in exports) == bool(cuda), exports
        else:
            assert {"python", "numpy", "mpi4py"} <= {need.split()[0] for need in run if isinstance(need, str)}, run
            assert '"exact": true' in json.dumps(run), run
    return len(outputs)


def check_refused() -> int:
    """Others are refused with a message that says which there are."""
    for (name, value), message in REFUSED.items():
        try:
            render(**{name: value})
        except Exception as error:
            assert message in str(error), error
        else:
            raise AssertionError(f"{name}={value} was accepted")
    return len(REFUSED)


def check_newer_cuda() -> int:
    """What is built for a CUDA is for its major version."""
    outputs = render(cuda_compiler_version="13.0")
    assert all(flavour(output).endswith("_cuda13") for output in outputs), outputs
    assert any("cuda-version >=13,<14" in output["requirements"]["run"] for output in outputs), outputs
    return 1


if __name__ == "__main__":
    print(f"{check_outputs() + check_refused() + check_newer_cuda()} passed, 0 failed")
