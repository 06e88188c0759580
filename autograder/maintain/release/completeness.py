"""Says what an assignment lacks before its release: tests, a recording, known mistakes, alternative solutions."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.assignments.sources import assignment_names, source_notebook, untested
from autograder.grading.mistakes import read_mistakes
from autograder.student.checking.recording import recorded_file
from autograder.student.core.course import ASSIGNMENTS
from autograder.student.core.language import _

ALTERNATIVES = 2  # right answers in other styles, for each task


def missing() -> list[str]:
    """A sentence for everything that the assignments of this course lack; empty if they can be released."""
    return [sentence for name in assignment_names() for sentence in _missing(name)]


def _missing(assignment: str) -> Iterator[str]:
    folder = ASSIGNMENTS / assignment
    if not (folder / "spec.py").is_file():
        yield _("{assignment}: there is no {file}.").format(
            assignment=assignment, file=f"{folder.name}/spec.py"
        )
        return
    tasks = source_notebook(assignment).tasks()
    without = untested(assignment)
    for name in without:
        yield _("{task}: no test in {folder} is marked as a test of it.").format(
            task=name, folder=f"autograder/assignments/{assignment}/tests/"
        )
    known = [mistake.task for mistake in read_mistakes(assignment)]
    for task in tasks:
        if task.is_measured or task.name in without:
            continue
        if not recorded_file(folder, task.name).is_file():
            yield _("{task}: it is not recorded yet; run `make assignments`.").format(task=task.name)
        if task.name not in known:
            yield _("{task}: there is no known mistake in {file}.").format(
                task=task.name, file=f"private/mistakes/{task.name}.diff"
            )
        written = len(list((folder / "private" / "alternatives" / task.name).glob("*.py")))
        if written < ALTERNATIVES:
            yield _(
                "{task}: it has {number} right answers in other styles, and needs {needed}: {folder}."
            ).format(
                task=task.name,
                number=written,
                needed=ALTERNATIVES,
                folder=f"private/alternatives/{task.name}/",
            )
