"""What the tests of both measured tasks share: limits and a seed, and the parts of a result that they look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from autograder.student.core.results import Result, TaskResult
from autograder.tests.conftest import SHORT
from autograder.tests.grading import toy_language, toy_pieces

SEED = 20_26
LIMITS = replace(SHORT, scoring_cpu_seconds=3)

Grade = Callable[..., Result]


def task_of(result: Result) -> TaskResult:
    """The measured task."""
    return next(task for task in result.tasks if task.name in (toy_language.TASK, toy_pieces.TASK))


def words_of(result: Result) -> str:
    """Everything the tests of the measured task say."""
    return " ".join(test.message for test in task_of(result).tests)
