"""The wire codec: every plain value comes back, no bytes do harm."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.core.tensors import MAX_TENSORS
from autograder.student.core.values import (
    MAX_NODES,
    Callback,
    Once,
    Recipe,
    Ref,
    WireError,
    decode,
    encode,
)
from autograder.tests.student.core.strategies import anything

scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(max_size=40)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=4)
    ),
    max_leaves=20,
)


def round_trip(value):
    return decode(*encode(value))


@given(values)
def test_every_plain_value_comes_back_as_it_was(value) -> None:
    """Structure, types and values survive, tuples as tuples."""
    again = round_trip(value)
    assert again == value
    assert repr(again) == repr(value)  # True is not 1, () is not []


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.bfloat16, torch.int64, torch.bool, torch.uint8]
)
@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (2, 3, 4)])
def test_tensors_come_back_with_shape_and_dtype(dtype, shape) -> None:
    """Empty and 0-d tensors too."""
    tensor = (torch.arange(math.prod(shape)) % 2).reshape(shape).to(dtype)
    again = round_trip({"x": [tensor]})["x"][0]
    assert type(again) is torch.Tensor
    assert again.dtype == dtype
    assert torch.equal(again, tensor)


def test_tensors_of_all_widths_keep_apart() -> None:
    """Each has its own numbers, whatever lies before it: those of five bytes, and none at all."""
    tensors = [
        torch.tensor([True, False, True]),
        torch.arange(5, dtype=torch.uint8),
        torch.empty(0, 3),
        torch.arange(3.0).double(),
        torch.arange(3).to(torch.bfloat16),
        torch.tensor(7),
    ]
    for again, tensor in zip(round_trip({"x": tuple(tensors)})["x"], tensors, strict=True):
        assert again.dtype == tensor.dtype
        assert torch.equal(again, tensor)


def test_a_view_travels_as_what_it_shows() -> None:
    """A transposed or expanded tensor is sent by its values, not by its storage."""
    x = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(round_trip(x.T), x.T)
    assert torch.equal(round_trip(x[:1].expand(4, 3)), x[:1].expand(4, 3))


def test_requires_grad_survives() -> None:
    """A leaf on one side is a leaf on the other."""
    assert round_trip(torch.ones(2, requires_grad=True)).is_leaf
    assert round_trip(torch.ones(2, requires_grad=True)).requires_grad
    assert not round_trip(torch.ones(2)).requires_grad


def test_references_survive() -> None:
    """The four kinds of reference come back as themselves."""
    parts = [Ref(3, "GRU"), Callback(1), Once([1, (2,)]), Recipe("GRU", {"input_size": 2}, {}, False)]
    assert round_trip(parts) == parts


def test_numbers_that_are_not_finite_survive() -> None:
    """NaN and infinities travel, as tagged text: JSON has no word for them."""
    assert math.isnan(round_trip(float("nan")))
    assert round_trip([math.inf, -math.inf]) == [math.inf, -math.inf]


def test_an_unknown_object_is_refused_unless_it_has_a_substitute() -> None:
    """A set, say, is nothing that travels."""
    with pytest.raises(WireError, match="set"):
        encode({1, 2})
    assert decode(*encode([{1, 2}], substitute=lambda value: Ref(0, type(value).__name__))) == [Ref(0, "set")]


def test_a_subclass_arrives_as_the_plain_type() -> None:
    """Nobody's __eq__ crosses the wire."""

    class Always(str):
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            return True

    assert type(round_trip(Always("a"))) is str
    assert round_trip(Always("a")) != "b"


def test_a_huge_tensor_without_memory_is_refused_before_it_is_copied() -> None:
    """Stride 0: 400 GB that take four bytes, until somebody calls contiguous."""
    with pytest.raises(WireError, match="too large"):
        encode(torch.zeros(1).expand(100_000_000_000))


def test_a_deep_or_cyclic_value_is_refused() -> None:
    """A list that contains itself ends with a word, not with a crash."""
    cyclic: list = []
    cyclic.append(cyclic)
    with pytest.raises(WireError, match="nested"):
        encode(cyclic)


@pytest.mark.parametrize(
    "items",
    [[2**64 - 1, 2**64, -(2**70)], [True, 1, False], ["a", 1, None, 0.5], ["a", Ref(1)], [1, [2, (3,)]]],
)
def test_lists_of_plain_values_arrive_as_they_are(items: list[Any]) -> None:
    """Long ones of ids or words are sent without a look at each; whatever else is among them still gets one."""
    for value in (items, tuple(items)):
        again = round_trip(value)
        assert again == value
        assert list(map(type, again)) == list(map(type, value))


@pytest.mark.parametrize("text", [b"0", b'"a"', b"null"])
def test_a_list_of_too_many_plain_values_is_refused_by_both_ends(text: bytes) -> None:
    """They count like any other parts."""
    with pytest.raises(WireError, match="too many parts"):
        decode(b"[" + text + (b"," + text) * MAX_NODES + b"]", b"")
    with pytest.raises(WireError, match="too many parts"):
        encode([json.loads(text)] * (MAX_NODES + 1))


def test_what_has_no_end_is_refused() -> None:
    """A list or a dictionary of a class of its own, which may say what it likes when it is walked."""

    class EndlessList(list[int]):
        def __iter__(self) -> Iterator[int]:
            return itertools.count()

    class EndlessDict(dict[int, int]):
        def items(self) -> Any:
            return ((number, number) for number in itertools.count())

    for endless in (EndlessList(), EndlessDict()):
        with pytest.raises(WireError, match="too many parts"):
            encode(endless)


HOSTILE_JSON = [
    b"",
    b"{",
    b"NaN",
    b"1e999",
    b"[" * 100_000,
    b"9" * 100_000,
    b'{"a":1}',
    b'{"$":"tensor","v":0}',
    b'{"$":"tensor","v":true}',
    b'{"$":"tensor","v":["F32"]}',
    b'{"$":"tensor","v":["F32",[1],0]}',
    b'{"$":"dict","k":[[]],"v":[1]}',
    b'{"$":"dict","k":[1],"v":[]}',
    b'{"$":"dict","v":[1]}',
    b'{"$":"float","v":"1"}',
    b'{"$":"bytes","v":"%%"}',
    b'{"$":"recipe","kind":1}',
    b'{"$":"ref","$":"tuple","v":[]}',
    b'{"$":"object","v":"os.system"}',
    b" " * (5 * 2**20),
]


@pytest.mark.parametrize("text", HOSTILE_JSON, ids=range(len(HOSTILE_JSON)))
def test_hostile_json_is_refused(text: bytes) -> None:
    """Anything out of the format is a WireError and nothing else."""
    with pytest.raises(WireError):
        decode(text, b"")


def tensor(dtype: object, shape: object) -> bytes:
    return json.dumps({"$": "tensor", "v": [dtype, shape]}).encode()


HOSTILE_TENSORS = [
    (b"null", b"x"),
    (tensor("F32", [1]), b""),
    (tensor("F32", [1]), b"1234"),
    (tensor("F32", [1]), bytes(16)),
    (tensor("F32", [2**40]), bytes(8)),
    (tensor("F32", [0, 2**40]), b""),
    (tensor("F32", [0, *[2**26] * 7]), b""),
    (tensor("F32", [2**26, 2**26, 0]), b""),
    (tensor("F32", [1] * 9), bytes(8)),
    (tensor("C64", [1]), bytes(8)),
    (tensor(["F32"], [1]), bytes(8)),
    (tensor("F32", [-1]), bytes(8)),
    (tensor("F32", [1.0]), bytes(8)),
    (tensor("F32", [True]), bytes(8)),
    (tensor("F32", 1), bytes(8)),
    (b"[" + b",".join([tensor("U8", [0])] * (MAX_TENSORS + 1)) + b"]", b""),
]


@pytest.mark.parametrize(("text", "numbers"), HOSTILE_TENSORS, ids=range(len(HOSTILE_TENSORS)))
def test_hostile_tensors_are_refused(text: bytes, numbers: bytes) -> None:
    """Of another size than there are numbers, of no size, of no dtype, or too many."""
    with pytest.raises(WireError):
        decode(text, numbers)


def test_two_tensors_never_share_numbers() -> None:
    """What is written into one would be seen in the other: a part of the message is of one tensor only."""
    first, second = decode(b"[" + tensor("I64", [1]) + b"," + tensor("I64", [1]) + b"]", bytes(16))
    first += 1
    assert second.tolist() == [0]


def test_booleans_are_made_clean() -> None:
    """A byte of 2 in a bool tensor is neither True nor False to torch; it becomes True."""
    sent = decode(tensor("BOOL", [3]), bytes([0, 1, 2, 0, 0, 0, 0, 0]))
    assert sent.view(torch.uint8).tolist() == [0, 1, 1]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_no_bytes_raise_anything_else(text: bytes, tensors: bytes) -> None:
    """Whatever arrives, the only exception is WireError."""
    with contextlib.suppress(WireError):
        decode(text, tensors)


@given(anything, anything, st.binary(max_size=16))
def test_no_form_of_a_tensor_raises_anything_else(dtype: object, shape: object, numbers: bytes) -> None:
    """Whatever stands where a dtype or a shape belongs: a list as a dtype cannot be looked up in a table."""
    with contextlib.suppress(WireError):
        decode(tensor(dtype, shape), numbers)


@pytest.mark.parametrize("dtype", [[], {}, None, 1, "F33"])
def test_a_dtype_that_is_none(dtype: object) -> None:
    """One kind of exception, whatever it is."""
    with pytest.raises(WireError, match="of no known form"):
        decode(tensor(dtype, [1]), bytes(8))
