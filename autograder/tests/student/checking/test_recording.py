"""What the reference answers is kept as readable JSON, and replayed in the order it was asked for."""

from __future__ import annotations

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.checking.recording import Recorder, Replay, StaleRecording, asked, plain, restored
from autograder.student.checking.student import live_student
from autograder.student.core.values import Ref

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats(width=32),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.lists(parts, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), parts, max_size=3)
    ),
    max_leaves=8,
)


def alike(a: object, b: object) -> bool:
    """Equal, floats to ten digits, NaN like NaN."""
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-9) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, dict):
        return isinstance(b, dict) and list(a) == list(b) and all(alike(a[key], b[key]) for key in a)
    return type(a) is type(b) and a == b


@given(VALUES)
def test_any_plain_value_comes_back(value: object) -> None:
    """Through JSON text, with its types: a tuple is no list, and bytes are no string."""
    assert alike(restored(json.loads(json.dumps(plain(value), allow_nan=False))), value)


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor([[1.5, -math.inf], [math.nan, 0.1]], dtype=torch.float64),
        torch.tensor(3.25),
        torch.zeros(0, 4),
        torch.tensor([2**62, -1]),
        torch.tensor([True, False]),
    ],
)
def test_tensors_keep_shape_dtype_and_what_is_not_finite(tensor: torch.Tensor) -> None:
    """JSON has neither inf nor NaN, so they are text there."""
    found = restored(json.loads(json.dumps(plain(tensor), allow_nan=False)))
    assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
    assert torch.allclose(found.double(), tensor.double(), rtol=1e-9, equal_nan=True)


def test_what_no_reference_returns_is_refused() -> None:
    """Better when recording than at a desk."""
    with pytest.raises(ValueError, match="no object"):
        plain(object())


def ask_twice(student) -> tuple[torch.Tensor, object]:
    kept = student.put(torch.ones(2))
    return student.double(torch.arange(3.0)), student.double(kept)


def recorded() -> dict:
    recorder = Recorder(live_student({"double": lambda x: 2 * x}))
    recorder.begin_test("test_a")
    student = recorder.student()
    student.begin(1)
    ask_twice(student)
    return json.loads(json.dumps(recorder.answers))


def test_a_replay_answers_as_the_reference_did() -> None:
    """Test by test, in the same order."""
    replay = Replay(recorded())
    for _again in range(2):
        replay.begin_test("test_a")
        student = replay.student()
        student.begin(1)
        first, second = ask_twice(student)
        assert torch.equal(first, torch.tensor([0.0, 2.0, 4.0]))
        assert torch.equal(second, torch.tensor([2.0, 2.0]))


def test_a_test_that_asks_something_else_is_noticed() -> None:
    """Another name, other shapes, one question more, another test: the recording has to be made anew."""
    replay = Replay(recorded())
    for test, question in [
        ("test_a", lambda s: s.triple(torch.ones(2))),
        ("test_a", lambda s: s.double(s.put(torch.ones(3)))),
        ("test_b", lambda s: s.double(torch.arange(3.0))),
    ]:
        replay.begin_test(test)
        with pytest.raises(StaleRecording):
            question(replay.student())


def test_what_is_asked_is_told_without_its_values() -> None:
    """Another processor may move a value by its last bit."""
    request = {
        "op": "call",
        "name": "f",
        "arguments": [torch.ones(2, 3), [torch.ones(4)], Ref(1)],
        "keywords": {},
    }
    assert asked(request) == "call f 2x3,4"
