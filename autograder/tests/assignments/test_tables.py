"""The tables that prove the tests: the reference passes, every known mistake fails, second solutions pass."""

from __future__ import annotations

import pytest

from autograder.assignments.sources import assignment_names
from autograder.tests.assignments.mutants import (
    alternatives,
    describe,
    grade,
    grade_mistake,
    grade_second_solution,
    is_named,
    suite_of,
)

# What is measured has no mutants: scenarios prove its scorer.
TASKS = [
    (name, task.name) for name in assignment_names() for task in suite_of(name).tasks if not task.is_measured
]
MISTAKES = [(name, mistake) for name in assignment_names() for mistake in suite_of(name).mistakes]
SECOND = [(name, path) for name, task in TASKS for path in alternatives(name, task)]


@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=[f"{a}-{t}" for a, t in TASKS])
def test_the_reference_gets_full_marks(assignment: str, task: str) -> None:
    """The solution notebook passes every test of its own."""
    suite = suite_of(assignment)
    for seed in (1, 2):
        result = grade(suite, suite.reference, task, seed, diagnose=False)
        assert result.status == "passed", describe(result)


@pytest.mark.parametrize(("assignment", "mistake"), MISTAKES, ids=[m.id for _a, m in MISTAKES])
def test_every_known_mistake_fails_in_its_own_task(assignment: str, mistake) -> None:
    """No mutant survives the tests of the task it belongs to, and each is called by its name."""
    result = grade_mistake(suite_of(assignment), mistake)
    assert result.status != "passed", f"{mistake.id} survives: {mistake.what}\n{describe(result)}"
    assert is_named(mistake, result), f"{mistake.id} is not recognised: {mistake.what}\n{describe(result)}"


@pytest.mark.parametrize(("assignment", "path"), SECOND, ids=["-".join(p.parts[-2:]) for _a, p in SECOND])
def test_second_solutions_get_full_marks(assignment: str, path) -> None:
    """A right answer in another style is a right answer."""
    result = grade_second_solution(suite_of(assignment), path)
    assert result.status == "passed", describe(result)


@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=[f"{a}-{t}" for a, t in TASKS])
def test_every_task_has_two_second_solutions(assignment: str, task: str) -> None:
    """For each task at least two further correct solutions prove that its tests judge by outcome."""
    assert len(alternatives(assignment, task)) >= 2
