"""Right numbers in the wrong place are recognised, wrong numbers are not."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.checking.relations import number_relation, relation

X = torch.tensor([[1.0, -2.0, 3.5], [0.25, 4.0, -1.0], [7.0, 0.5, 2.0]], dtype=torch.float64)


@pytest.mark.parametrize(
    ("got", "words"),
    [
        (X.T, "transpose"),
        (X.flip(0), "in reverse order along axis 0"),
        (X[[1, 0, 2]], "another order along axis 0"),
        (X[:, [2, 0, 1]], "another order along axis 1"),
        (torch.cat([X[1:], torch.zeros(1, 3)]), "one step ahead"),
        (torch.cat([torch.zeros(1, 3), X[:-1]]), "one step behind"),
        (-X, "opposite sign"),
        (5 * X, "5 times"),
        (X / 3, "divided by 3"),
        (X / math.log(2), "nats and bits"),
    ],
)
def test_a_relation_is_named(got: torch.Tensor, words: str) -> None:
    """In a sentence, with a question."""
    found = relation(got, X)
    assert found is not None
    assert words in found.sentence
    assert found.question.endswith("?")


@pytest.mark.parametrize("size", [1e-300, 5e-324, 1e300])
def test_a_scale_is_named_of_values_of_any_size(size: float) -> None:
    """Values whose squares are 0, or infinite, have a scale as well: a state after a very large one may be 1e-200."""
    expected = torch.tensor([size, -size, 0.0], dtype=torch.float64)
    found = relation(3 * expected, expected)
    assert found is not None
    assert "3 times" in found.sentence


FINITE = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=4, max_size=4)


@given(FINITE, FINITE)
def test_whatever_the_numbers_are_looking_for_a_relation_ends(
    got: list[float], expected: list[float]
) -> None:
    """An error here would fail an answer of whatever kind, and say nothing."""
    for shape in ((4,), (2, 2)):
        ours, theirs = (
            torch.tensor(values, dtype=torch.float64).reshape(shape) for values in (got, expected)
        )
        found = relation(ours, theirs)
        assert found is None or found.question.endswith("?")
    assert number_relation(got[0], 0.0) is None
    number_relation(got[0], expected[0])


@pytest.mark.parametrize("got", [X + 1, torch.zeros_like(X), X * math.nan, X.round() + 0.1, X[:2]])
def test_wrong_numbers_have_no_relation(got: torch.Tensor) -> None:
    """A wrong explanation is worse than none."""
    assert relation(got, X) is None


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (math.exp(4.25), 4.25, "`exp`"),
        (math.log(71.0), 71.0, "logarithm"),
        (4.25 / math.log(2), 4.25, "nats and bits"),
        (-4.25, 4.25, "sign"),
        (12 * 4.25, 4.25, "12 times"),
    ],
)
def test_units_of_a_number_are_recognised(got: float, expected: float, words: str) -> None:
    """Perplexity for a loss, bits for nats, a sum for a mean."""
    found = number_relation(got, expected)
    assert found is not None
    assert words in found.sentence


@pytest.mark.parametrize(("got", "expected"), [(4.3, 4.25), (math.nan, 1.0), (0.0, 1.0), (1e9, 3.0)])
def test_other_numbers_have_no_relation(got: float, expected: float) -> None:
    """Nearly right is not another unit."""
    assert number_relation(got, expected) is None
