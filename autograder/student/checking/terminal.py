"""Checks a whole notebook from a terminal: runs its cells in this process, then the tests of every task.

For one's own notebook only: nothing here is a jail.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib.metadata
import io
import json
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from autograder.student.checking.live import CheckUnavailable, Progress, check_task
from autograder.student.checking.panel import text_panel
from autograder.student.checking.student import live_student
from autograder.student.checking.suite import assignments_of_tasks, worked_case
from autograder.student.core.code import python
from autograder.student.core.elsewhere import behind, is_of_the_machine
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.kernel import IS_CHECKED
from autograder.student.core.language import _
from autograder.student.core.modules import beside
from autograder.student.core.moments import moment
from autograder.student.core.notebook import CHECK_PREFIX, SKIP_TAG, Cell, Notebook, Task, parse_notebook
from autograder.student.core.parts import around_check, defining
from autograder.student.core.results import TaskResult, TestResult, better, score_task, share
from autograder.student.core.terminal import output

_SHELL_NEEDS = (9, 17)  # of IPython: before, it cannot do without a database in the home folder


class NotCheckable(ValueError):
    """There is nothing to check in this file; the sentence says why."""


@dataclass(frozen=True)
class Stop:
    """A cell that did not run to its end: its place in the notebook, and the error in one line."""

    cell: int
    error: str


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
    names = [task.name for task in notebook.tasks()]
    for task in tasks:
        if task not in names:
            raise NotCheckable(
                _("There is no task called {task} in {path}. There are: {known}.").format(
                    task=f"“{task}”", path=path, known=", ".join(names)
                )
            )
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


def print_check(
    path: Path, hints: int = 1, tasks: Sequence[str] = (), console: Console | None = None
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
        checked = check_notebook(path, tasks, show_stop, show_result, status.update)
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
    with _runner() as (module, run), _own_modules():
        kernel = _Kernel(notebook, folder, module, run)
        yield from _check_in_turn(notebook, kernel, running, on_stop, on_step, wanted)


def _check_in_turn(
    notebook: Notebook,
    kernel: _Kernel,
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


class _Kernel:
    """Stands for the kernel: the namespace in which the cells of a notebook run one after another.

    They run as in the notebook where IPython is installed; elsewhere as plain Python, their magics left out.
    """

    def __init__(self, notebook: Notebook, folder: Path, module: types.ModuleType, run: _Run) -> None:
        self._notebook = notebook
        self._sources = [_what_runs(cell) for cell in notebook.cells]
        self._ran: list[str] = []  # by position, as the cells are called in tracebacks
        self._lost = set[str]()
        self._modules = beside(folder, self._sources).cells
        self._folder = folder
        self._current = folder  # a cell may have gone elsewhere
        self._module = module
        self._run = run
        os.environ.setdefault("MPLBACKEND", "Agg")

    @property
    def skipped(self) -> set[int]:
        """The positions of what does not run."""
        return {number for number, source in enumerate(self._sources) if not source}

    def run(self, number: int) -> Stop | None:
        """Runs the next cell; how it stopped, if it did and is not an answer that was never begun."""
        source = self._sources[number]
        self._ran.append(source)
        if not source:
            return None
        with (
            contextlib.chdir(self._current),
            _as_main(self._module),
            _quiet(),
            _checking(),
        ):
            failure = _run_cell(self._run, f"<cell {number}>", source, self._lost)
            self._current = Path.cwd()
        if failure is None or (
            self._notebook.cells[number].is_answer and isinstance(failure, NotImplementedError)
        ):
            return None
        return Stop(number, _in_one_line(failure))

    def check(self, task: str) -> list[TestResult]:
        """What the checks say of a task now; `NotCheckable` if they are at fault."""
        student = live_student(vars(self._module), [*self._ran, *self._modules])
        with contextlib.chdir(self._folder), _quiet():  # a trained model lies beside the notebook
            try:
                return check_task(student, task, assignments_of_tasks()[task])
            except CheckUnavailable as error:
                raise NotCheckable(str(error)) from error


def _what_runs(cell: Cell) -> str:
    """What runs of a cell: of a check what was added to it, of a long demonstration its definitions."""
    if cell.kind != "code":
        return ""
    if cell.is_check:
        task = cell.grade_id.removeprefix(CHECK_PREFIX)
        return "\n".join(around_check(cell.source, task) or [cell.source])
    return defining(cell.source) if SKIP_TAG in cell.tags else cell.source


_Run = Callable[[str, str], BaseException | None]  # a cell under its name; what stopped it


def _run_cell(run: _Run, name: str, source: str, lost: set[str]) -> BaseException | None:
    """Runs one cell; what stopped it first, or None.

    It goes on after what is only not here, as when it is graded; names that are lost so are added to `lost`.
    """
    first: BaseException | None = None
    while (failure := run(name, source)) is not None:
        if isinstance(failure, KeyboardInterrupt):
            raise failure
        first = first or failure
        error = _in_one_line(failure)
        frames = traceback.extract_tb(failure.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == name]
        rest = (
            behind(python(source), lines[0] or 0, error) if lines and is_of_the_machine(error, lost) else None
        )
        if rest is None:
            break
        lost |= rest.names
        source = rest.source
    return first


def _in_one_line(failure: BaseException) -> str:
    return traceback.format_exception_only(failure)[-1].strip()


@contextlib.contextmanager
def _runner() -> Iterator[tuple[types.ModuleType, _Run]]:
    """A fresh module, and what runs cells in it."""
    if not _has_shell():
        module = types.ModuleType("__main__")
        vars(module).update(display=print, get_ipython=lambda: None)
        yield module, functools.partial(_run_plain, vars(module))
        return
    from autograder.student.core.shell import Shell

    shell = Shell()
    with shell.is_current():
        yield shell.user_module, lambda name, source: shell.run_notebook_cell(name, source)[1]


def _has_shell() -> bool:
    """Whether there is an IPython that our shell can be made of; Colab has an older one."""
    try:
        version = importlib.metadata.version("ipython")
    except importlib.metadata.PackageNotFoundError:
        return False
    return tuple(map(int, version.split(".")[:2])) >= _SHELL_NEEDS


def _run_plain(namespace: dict[str, Any], name: str, source: str) -> BaseException | None:
    try:
        exec(compile(plain_python(source) or "", name, "exec"), namespace)
    except (Exception, SystemExit) as failure:
        return failure
    return None


@contextlib.contextmanager
def _own_modules() -> Iterator[None]:
    """Cells can import what lies beside their notebook, and takes the place of no library; it is forgotten again."""
    path, modules = list(sys.path), set(sys.modules)
    sys.path.append("")
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            module = sys.modules[name]
            places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
            if any(places) and not any(
                str(place).startswith(folder) for place in places for folder in path if folder
            ):
                del sys.modules[name]


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
