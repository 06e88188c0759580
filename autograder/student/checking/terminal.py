"""Checks a whole notebook from a terminal: runs its cells in this process, then the public tests of every task.

For one's own notebook only: nothing here is a jail.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autograder.student.checking.live import CheckUnavailable, Progress, check_task
from autograder.student.checking.panel import text_panel
from autograder.student.checking.student import Student, live_student
from autograder.student.checking.suite import assignments_of_tasks
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.kernel import IS_CHECKED
from autograder.student.core.language import _
from autograder.student.core.notebook import SKIP_TAG, Notebook, parse_notebook
from autograder.student.core.results import TaskResult, score_task


class NotCheckable(ValueError):
    """There is nothing to check in this file; the sentence says why."""


@dataclass(frozen=True)
class Stop:
    """A cell that did not run to its end: its place in the notebook, and the error in one line."""

    cell: int
    error: str


def check_notebook(path: Path, hints: int = 1, console: Console | None = None) -> bool:
    """Prints what the public tests say of every task of a notebook; whether all of them hold.

    Raises `NotCheckable` if the file is no notebook of this course.
    """
    console = console or Console()
    notebook = course_notebook(read_file(path), path)
    folder = path.resolve().parent
    results: list[TaskResult] = []
    with console.status(_("Running the cells of {name} …").format(name=path.name)) as status:
        student, stops = run_cells(notebook, folder)
        for stop in stops:
            text = _("Cell {number} stopped: {problem}").format(number=stop.cell, problem=stop.error)
            console.print(text, style="yellow", markup=False, highlight=False)
        for result in check_tasks(notebook, student, folder, status.update):
            results.append(result)
            style = "green" if result.status == "passed" else "red"
            console.print(escape(text_panel(result, hints)), style=style, highlight=False)
    progress = Progress(
        tasks_passed=sum(result.status == "passed" for result in results),
        tasks=len(results),
        points=sum(result.score for result in results),
        max_points=sum(result.max_score for result in results),
    )
    console.print(f"\n{progress.sentence()}", style="bold", highlight=False)
    return all(result.status == "passed" for result in results)


def read_file(path: Path) -> bytes:
    """The bytes of a file; `NotCheckable` if it cannot be opened."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotCheckable(
            _("{path} cannot be opened: {reason}.").format(path=path, reason=error.strerror)
        ) from error


def course_notebook(data: bytes, path: Path) -> Notebook:
    """The notebook in these bytes of a file; `NotCheckable` if it is none, or none of this course."""
    try:
        notebook = parse_notebook(json.loads(data.decode("utf-8-sig")))
    except (ValueError, RecursionError) as error:
        raise NotCheckable(
            _("{path} is not a notebook, or it is damaged: open it in JupyterLab and save it again.").format(
                path=path
            )
        ) from error
    if not any(task.name in assignments_of_tasks() for task in notebook.tasks()):
        raise NotCheckable(_("{path} holds no task of this course.").format(path=path))
    return notebook


def check_tasks(
    notebook: Notebook, student: Student, folder: Path, on_step: Callable[[str], None]
) -> Iterator[TaskResult]:
    """The result of each task of a notebook, in order; `on_step` hears which one is next."""
    assignments = assignments_of_tasks()
    for task in (task for task in notebook.tasks() if task.name in assignments):
        on_step(_("Checking {task} …").format(task=task.name))
        with contextlib.chdir(folder), _quiet():  # a trained model lies beside the notebook
            try:
                tests = check_task(student, task.name, assignments[task.name])
            except CheckUnavailable as error:
                raise NotCheckable(str(error)) from error
        yield score_task(task.name, task.points, tests)


def run_cells(notebook: Notebook, folder: Path) -> tuple[Student, list[Stop]]:
    """The student's namespace after all code cells but checks and long demonstrations; the cells that stopped."""
    module = types.ModuleType("__main__")
    namespace = vars(module)
    namespace.update(display=print, get_ipython=lambda: None)
    sources, stops = [], []
    os.environ.setdefault("MPLBACKEND", "Agg")
    with contextlib.chdir(folder), _as_main(module), _quiet(), _checking():
        for number, cell in enumerate(notebook.cells):
            source = plain_python(cell.source) if cell.kind == "code" else None
            if source is None or cell.is_check or SKIP_TAG in cell.tags:
                sources.append("")  # by position, as the cells are called in tracebacks
                continue
            sources.append(source)
            error = _run_cell(source, f"<cell {number}>", namespace)
            if error and not (cell.is_answer and "NotImplementedError" in error):
                stops.append(Stop(number, error))
    return live_student(namespace, sources), stops


def _run_cell(source: str, name: str, namespace: dict[str, Any]) -> str:
    """Runs one cell; what stopped it in one line, or an empty string."""
    try:
        exec(compile(source, name, "exec"), namespace)
    except (Exception, SystemExit) as error:
        return traceback.format_exception_only(error)[-1].strip()
    return ""


@contextlib.contextmanager
def _as_main(module: types.ModuleType) -> Iterator[None]:
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        yield
    finally:
        sys.modules["__main__"] = before


@contextlib.contextmanager
def _checking() -> Iterator[None]:
    """A cell that hands in, and so runs all cells, must not do so here, and so on without end."""
    os.environ[IS_CHECKED] = "1"
    try:
        yield
    finally:
        del os.environ[IS_CHECKED]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the student's code prints is for the notebook, not for this table."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
