"""Computes an item analysis: how hard each task was, and how well it separates strong from weak students."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.student.core.results import Result, TaskResult

NEAR_ZERO = 0.1  # a correlation up to here is worth words
_QUANTILE = statistics.NormalDist().inv_cdf(0.975)  # of an interval that holds in 95 of 100 cases


@dataclass(frozen=True)
class Correlation:
    """A correlation, and the interval in which it lies with a confidence of 95 %."""

    value: float
    low: float
    high: float

    @property
    def is_near_zero(self) -> bool:
        """Whether who has this task right is as good or as bad in the others as anybody."""
        return self.value <= NEAR_ZERO


@dataclass(frozen=True)
class Item:
    """How a class did in one task."""

    name: str
    share: float  # of its points, on average
    right: int  # students who have all of it
    untouched: float  # the share of students who wrote nothing
    correlation: Correlation | None  # with the points in all other tasks; None where it cannot be told
    test: str  # the title of the test that most students failed; empty if none did


def items(results: Sequence[Result]) -> list[Item]:
    """Every task of graded results of one assignment, in the order of the notebook."""
    names = dict.fromkeys(task.name for result in results for task in result.tasks)
    return [_item(name, results) for name in names]


def _item(name: str, results: Sequence[Result]) -> Item:
    pairs = [(task, result) for result in results for task in result.tasks if task.name == name]
    tasks = [task for task, _result in pairs]
    rest = [sum(task.score for task in result.tasks if task.name != name) for _task, result in pairs]
    possible = sum(task.max_score for task in tasks)
    failed = Counter(
        test.title for task in tasks for test in task.tests if test.outcome not in ("passed", "not_run")
    )
    return Item(
        name=name,
        share=sum(task.score for task in tasks) / possible if possible else 1.0,
        right=sum(task.status == "passed" for task in tasks),
        untouched=statistics.fmean(map(_is_untouched, tasks)),
        correlation=correlation([task.score for task in tasks], rest),
        test=min(failed, key=lambda title: (-failed[title], title), default=""),
    )


def _is_untouched(task: TaskResult) -> bool:
    return task.status in ("missing", "not_attempted")


def correlation(scores: Sequence[float], rest: Sequence[float]) -> Correlation | None:
    """Pearson's correlation of a task's points with those in all other tasks (the corrected item-rest correlation).

    Its interval is that of Fisher's z: atanh(r) is nearly normal, with a standard deviation of 1 / sqrt(n - 3). None
    for fewer than four students, or where all have the same.

    >>> found = correlation([0, 1, 2, 3, 4, 5], [1, 0, 3, 2, 5, 4])
    >>> round(found.value, 2), round(found.low, 2), round(found.high, 2)
    (0.83, 0.05, 0.98)
    """
    if len(scores) < 4 or len(set(scores)) == 1 or len(set(rest)) == 1:
        return None
    value = min(max(statistics.correlation(scores, rest), -1.0), 1.0)
    z = math.atanh(max(min(value, 1 - 1e-12), -1 + 1e-12))
    half = _QUANTILE / math.sqrt(len(scores) - 3)
    return Correlation(value, math.tanh(z - half), math.tanh(z + half))
