"""Numbers and states in words."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import get_args

import pytest

import autograder.reports
from autograder.reports import labels as words
from autograder.student.core.results import TaskResult, TaskStatus, TestOutcome, TestResult


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (2.0, "2"), (1.33, "1.33"), (0.1 + 0.2, "0.3"), (60.0, "60"), (100.0, "100")],
)
def test_numbers(value: float, text: str) -> None:
    """At most two decimals, and none that say nothing."""
    assert words.number(value) == text


def test_every_state_has_its_own_sign_and_word() -> None:
    """No two states look or read alike, so none is told by colour alone."""
    states = get_args(TaskStatus)
    assert len({words.task_sign(state) for state in states}) == len(states)
    assert len({words.task_word(state) for state in states}) == len(states)
    assert all(words.task_sentence(TaskResult("t", state, 0.0, 1.0)) is not None for state in states)
    outcomes = get_args(TestOutcome)
    assert len({words.test_sign(outcome) for outcome in outcomes}) == len(outcomes)
    assert len({words.test_word(TestResult("t", "", outcome)) for outcome in outcomes}) == len(outcomes)


def test_reports_know_results_and_nothing_else() -> None:
    """No thresholds, no course, nothing of the grader: so an old result's page never changes."""
    for path in Path(autograder.reports.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                assert not name.startswith("autograder") or name.startswith(
                    (
                        "autograder.reports",
                        "autograder.student.core.files",
                        "autograder.student.core.language",
                        "autograder.student.core.notebook",
                        "autograder.student.core.results",
                        "autograder.student.core.metric",
                        "autograder.student.core.names",
                    )
                )
