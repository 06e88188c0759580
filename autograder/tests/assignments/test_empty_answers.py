"""Who does no work gets no points: answers that return whatever is at hand, to every task of every assignment."""

from __future__ import annotations

import warnings
from functools import cache

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.suite import Suite, trusted_student
from autograder.student.core.results import score_task

EMPTY = {
    "nothing": "return None",
    "zero": "return 0",
    "true": "return True",
    "not a number": "return float('nan')",
    "an empty list": "return []",
    "an empty dictionary": "return {}",
    "zeros": "return torch.zeros_like(given[0])",
    "the first argument": "return given[0]",
    "the second argument": "return given[1]",  # of a step the state: it is kept, as where a gate is shut
    "two states": "return given[1], given[2]",
    "all arguments": "return given",
    "a generator of nothing": "yield from ()",
}
# A task whose test of what stays as it was gave points to those who return it, or do nothing at all.
QUICK = {("the second argument", "rnn_basics"), ("nothing", "rnn_language_model")}


@cache
def suite_of(assignment: str) -> Suite:
    """The assignment's tests, collected once."""
    return Suite(assignment)


@pytest.mark.parametrize(
    ("empty", "assignment"),
    [
        pytest.param(empty, name, marks=[] if (empty, name) in QUICK else [pytest.mark.slow])
        for name in assignment_names()
        for empty in EMPTY
    ],
)
def test_an_empty_answer_has_no_points(empty: str, assignment: str) -> None:
    """A test that such an answer passes has to be one that only supports those of the values."""
    suite = suite_of(assignment)
    tasks = {task.name: task for task in suite.tasks if not task.is_measured}
    answers = [f"def {name}(*given, **named):\n    {EMPTY[empty]}" for name in tasks]
    sources = [cell.source for cell in source_notebook(assignment).definitions()]
    student = trusted_student([*sources, *answers])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = suite.run(lambda _task: student, 7, list(tasks))
    scores = {name: score_task(name, tasks[name].points, tests).score for name, tests in results.items()}
    assert {name: score for name, score in scores.items() if score} == {}
