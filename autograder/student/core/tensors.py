"""Reads tensors out of bytes of unknown origin, and gives the bytes of a tensor: nothing executable is among them.

Dtype and shape are looked at before a number is. What is read is the memory that it was read from, where that can be
written to: nothing large is copied.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Iterator
from typing import Any

import numpy
import torch

MAX_TENSOR_BYTES = 64 * 2**20
MAX_TENSORS = 4096
_MAX_HEADER_BYTES = 2**19

_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
NAMES = {dtype: name for name, dtype in _DTYPES.items()}
# What numpy, which is twice as quick with memory, reads them as: it has no BF16, and bytes of a BOOL may be no truths.
_NUMPY = {
    name: numpy.dtype(str(dtype).removeprefix("torch.")) for name, dtype in _DTYPES.items() if name != "BF16"
}
_NUMPY |= {"BF16": numpy.dtype("int16"), "BOOL": numpy.dtype("uint8")}

Buffer = bytes | bytearray | memoryview


class UnreadableTensors(ValueError):
    """The bytes are no tensors; the sentence says why."""


def is_plain_tensor(value: Any) -> bool:
    """Whether a value is a tensor that can travel: dense, of a common dtype."""
    return (
        isinstance(value, torch.Tensor)
        and value.layout is torch.strided
        and value.dtype in NAMES
        and not value.is_meta
    )


def memory_of(tensors: Iterable[torch.Tensor]) -> Iterator[bytes | memoryview]:
    """The memory of every tensor, filled up to a multiple of 8 bytes, so that all are aligned."""
    for tensor in tensors:
        size = tensor.nbytes
        if size:
            numbers = tensor.view(torch.int16) if tensor.dtype is torch.bfloat16 else tensor
            yield numbers.numpy().data.cast("B")
        if size % 8:
            yield bytes(-size % 8)


def writable(blob: Buffer) -> memoryview:
    """Memory that tensors can be made of: its own if it can be written to."""
    return memoryview(bytearray(blob) if memoryview(blob).readonly else blob)


def size_of(dtype: Any, shape: Any) -> int:
    """How many bytes a tensor of this dtype and shape takes, once both are what they have to be."""
    if not isinstance(shape, list) or len(shape) > 8 or not isinstance(dtype, str) or dtype not in _DTYPES:
        raise UnreadableTensors("a tensor is of no known form")
    for size in shape:
        if type(size) is not int or not 0 <= size <= MAX_TENSOR_BYTES:
            raise UnreadableTensors("a tensor has an impossible size")
    # Without the zeros: torch's strides overflow where a size is 0.
    if math.prod([size or 1 for size in shape]) > MAX_TENSOR_BYTES:
        raise UnreadableTensors("a tensor has an impossible size")
    return math.prod(shape) * _NUMPY[dtype].itemsize


def read_tensors(blob: Buffer) -> dict[str, torch.Tensor]:
    """The tensors in safetensors bytes of unknown origin, by name: every byte belongs to one of them.

    We read them ourselves: the library accepts a shape (0, 2**40), thousands of tensors, and booleans whose byte
    is neither 0 nor 1, and copies everything twice.
    """
    try:
        return _read(blob)
    except UnreadableTensors:
        raise
    except Exception as error:  # nobody may choose another end
        raise UnreadableTensors("the tensors are of no known form") from error


def _read(blob: Buffer) -> dict[str, torch.Tensor]:
    header, start = _header(blob)
    header.pop("__metadata__", None)
    places = {name: _place(entry) for name, entry in header.items()}
    memory = writable(blob)
    end = 0
    for begin, after in sorted(places.values()):
        if begin != end:
            raise UnreadableTensors("the tensors overlap, or leave something out")
        end = after
    if end != len(blob) - start:
        raise UnreadableTensors("the tensors are longer or shorter than announced")
    return {
        name: tensor_at(memory, start + places[name][0], entry["dtype"], entry["shape"])
        for name, entry in header.items()
    }


def tensor_at(memory: memoryview, start: int, name: str, shape: list[int]) -> torch.Tensor:
    """The tensor whose numbers begin there, in this very memory; `size_of` has looked at its form."""
    if 0 in shape:
        return torch.empty(shape, dtype=_DTYPES[name])
    numbers = _NUMPY[name]
    if start % numbers.itemsize:  # numbers have to lie at multiples of their size
        size = math.prod(shape) * numbers.itemsize
        memory, start = memoryview(bytearray(memory[start : start + size])), 0
    tensor = torch.from_numpy(numpy.ndarray(shape, numbers, memory, start))
    if name == "BOOL":
        return tensor != 0
    return tensor.view(torch.bfloat16) if name == "BF16" else tensor


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of JSON with these keys and values; `ValueError` if a key stands twice."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


_HEADERS = json.JSONDecoder(object_pairs_hook=unique_keys)


def _header(blob: Buffer) -> tuple[dict[str, Any], int]:
    """The header of a safetensors blob, and where the numbers begin."""
    (length,) = struct.unpack("<Q", blob[:8]) if len(blob) >= 8 else (0,)
    if not 2 <= length <= min(_MAX_HEADER_BYTES, len(blob) - 8):
        raise UnreadableTensors("the tensors have a malformed header")
    try:
        header = _HEADERS.decode(str(blob[8 : 8 + length], "utf-8"))
    except (ValueError, RecursionError) as error:
        raise UnreadableTensors("the tensors have a malformed header") from error
    if not isinstance(header, dict) or len(header) > MAX_TENSORS:
        raise UnreadableTensors("there are too many tensors")
    return header, 8 + length


def _place(entry: Any) -> tuple[int, int]:
    """Where a tensor begins and ends, once everything in its entry is as it has to be."""
    if not isinstance(entry, dict):
        raise UnreadableTensors("a tensor is of no known form")
    size = size_of(entry.get("dtype"), entry.get("shape"))
    offsets = entry.get("data_offsets")
    if not isinstance(offsets, list) or [type(offset) for offset in offsets] != [int, int]:
        raise UnreadableTensors("a tensor is of no known form")
    if offsets[1] - offsets[0] != size:
        raise UnreadableTensors("a tensor has an impossible size")
    return offsets[0], offsets[1]
