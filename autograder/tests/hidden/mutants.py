"""Runs one task's tests against a mutant or a second solution: shared by the tables that prove the tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from autograder.checks.student import Student
from autograder.course.results import TaskResult, score_task
from autograder.hidden.mistakes import Mistake, mutate
from autograder.hidden.suite import Suite, trusted_student

SEED = 20260101
SECOND_SOLUTIONS = Path(__file__).resolve().parents[1] / "second_solutions"


@cache
def suite_of(assignment: str) -> Suite:
    """The assignment's suite, built once."""
    return Suite(assignment)


def grade(suite: Suite, student: Student, task: str, seed: int = SEED, diagnose: bool = True) -> TaskResult:
    """The result of one task, for code of our own, in this process."""
    points = {task.name: task.points for task in suite.tasks}
    results = suite.run(lambda _task: student, seed, tasks=[task], diagnose=diagnose)
    return score_task(task, points[task], results[task])


def grade_mistake(suite: Suite, mistake: Mistake, seed: int = SEED) -> TaskResult:
    """The result that a mutant gets in its own task."""
    return grade(suite, trusted_student(mutate(suite.notebook, mistake)), mistake.task, seed)


def grade_second_solution(suite: Suite, path: Path, seed: int = SEED) -> TaskResult:
    """The result of a second solution: the reference, then a file that defines the task's name anew."""
    sources = [cell.source for cell in suite.notebook.definitions() if cell.grade_id != path.parent.name]
    sources.append(path.read_text(encoding="utf-8"))
    return grade(suite, trusted_student(sources), path.parent.name, seed)


def describe(result: TaskResult) -> str:
    """A task's result in lines, for the message of a failing table test."""
    lines = [f"{result.name}: {result.status}, {result.score} of {result.max_score}"]
    lines += [f"  {t.outcome:8} {t.name} [{t.mistake or '-'}] {t.message}" for t in result.tests]
    return "\n".join(lines)
