"""Equal answers have matching sketches, and other answers have not."""

from __future__ import annotations

import json
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.checking.sketch import TOLERANCE, distance, from_json, matches, sketch
from autograder.student.core.values import Ref

X = torch.tensor([[1.0, -2.0, 3.5], [0.25, 4.0, -1.0]], dtype=torch.float64)
ANSWER = [{}, {"result": (X, [1, 2.5]), "changed": []}]


def same(ours: object, theirs: object) -> bool:
    return matches(sketch([ours]), sketch([theirs]), TOLERANCE)


@pytest.mark.parametrize(
    "other",
    [
        X + torch.tensor([1e-3, 0, 0]),
        X.T.contiguous(),
        X.flip(0),
        -X,
        2 * X,
        X.float(),
        X.reshape(3, 2),
        X.round().long(),
        X[:1],
        [X],
        None,
        torch.where(X > 3, math.nan, X),
        torch.where(X > 3, 0.0, X),
    ],
)
def test_another_answer_has_another_sketch(other: object) -> None:
    """Values, order, sign, scale, dtype, shape, type, and where something is not finite."""
    assert same(X, X.clone())
    assert not same(X, other)
    assert not same(other, X)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(0, 2**32))
def test_rounding_errors_do_not_matter(values: list[float], seed: int) -> None:
    """Another number of threads adds in another order."""
    exact = torch.tensor(values, dtype=torch.float64)
    noise = torch.rand(len(values), generator=torch.Generator().manual_seed(seed), dtype=torch.float64) - 0.5
    assert same({"result": exact}, {"result": exact * (1 + 1e-7 * noise)})


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"result": 1}, {"result": 2}),
        ({"result": 1}, {"result": True}),
        ({"result": "a"}, {"result": b"a"}),
        ({"result": math.inf}, {"result": -math.inf}),
        ({"result": 1, "changed": []}, {"result": 1, "changed": [("values", "1")]}),
        ({"error": {"type": "TypeError", "message": "a"}}, {"error": {"type": "ValueError", "message": "a"}}),
        ({"result": {"a": 1.0}}, {"result": {"b": 1.0}}),
    ],
)
def test_the_exact_part_tells_them_apart(ours: object, theirs: object) -> None:
    """Integers, strings, types, signs of infinity, side effects, exceptions, keys."""
    assert same(ours, ours)
    assert not same(ours, theirs)


def test_the_message_of_an_exception_and_the_place_of_an_object_do_not_count() -> None:
    """They depend on the style of the code."""
    assert same({"error": {"type": "E", "message": "a"}}, {"error": {"type": "E", "message": "b"}})
    assert same({"result": Ref(1, "list")}, {"result": Ref(7, "map")})


def test_a_long_transcript_has_a_bounded_sketch() -> None:
    """Later replies share one row, and still count."""
    replies = [{"result": float(number)} for number in range(1000)]
    other = [*replies[:-1], {"result": 1e6}]
    assert len(sketch(replies).rows) == 8
    assert not matches(sketch(replies), sketch(other), TOLERANCE)


def test_a_sketch_survives_json() -> None:
    """Nine digits are enough for the tolerance."""
    found = sketch(ANSWER)
    again = from_json(json.loads(json.dumps(found.to_json())))
    assert matches(found, again, 1e-8)
    assert distance(found, again) < 1e-8
