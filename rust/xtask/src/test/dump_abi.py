"""Prints what compiled programs rely on: the functions of libheffte with their types, the layout of structs, constants.

dump_abi.py LIBRARY WRAPPER INCLUDE takes the library, MPI's C compiler and the folder of the installed headers. The headers are
read by libclang, so that what is printed is what a compiler makes of them and not how they are written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from clang.cindex import Cursor, CursorKind, Index, TranslationUnit, TypeKind
from libclang import flags_of, output

#: heffte_config.h says how this build was configured, which is nobody's promise.
HEADERS = ("heffte_c.h", "heffte_c_defines.h", "heffte_abi.h")

#: Constants that are not the same, or not there, in each build.
CHANGING = (
    *(f"Heffte_VERSION_{part}" for part in ("MAJOR", "MINOR", "PATCH")),
    "Heffte_GIT_HASH",
    *(f"Heffte_BACKEND_{name}" for name in ("FFTW", "MKL", "CUFFT", "ROCFFT")),
)


def exported(library: str) -> list[str]:
    """The names that the library exports."""
    return sorted(line.split()[0] for line in output("nm", "-D", "--defined-only", "--format=posix", library).splitlines())


def declared(wrapper: str, include: Path) -> Iterator[Cursor]:
    """What the headers declare and define, in their order."""
    flags = ["-std=c99", f"-I{include}", *flags_of(wrapper)]
    text = "".join(f"#include <{name}>\n" for name in HEADERS)
    options = TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
    unit = Index.create().parse("dump.c", flags, [("dump.c", text)], options)
    if unit.diagnostics:
        sys.exit("\n".join(diagnostic.format() for diagnostic in unit.diagnostics))
    for cursor in unit.cursor.get_children():
        if cursor.location.file is not None and Path(cursor.location.file.name).parent == include:
            yield cursor


def described(cursor: Cursor) -> Iterator[str]:
    """The lines for one declaration; none where it says nothing of layout or calls."""
    if cursor.kind == CursorKind.FUNCTION_DECL:
        arguments = ", ".join(each.type.spelling for each in cursor.get_arguments())
        yield f"function {cursor.spelling}: {cursor.result_type.spelling} ({arguments or 'void'})"
    elif cursor.kind == CursorKind.STRUCT_DECL and cursor.is_definition():
        yield f"struct {cursor.spelling}: {cursor.type.get_size()} bytes, aligned to {cursor.type.get_align()};"
        for field in cursor.type.get_fields():
            at = cursor.type.get_offset(field.spelling) // 8
            yield f"{field.spelling} at {at}: {field.type.spelling};"
    elif cursor.kind == CursorKind.TYPEDEF_DECL and cursor.underlying_typedef_type.kind != TypeKind.ELABORATED:
        yield f"type {cursor.spelling}: {cursor.underlying_typedef_type.get_canonical().spelling}"
    elif cursor.kind == CursorKind.MACRO_DEFINITION:
        value = "".join(token.spelling for token in list(cursor.get_tokens())[1:])
        if value and cursor.spelling not in CHANGING:
            yield f"constant {cursor.spelling}: {value}"


def main(library: str, wrapper: str, include: str) -> None:
    for name in exported(library):
        print(f"export {name}")
    # One line for each, so that what is missing is seen; a struct's has its fields.
    lines = {" ".join(described(cursor)) for cursor in declared(wrapper, Path(include))}
    print("\n".join(sorted(lines - {""})))


if __name__ == "__main__":
    main(*sys.argv[1:])
