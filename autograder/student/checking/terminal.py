"""Checks a whole notebook from a terminal: runs its cells in this process, then the tests of every task.

For your own notebook only: there is no sandbox here.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape

from autograder.student.checking.cells import Kernel, NotCheckable, Stop, own_modules, runner
from autograder.student.checking.live import Progress
from autograder.student.checking.panel import text_panel
from autograder.student.checking.suite import worked_case
from autograder.student.core.course import assignments_of_tasks
from autograder.student.core.language import _
from autograder.student.core.moments import moment
from autograder.student.core.notebook import Notebook, Task, parse_notebook
from autograder.student.core.results import TaskResult, TestResult, better, score_task, share
from autograder.student.core.terminal import output


class Check(Protocol):
    """Checks a notebook somewhere, as `check_notebook` does here."""

    def __call__(
        self,
        path: Path,
        tasks: Sequence[str] = (),
        on_stop: Callable[[Stop], None] = ...,
        on_result: Callable[[TaskResult], None] = ...,
        on_step: Callable[[str], None] = ...,
    ) -> Checked: ...


@dataclass(frozen=True)
class Checked:
    """What the checks say of a notebook that was run from its top."""

    results: tuple[TaskResult, ...]
    stops: tuple[Stop, ...] = ()

    @property
    def passes(self) -> bool:
        """Whether every check passes."""
        return all(result.status == "passed" for result in self.results)

    def to_json(self) -> str:
        """For a machine: by task and test, the verdict, the message, the questions and the known mistake."""
        tasks = [
            {
                **{"name": result.name, "status": result.status},
                **{"score": result.score, "max_score": result.max_score},
                "tests": [_verdict(test) for test in result.tests],
            }
            for result in self.results
        ]
        document = {"tasks": tasks, "stops": [dataclasses.asdict(stop) for stop in self.stops]}
        return json.dumps(document, ensure_ascii=False, indent=1)


def _verdict(test: TestResult) -> dict[str, Any]:
    return {
        "name": test.name,
        "title": test.title,
        "outcome": test.outcome,
        "message": test.message,
        "hint": test.hints[0] if test.hints else "",
        "more_hints": list(test.hints[1:]),
        "mistake": test.mistake,
    }


def check_notebook(
    path: Path,
    tasks: Sequence[str] = (),
    on_stop: Callable[[Stop], None] = lambda _stop: None,
    on_result: Callable[[TaskResult], None] = lambda _result: None,
    on_step: Callable[[str], None] = lambda _step: None,
) -> Checked:
    """Runs the cells of a notebook and checks its tasks, all of them or those that are named; hears of each step.

    Raises `NotCheckable` if the file is not a notebook of this course, or has no task of that name.
    """
    notebook = course_notebook(read_file(path), path)
    names = require_tasks(notebook, tasks, path)
    print(runs_unprotected(path), file=sys.stderr)
    folder = path.resolve().parent
    running = _("Running the cells of {name} …").format(name=path.name)
    stops: list[Stop] = []

    def hear(stop: Stop) -> None:
        stops.append(stop)
        on_stop(stop)

    results = {}
    for result in check_tasks(notebook, folder, running, hear, on_step, tasks):
        results[result.name] = result
        on_result(result)
    return Checked(tuple(results[name] for name in names if name in results), tuple(stops))


def require_tasks(notebook: Notebook, tasks: Sequence[str], path: Path) -> list[str]:
    """The names of all tasks of a notebook; `NotCheckable` if one that is asked for is not among them."""
    names = [task.name for task in notebook.tasks()]
    for task in tasks:
        if task not in names:
            raise NotCheckable(
                _("There is no task called {task} in {path}. There are: {known}.").format(
                    task=f"“{task}”", path=path, known=", ".join(names)
                )
            )
    return names


def runs_unprotected(path: Path) -> str:
    """What is said whenever a notebook's code is run without a sandbox."""
    return _("{name} runs here as you would run it yourself, without a sandbox.").format(name=path.name)


def print_check(
    path: Path,
    hints: int = 1,
    tasks: Sequence[str] = (),
    console: Console | None = None,
    check: Check = check_notebook,
) -> bool:
    """Prints what the checks say of a notebook, task by task; whether all of them pass."""
    console = console or output()

    def show_stop(stop: Stop) -> None:
        text = _("Cell {number} stopped: {problem}").format(number=stop.cell, problem=stop.error)
        console.print(text, style="yellow", markup=False, highlight=False)

    def show_result(result: TaskResult) -> None:
        style = "green" if result.status == "passed" else "red"
        shown = text_panel(result, hints, worked=worked_case(result.name))
        console.print(escape(shown), style=style, highlight=False)

    with console.status("") as status:
        checked = check(path, tasks, show_stop, show_result, status.update)
    console.print(f"\n{progress_of(checked.results).sentence()}", style="bold", highlight=False)
    return checked.passes


def progress_of(results: Sequence[TaskResult]) -> Progress:
    """How far these results are."""
    return Progress(
        tasks_passed=sum(result.status == "passed" for result in results),
        tasks=len(results),
        points=sum(result.score for result in results),
        max_points=sum(result.max_score for result in results),
    )


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
    notebook: Notebook,
    folder: Path,
    running: str,
    on_stop: Callable[[Stop], None],
    on_step: Callable[[str], None],
    wanted: Sequence[str] = (),
) -> Iterator[TaskResult]:
    """Runs all code cells but checks and long demonstrations; the result of each wanted task (all, if none is named).

    A task is checked where its check stands; if it fails there, once more at the end, and the better result counts, as
    when it is graded. `on_stop` hears of cells that stopped, `on_step` what is done next: `running` is that cells run.
    """
    with runner() as (module, run), own_modules(folder):
        kernel = Kernel(notebook, folder, module, run)
        yield from _check_in_turn(notebook, kernel, running, on_stop, on_step, wanted)


def _check_in_turn(
    notebook: Notebook,
    kernel: Kernel,
    running: str,
    on_stop: Callable[[Stop], None],
    on_step: Callable[[str], None],
    wanted: Sequence[str],
) -> Iterator[TaskResult]:
    tasks = [task for task in notebook.tasks() if task.name in assignments_of_tasks()]
    tasks = [task for task in tasks if not wanted or task.name in wanted]
    places = {task: moment(notebook.cells, task.name, kernel.skipped) for task in tasks}
    failed: dict[Task, list[TestResult]] = {}
    on_step(running)
    for number in range(len(notebook.cells)):
        if stop := kernel.run(number):
            on_stop(stop)
        for task in (task for task in tasks if places[task] == number):
            on_step(_("Checking {task} …").format(task=task.name))
            tests = kernel.check(task.name)
            on_step(running)
            if share(tests) == 1:
                yield score_task(task.name, task.points, tests)
            else:
                failed[task] = tests
    for task in tasks:
        if places[task] is None or task in failed:
            on_step(_("Checking {task} …").format(task=task.name))
            tests = kernel.check(task.name)
            yield score_task(task.name, task.points, better(failed.get(task, tests), tests))
