"""A learning curve drawn: floor and target where the marks are, what is beyond the picture at its edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.reports.curve import BOTTOM, LEFT, RIGHT, TOP, picture, ticks
from autograder.student.core.results import CurvePoint
from autograder.tests.reports import samples


def corners(text: str) -> list[tuple[float, float]]:
    """The corners of a line."""
    return [(float(x), float(y)) for x, y in (corner.split(",") for corner in text.split())]


def test_lines_run_from_left_to_right_and_better_is_lower() -> None:
    """The best point of the validation text is marked, wherever it is; a diverged start stands at the upper edge."""
    numbers = ((1000, 1e12), (2000, 150.0), (3000, 50.0), (4000, 60.0))
    curve = tuple(CurvePoint(tokens, number, number) for tokens, number in numbers)
    drawn = picture(replace(samples.result(), curve=curve))
    assert drawn is not None
    line = corners(drawn.valid)
    assert line[0] == (LEFT + (RIGHT - LEFT) / 4, TOP)
    assert line[-1][0] == RIGHT
    assert drawn.best == line[2]
    assert drawn.lowest == 50.0
    assert TOP < drawn.floor.y < line[2][1] < drawn.target.y == BOTTOM  # 100, 50 and 25


def test_bits_per_byte_have_a_straight_scale() -> None:
    """Equal ways are equal points, as in the mark."""
    curve = (CurvePoint(1000, 2.0, 2.0), CurvePoint(2000, 1.6, 1.6))
    drawn = picture(replace(samples.result(), scale=samples.PIECES, curve=curve))
    assert drawn is not None
    assert drawn.floor.y == pytest.approx(TOP + (BOTTOM - TOP) * (2.0 - 1.7) / 0.5)
    assert corners(drawn.valid)[1][1] == TOP + (BOTTOM - TOP) * 0.8


def test_one_point_is_no_curve() -> None:
    """Nor is a curve of an assignment in which nothing is measured."""
    points = (CurvePoint(1000, 2.0, 2.0), CurvePoint(2000, 1.6, 1.6))
    assert picture(replace(samples.result(), curve=points[:1])) is None
    assert picture(replace(samples.result(), scale=None, curve=points)) is None


def test_ticks_are_round_and_few() -> None:
    """Whatever the range."""
    for low, high in ((70, 1800), (1.48, 2.31), (60, 150), (25, 2000), (1e-3, 1e12), (1.499, 1.7)):
        found = ticks(low, high)
        assert 2 <= len(found) <= 7
        assert all(low <= number <= high for number in found)
