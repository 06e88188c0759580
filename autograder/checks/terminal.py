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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autograder.checks.live import CheckUnavailable, Progress, check_task, public_files
from autograder.checks.panel import text_panel
from autograder.checks.student import live_student
from autograder.course.language import _
from autograder.course.notebook import SKIP_TAG, Notebook, parse_notebook
from autograder.course.results import TaskResult, score_task
from autograder.sandbox.ipython_syntax import plain_python


class NotCheckable(ValueError):
    """There is nothing to check in this file; the sentence says why."""


def check_notebook(path: Path, hints: int = 1, console: Console | None = None) -> bool:
    """Prints what the public tests say of every task of a notebook; whether all of them hold.

    Raises `NotCheckable` if the file is no notebook of this course.
    """
    console = console or Console()
    notebook = _read(path)
    with console.status(_("Running the cells of {name} …").format(name=path.name)):
        namespace, sources, problems = _run_cells(notebook, path.resolve().parent)
    for problem in problems:
        console.print(problem, style="yellow", markup=False, highlight=False)
    student = live_student(namespace, sources)
    results: list[TaskResult] = []
    for task in notebook.tasks():
        with console.status(_("Checking {task} …").format(task=task.name)), _quiet():
            try:
                tests = check_task(student, task.name, public_files(task.name))
            except CheckUnavailable as error:
                raise NotCheckable(str(error)) from error
        results.append(score_task(task.name, task.points, tests))
        style = "green" if results[-1].status == "passed" else "red"
        console.print(escape(text_panel(results[-1], hints)), style=style, highlight=False)
    progress = Progress(
        tasks_passed=sum(result.status == "passed" for result in results),
        tasks=len(results),
        points=sum(result.score for result in results),
        max_points=sum(result.max_score for result in results),
    )
    console.print(f"\n{progress.sentence()}", style="bold", highlight=False)
    return all(result.status == "passed" for result in results)


def _read(path: Path) -> Notebook:
    try:
        notebook = parse_notebook(json.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise NotCheckable(
            _("{path} cannot be opened: {reason}.").format(path=path, reason=error.strerror)
        ) from error
    except (ValueError, RecursionError) as error:
        raise NotCheckable(
            _("{path} is not a notebook, or it is damaged: open it in JupyterLab and save it again.").format(
                path=path
            )
        ) from error
    if not any(public_files(task.name) for task in notebook.tasks()):
        raise NotCheckable(_("{path} holds no task of this course.").format(path=path))
    return notebook


def _run_cells(notebook: Notebook, folder: Path) -> tuple[dict[str, Any], list[str], list[str]]:
    """The namespace after all code cells but checks and long demonstrations; their sources; what went wrong."""
    module = types.ModuleType("__main__")
    namespace = vars(module)
    namespace.update(display=print, get_ipython=lambda: None)
    sources, problems = [], []
    os.environ.setdefault("MPLBACKEND", "Agg")
    with contextlib.chdir(folder), _as_main(module), _quiet():
        for number, cell in enumerate(notebook.cells):
            source = plain_python(cell.source) if cell.kind == "code" else None
            if source is None or cell.is_check or SKIP_TAG in cell.tags:
                sources.append("")  # by position, as the cells are called in tracebacks
                continue
            sources.append(source)
            problem = _run_cell(source, f"<cell {number}>", namespace)
            if problem and not (cell.is_answer and "NotImplementedError" in problem):
                problems.append(_("Cell {number} stopped: {problem}").format(number=number, problem=problem))
    return namespace, sources, problems


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
def _quiet() -> Iterator[None]:
    """What the student's code prints is for the notebook, not for this table."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
