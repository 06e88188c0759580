"""Runs one task's tests against a mutant or a second solution: shared by the tables that prove the tests.

`python -m autograder.tests.assignments.mutants` prints the table: by task, how many known mistakes there are, how many of
them its tests catch and call by their names, and how many second solutions get full marks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from autograder.student.checking.student import Student
from autograder.assignments.sources import assignment_names
from autograder.student.core.results import TaskResult, score_task
from autograder.grading.mistakes import Mistake, mutate
from autograder.grading.suite import Suite, trusted_student

SEED = 20260101
ASSIGNMENTS = Path(__file__).resolve().parents[2] / "assignments"


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


def is_named(mistake: Mistake, result: TaskResult) -> bool:
    """Whether at least one test recognised the mistake from outside."""
    return any(test.mistake == mistake.id for test in result.tests)


def alternatives(assignment: str, task: str) -> list[Path]:
    """The second solutions of a task."""
    return sorted((ASSIGNMENTS / assignment / "private" / "alternatives" / task).glob("*.py"))


def print_table(assignment: str) -> None:
    """Prints the table of one assignment; takes some minutes."""
    suite = suite_of(assignment)
    table = Table("task", "mistakes", "caught", "named", "second solutions", "accepted", title=assignment)
    sums = [0] * 5
    for task in track([task.name for task in suite.tasks], console=Console(stderr=True), transient=True):
        mistakes = [mistake for mistake in suite.mistakes if mistake.task == task]
        results = [grade_mistake(suite, mistake) for mistake in mistakes]
        second = alternatives(assignment, task)
        row = [
            len(mistakes),
            sum(result.status != "passed" for result in results),
            sum(map(is_named, mistakes, results)),
            len(second),
            sum(grade_second_solution(suite, path).status == "passed" for path in second),
        ]
        sums = [total + value for total, value in zip(sums, row, strict=True)]
        table.add_row(task, *map(str, row))
    table.add_section()
    table.add_row("", *map(str, sums))
    Console().print(table)


if __name__ == "__main__":
    for name in assignment_names():
        print_table(name)
