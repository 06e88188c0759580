"""Files of tensors: what is none is refused, whatever its bytes are."""

from __future__ import annotations

import contextlib
import json
import struct

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.core.tensors import UnreadableTensors, read_tensors
from autograder.tests.student.core.strategies import anything


def blob(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


HOSTILE_FILES = [
    b"x",
    struct.pack("<Q", 2**60) + b"{}",
    blob([]),
    blob({"0": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 4]}}, b"abcd"),
    blob({"0": {"dtype": "F32", "shape": [0, 2**40], "data_offsets": [0, 0]}}),
    blob({"0": {"dtype": "F32", "shape": [0, *[2**26] * 7], "data_offsets": [0, 0]}}),
    blob({"0": {"dtype": "F32", "shape": [2**26, 2**26, 0], "data_offsets": [0, 0]}}),
    blob({"0": {"dtype": "C64", "shape": [1], "data_offsets": [0, 8]}}, b"12345678"),
    blob({"0": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"abcd"),
    blob({"0": {"dtype": "F32", "shape": [1.0], "data_offsets": [0, 4]}}, b"abcd"),
    blob({"0": {"dtype": "F32", "shape": [True], "data_offsets": [0, 4]}}, b"abcd"),
    blob({"0": {"dtype": "F32", "shape": [1], "data_offsets": [1, 5]}}, b"abcde"),
    blob({str(i): {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]} for i in range(5000)}),
]


@pytest.mark.parametrize("data", HOSTILE_FILES, ids=range(len(HOSTILE_FILES)))
def test_hostile_files_of_tensors_are_refused(data: bytes) -> None:
    """The header is checked by us, and safetensors never sees it."""
    with pytest.raises(UnreadableTensors):
        read_tensors(data)


def test_every_number_is_in_its_tensor() -> None:
    """Tensors lie in the order of their places, not of their names."""
    header = {
        "b": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]},
        "a": {"dtype": "F32", "shape": [1], "data_offsets": [2, 6]},
    }
    found = read_tensors(blob(header, bytes([1, 2]) + struct.pack("<f", 0.5)))
    assert {name: tensor.tolist() for name, tensor in found.items()} == {"b": [1, 2], "a": [0.5]}


def test_booleans_of_a_file_are_made_clean() -> None:
    """A byte of 2 in a bool tensor is neither True nor False to torch; it becomes True."""
    hostile = blob({"0": {"dtype": "BOOL", "shape": [3], "data_offsets": [0, 3]}}, bytes([0, 1, 2]))
    assert read_tensors(hostile)["0"].view(torch.uint8).tolist() == [0, 1, 1]


@given(st.binary(max_size=200))
def test_no_file_raises_anything_else(data: bytes) -> None:
    """Whatever it holds, the only exception is `UnreadableTensors`."""
    with contextlib.suppress(UnreadableTensors):
        read_tensors(data)


@given(anything, anything, anything, st.binary(max_size=16))
def test_no_header_raises_anything_else(
    dtype: object, shape: object, offsets: object, numbers: bytes
) -> None:
    """Whatever stands where a dtype, a shape or places belong."""
    with contextlib.suppress(UnreadableTensors):
        read_tensors(blob({"0": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}, numbers))


@pytest.mark.parametrize("dtype", [[], {}, None, 1, "F33"])
def test_a_dtype_that_is_none(dtype: object) -> None:
    """One kind of exception, whatever it is."""
    with pytest.raises(UnreadableTensors, match="of no known form"):
        read_tensors(blob({"0": {"dtype": dtype, "shape": [1], "data_offsets": [0, 4]}}, bytes(4)))
