"""Writes the page an instructor reads: who needs what, scores by student and task, what was hard, what is similar."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.reports import measured
from autograder.reports.attention import Marks
from autograder.reports.class_group import Catalogue, groups_of
from autograder.reports.feedback import feedback_file
from autograder.reports.page import render, write_text
from autograder.student.core.results import Result, TaskResult

SHADES = 6  # of the table's cells
LISTED = 12  # rows of a list; the others are folded


def write_class(
    results: Iterable[Result], path: Path, mistakes: Catalogue | None = None, before: Marks | None = None
) -> Path:
    """Writes the class page. `mistakes` says what is wrong in each known mistake, by its assignment and its id.

    `before` are the marks of the last run, None if there was none. It links to the students' pages at
    `feedback_file(result)` beside it.
    """
    return write_text(path, class_page(results, mistakes, before))


def class_page(
    results: Iterable[Result], mistakes: Catalogue | None = None, before: Marks | None = None
) -> str:
    """The class page; the order of the results does not matter."""
    return render(
        "class.html.j2",
        script="class.js",
        groups=groups_of(list(results), mistakes, before),
        feedback_file=feedback_file,
        shade=shade,
        by_task=by_task,
        number_of=measured.number_of,
        LISTED=LISTED,
    )


def shade(task: TaskResult) -> int:
    """The shade of a task's cell: 0 for nothing, the darkest only for all of its points."""
    if task.score >= task.max_score:
        return SHADES - 1
    return min(int(task.score / task.max_score * (SHADES - 1)), SHADES - 2)


def by_task(result: Result) -> dict[str, TaskResult]:
    """The tasks of a result by name."""
    return {task.name: task for task in result.tasks}
