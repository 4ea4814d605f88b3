"""Compiles the kernels of the device engine with a vendor's own compiler, which needs no device.

    compile_kernels.py <library> nvrtc <source> sm_80 sm_90 …
    compile_kernels.py <library> hiprtc <source> gfx90a …

Prints the bytes of each image, and fails where one cannot be made, or the compiler warns of something in the source.
"""

import ctypes
import re
import sys
import time
from pathlib import Path


def compiled(library: ctypes.CDLL, prefix: str, source: bytes, architecture: str) -> int:
    """The bytes of the image for a kind of device."""

    def call(verb: str, *arguments: object) -> None:
        code = getattr(library, prefix + verb)(*arguments)
        if code:
            raise SystemExit(f"{prefix}{verb} for {architecture} failed with {code}: {log()}")

    def log() -> str:
        size = ctypes.c_size_t()
        getattr(library, prefix + "GetProgramLogSize")(program, ctypes.byref(size))
        text = ctypes.create_string_buffer(size.value + 1)
        getattr(library, prefix + "GetProgramLog")(program, text)
        return text.value.decode()

    program = ctypes.c_void_p()
    call("CreateProgram", ctypes.byref(program), source, b"heffte.cu", 0, None, None)
    option = "--gpu-architecture" if prefix == "nvrtc" else "--offload-arch"
    options = (ctypes.c_char_p * 2)(f"{option}={architecture}".encode(), b"--std=c++17")
    call("CompileProgram", program, 2, options)
    said = log().strip()
    if re.search(r"heffte\.cu\(?:?\d+", said):
        raise SystemExit(f"{architecture}: {said}")
    size = ctypes.c_size_t()
    call("GetCUBINSize" if prefix == "nvrtc" else "GetCodeSize", program, ctypes.byref(size))
    call("DestroyProgram", ctypes.byref(program))
    return size.value


def main() -> None:
    path, prefix, source, *architectures = sys.argv[1:]
    library = ctypes.CDLL(path)
    major, minor = ctypes.c_int(), ctypes.c_int()
    getattr(library, prefix + "Version")(ctypes.byref(major), ctypes.byref(minor))
    for architecture in architectures:
        begin = time.monotonic()
        size = compiled(library, prefix, Path(source).read_bytes(), architecture)
        seconds = time.monotonic() - begin
        print(f"{prefix} {major.value}.{minor.value}: {size} bytes for {architecture} in {seconds:.1f} s")


if __name__ == "__main__":
    main()
