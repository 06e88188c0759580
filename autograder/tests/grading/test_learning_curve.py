"""A learning curve is read from a file that anybody may have written: as three rising columns, or not at all."""

from __future__ import annotations

import json

import pytest

from autograder.grading.learning_curve import MAX_POINTS, learning_curve
from autograder.student.core.results import CurvePoint


def of(curve: object) -> tuple[CurvePoint, ...]:
    """The curve in a file that says this."""
    return learning_curve(json.dumps({"arguments": {}, "curve": curve}).encode())


def test_a_recorded_curve_is_read() -> None:
    """As `LiveTraining` writes it, whole numbers among the others."""
    assert of([[16, 148.4, 150], [32, 90.25, 99.5]]) == (
        CurvePoint(16, 148.4, 150.0),
        CurvePoint(32, 90.25, 99.5),
    )


@pytest.mark.parametrize(
    "curve",
    [
        None,
        {},
        "curve",
        [1, 2, 3],
        [[1, 2]],
        [[1, 2, 3, 4]],
        [[1, 2, True]],
        [[1, 2, "3"]],
        [[1, 2, float("nan")]],
        [[1, 2, float("inf")]],
        [[1, 0, 3]],
        [[-1, 2, 3]],
        [[1.5, 2, 3], [1.5, 2, 3]],
        [[2, 2, 3], [1, 2, 3]],
        [[1, 2, 10**400]],
        [[at, 2, 3] for at in range(MAX_POINTS + 1)],
    ],
    ids=range(16),
)
def test_anything_else_is_no_curve(curve: object) -> None:
    """Nor does it cost the submission anything."""
    assert of(curve) == ()


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"arguments": {}}'])
def test_a_damaged_file_has_none(text: bytes) -> None:
    """The sentence about it comes from where the model is read."""
    assert learning_curve(text) == ()
