"""Checks a notebook in the sandbox, with the inputs and the words of a student's own check.

`autograder check` runs a notebook as whoever calls it; in the course's own copy it may be somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from autograder.grading.find import Found
from autograder.grading.graded import Graded, Submission
from autograder.grading.run import grade
from autograder.grading.staging import grading_server
from autograder.grading.suite import Suite
from autograder.sandbox import SandboxUnavailable
from autograder.student.checking.cells import NotCheckable, Stop
from autograder.student.checking.suite import PUBLIC_SEED
from autograder.student.checking.terminal import (
    Checked,
    check_notebook,
    course_notebook,
    read_file,
    require_tasks,
)
from autograder.student.core.course import assignments_of_tasks
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import TaskResult


def check(
    path: Path,
    tasks: Sequence[str] = (),
    on_stop: Callable[[Stop], None] = lambda _stop: None,
    on_result: Callable[[TaskResult], None] = lambda _result: None,
    on_step: Callable[[str], None] = lambda _step: None,
) -> Checked:
    """As `check_notebook` of the student's part, which is what is done where there is no sandbox.

    A trained model beside the notebook is measured on the hidden text, as when it is graded.
    """
    data = read_file(path)
    notebook = course_notebook(data, path)
    names = require_tasks(notebook, tasks, path)
    known = assignments_of_tasks()
    assignment = next(known[task.name] for task in notebook.tasks() if task.name in known)
    found = Found("", path.name, path)
    files, notes = found.read_files()
    modules = found.read_modules(data)
    submission = Submission(
        "", data, path.name, assignment, {**files, **modules.files}, notes, tuple(modules.notes)
    )
    on_step(_("Running {name} in the sandbox …").format(name=path.name))
    try:
        with grading_server() as server:
            graded = grade(submission, {assignment: Suite(assignment)}, server, PUBLIC_SEED)
    except SandboxUnavailable:
        return check_notebook(path, tasks, on_stop, on_result, on_step)
    if graded.result.status != "graded":
        raise NotCheckable(graded.result.reason)
    stops = _stops(graded, notebook)
    results = [result for result in graded.result.tasks if result.name in (tasks or names)]
    for stop in stops:
        on_stop(stop)
    for result in results:
        on_result(result)
    return Checked(tuple(results), tuple(stops))


def _stops(graded: Graded, notebook: Notebook) -> list[Stop]:
    """The cells that did not run to their end, at their places in the notebook as it was before its repair."""
    places = {cell.id: number for number, cell in enumerate(notebook.cells)}
    found = []
    for cell, outcome in zip(graded.notebook.cells, graded.outcomes, strict=True):
        error = (outcome.error.strip().splitlines() or [outcome.status])[-1]
        is_stub = cell.is_answer and error.startswith("NotImplementedError")
        if outcome.status in ("error", "timeout", "crashed") and cell.id in places and not is_stub:
            found.append(Stop(places[cell.id], error))
    return found
