"""Takes compiled functions away from a process that stands still: where they begin, the processor finds no instruction.

What a task forbids can be reached by more names than anybody who reads its source can know, and what would watch over
the calls in the process of an answer could be changed there. So the keeper changes the machine code, from outside and
in this one process; whoever calls it is ended by the kernel with SIGILL.

Functions are told by their qualified names in C++, as `at::native::lstm`, whatever their arguments; libraries by the
name of their folder, as `tokenizers`: nothing of their code is left.
"""

from __future__ import annotations

import ctypes
import functools
import mmap
import platform
import struct
from collections.abc import Collection, Iterator, Set
from pathlib import Path
from typing import Any

import numpy

NODE_CALL = "torch::autograd::Node::operator()"  # `tensor.grad_fn(...)`
_LIBRARIES = ("libtorch_cpu.so", "libtorch_python.so")
# No instruction, whatever stands behind it.
_TRAPS = {"x86_64": b"\x0f\x0b", "aarch64": b"\x00\x00\x00\x00"}
_SECTION = struct.Struct("<IIQQQQIIQQ")
_DYNAMIC_SYMBOLS = 11
_SYMBOL = numpy.dtype(
    [("name", "<u4"), ("info", "u1"), ("other", "u1"), ("section", "<u2"), ("value", "<u8"), ("size", "<u8")]
)
_TYPE_CALL = 16 * 8  # where a type object has its function for a call
_CALL_BYTES = 16


def set_traps(process: int, functions: Collection[str], libraries: Set[str]) -> bool:
    """Whether all these functions, and all code of these libraries, are gone from a process that stands still."""
    trap = _TRAPS.get(platform.machine())
    if trap is None:
        return not functions and not libraries
    try:
        with open(f"/proc/{process}/mem", "r+b", buffering=0) as memory:
            for address, size in _places(process, functions, libraries):
                code = trap * (size // len(trap))
                memory.seek(address)
                if memory.write(code) != len(code):
                    return False
    except OSError:
        return False
    return True


def find(functions: Collection[str]) -> None:
    """Finds out where these functions are, which `set_traps` remembers from then on."""
    for function in functions:
        for file in _LIBRARIES:
            _exported(file, function)


def _places(process: int, functions: Collection[str], libraries: Set[str]) -> Iterator[tuple[int, int]]:
    """Where the code lies in the memory of a process: addresses and numbers of bytes."""
    bases: dict[str, int] = {}
    for line in Path(f"/proc/{process}/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        span, rights, offset, _device, _inode, *path = line.split(None, 5)
        start, end = (int(part, 16) for part in span.split("-"))
        *folders, name = "".join(path).split("/")
        if int(offset, 16) == 0:
            bases.setdefault(name, start)
        if "x" in rights and not libraries.isdisjoint(folders):
            yield start, end - start
    for function in functions:
        if function == NODE_CALL:
            yield _call_of_a_node(), _CALL_BYTES
        for file in _LIBRARIES:
            for place, size in _exported(file, function):
                yield bases[file] + place, size


@functools.cache
def _exported(library: str, function: str) -> list[tuple[int, int]]:
    """Where all overloads of a function begin in a library of torch's that exports them, and their bytes."""
    names, table = _dynamic_symbols(library)
    start = b"\0" + mangled(function)
    found = []
    place = names.find(start)
    while place != -1:
        rows = table[(table["name"] == place + 1) & (table["section"] != 0)]
        found += [(int(row["value"]), int(row["size"])) for row in rows]
        place = names.find(start, place + 1)
    return found


def mangled(function: str) -> bytes:
    """How the symbol of a function begins as the compiler writes it: each part of the name behind its length.

    >>> mangled("at::native::lstm")
    b'_ZN2at6native4lstmE'
    """
    return "".join(["_ZN", *(f"{len(part)}{part}" for part in function.split("::")), "E"]).encode()


@functools.cache
def _dynamic_symbols(library: str) -> tuple[bytes, Any]:
    """The names and the rows of the table of what an ELF file (64 bits, little-endian) exports or needs."""
    import torch

    with (
        open(Path(torch.__file__).parent / "lib" / library, "rb") as file,
        mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as content,
    ):
        (sections,) = struct.unpack_from("<Q", content, 40)
        size, count = struct.unpack_from("<HH", content, 58)
        headers = [_SECTION.unpack_from(content, sections + size * number) for number in range(count)]
        table = next(header for header in headers if header[1] == _DYNAMIC_SYMBOLS)
        text = headers[table[6]]
        rows = numpy.frombuffer(content[table[4] : table[4] + table[5]], dtype=_SYMBOL)
        return content[text[4] : text[4] + text[5]], rows


def _call_of_a_node() -> int:
    """Where the code is that runs when a node of the graph is called; all their types share it."""
    import torch

    node = torch.zeros(1, requires_grad=True).exp().grad_fn
    return int(ctypes.c_size_t.from_address(id(type(node)) + _TYPE_CALL).value)
