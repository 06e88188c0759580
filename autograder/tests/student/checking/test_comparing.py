"""Comparisons that speak: the first difference, in order of evidence."""

from __future__ import annotations

import math

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_gradients
from autograder.student.checking.student import CheckFailed, Evidence

ONE = torch.ones(2, 3, dtype=torch.float64)


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (None, ONE, "NoneType, expected a Tensor"),
        (ONE[0], ONE, r"shape \(3,\), expected \(2, 3\)"),
        (torch.ones(1, dtype=torch.float64), torch.ones(2, dtype=torch.float64), "shape"),  # broadcasting
        (torch.empty(0), torch.ones(1), "shape"),  # allclose of an empty tensor is True
        (ONE.float(), ONE, "torch.float32, expected torch.float64; its shape is right"),
        (ONE * math.nan, ONE, "not finite"),
        (ONE + torch.tensor([0, 0, 0.5]), ONE, r"\[0, 2\] is 1.5, expected 1.*2 of 6 values differ"),
        ((ONE,), (ONE, ONE), "has 1 parts, expected 2"),
        ([1], (1,), "list, expected tuple"),
        ((1, 2.0), (1, 2), "is float, expected int"),
        (True, 1, "is bool, expected int"),
        (math.nan, 1.0, "expected 1"),
        (torch.tensor(1.0), 1.0, "Tensor, expected a float"),
        ({"x": ONE}, {"h": ONE}, "missing 'h'; unexpected: 'x'"),
        ("a", "b", "'a', expected 'b'"),
    ],
)
def test_the_first_difference_is_said(got, expected, words: str) -> None:
    """Kind, then shape, then dtype, then finite, then values."""
    with pytest.raises(CheckFailed, match=words):
        assert_equal(got, expected)


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (ONE * (1 + 1e-9), ONE),
        (ONE.float() * (1 + 1e-5), ONE.float()),
        ((1, [2.0]), (1, [2.0])),
        (2, 2.0),  # an int is a number
        ({"x": torch.tensor([True])}, {"x": torch.tensor([True])}),
    ],
)
def test_equal_values_pass(got, expected) -> None:
    """Rounding of the last digits is no difference."""
    assert_equal(got, expected)


def test_gradients_say_which_are_right_and_which_wrong() -> None:
    """Knowing what already holds narrows the search at once."""
    with pytest.raises(CheckFailed, match=r"right: x; wrong: W_hh\."):
        assert_gradients({"x": ONE, "W_hh": 2 * ONE}, {"x": ONE, "W_hh": ONE})
    with pytest.raises(CheckFailed, match="graph is cut"):
        assert_gradients({"x": None}, {"x": ONE})
    assert_gradients({"x": None, "h": torch.zeros(2)}, {"x": None, "h": None})


@pytest.mark.parametrize(
    ("got", "expected", "evidence", "question"),
    [
        (None, ONE, Evidence.STRUCTURE, "end with `return`"),
        ((ONE, 2 * ONE), (2 * ONE, ONE), Evidence.STRUCTURE, "In which order"),
        (["b", "a"], ["a", "b"], Evidence.RELATED, "Which order"),
        (ONE.T, ONE, Evidence.SHAPE, "their order is not"),
        (ONE[:, :2], ONE, Evidence.SHAPE, "Axis 1 should have the size 3"),
        (ONE[0], ONE[:1], Evidence.SHAPE, "axis of size 1"),
        (ONE.float(), ONE, Evidence.DTYPE, ""),
        (ONE * math.inf, ONE, Evidence.FINITE, ""),
        (6 * ONE, ONE, Evidence.RELATED, "take a sum"),
        (ONE + torch.tensor([0, 0.3, 0.5]), ONE, Evidence.VALUES, ""),
        (math.exp(2.5), 2.5, Evidence.RELATED, "perplexity"),
    ],
)
def test_a_failure_says_what_it_is_about(got, expected, evidence: Evidence, question: str) -> None:
    """Hints belong to the failure: a wrong shape is not asked about its values."""
    with pytest.raises(CheckFailed) as caught:
        assert_equal(got, expected)
    assert caught.value.evidence is evidence
    assert question in caught.value.question


def test_numbers_are_compared_as_float64() -> None:
    """1e300 is not infinite, and an integer too large for a float is wrong, not an error of ours."""
    assert_equal(1e300, 1e300)
    for wrong in (math.inf, 1.1e300, 10**400):
        with pytest.raises(CheckFailed):
            assert_equal(wrong, 1e300)
