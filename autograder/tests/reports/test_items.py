"""Item analysis: numbers that can be worked out by hand, and words only where a task tells nothing of a student."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.reports.items import correlation, items
from autograder.student.core.results import Result, TaskResult
from autograder.tests.reports import samples


def scored(*scores: float) -> Result:
    """A graded result with tasks `t0`, `t1` … of two points; a negative score stands for an untouched one."""
    tasks = tuple(
        TaskResult(f"t{at}", "not_attempted", 0.0, 2.0)
        if score < 0
        else TaskResult(f"t{at}", "passed" if score == 2 else "partial", score, 2.0)
        for at, score in enumerate(scores)
    )
    return replace(samples.result(), tasks=tasks)


def test_difficulty_and_untouched_are_shares_of_the_class() -> None:
    """Of the points, of the students who have all, of those who wrote nothing."""
    first, second = items([scored(2, 1), scored(2, -1), scored(0, -1), scored(0, 2)])
    assert (first.share, first.right, first.untouched) == (0.5, 2, 0.0)
    assert (second.share, second.right, second.untouched) == (0.375, 1, 0.5)


def test_the_task_itself_is_no_part_of_the_rest() -> None:
    """With it, even a task of chance would seem to tell: here the others say the opposite."""
    found = items([scored(2, 0), scored(2, 0), scored(0, 1), scored(0, 1)])
    assert [item.correlation.value for item in found if item.correlation] == pytest.approx([-1.0, -1.0])
    assert all(item.correlation and item.correlation.is_near_zero for item in found)


def test_the_interval_is_that_of_fishers_z() -> None:
    """r = 0.7071 of 28 students: z is 0.8814, its deviation 1 / 5; tanh(0.8814 ± 0.3920) is 0.4537 and 0.8547."""
    scores = [0.0] * 14 + [1.0] * 14
    rest = [0.0] * 7 + [1.0] * 7 + [1.0] * 7 + [2.0] * 7  # a correlation of 1 / sqrt(2)
    found = correlation(scores, rest)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.7071, 0.4537, 0.8547), abs=1e-4)
    assert not found.is_near_zero


@pytest.mark.parametrize(
    ("scores", "rest"), [([1, 2, 3], [1, 2, 3]), ([2, 2, 2, 2], [1, 2, 3, 4]), ([1, 2, 3, 4], [5, 5, 5, 5])]
)
def test_nothing_is_said_of_a_few_or_of_equals(scores: list[float], rest: list[float]) -> None:
    """Three points always lie on some line, and equal points on none."""
    assert correlation(scores, rest) is None


def test_a_perfect_correlation_has_an_interval() -> None:
    """Where Fisher's z would be infinite."""
    found = correlation([0, 1, 2, 3], [0, 2, 4, 6])
    assert found is not None
    assert found.low < found.value == pytest.approx(1.0)
