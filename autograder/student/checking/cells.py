"""Runs the cells of a notebook in this process as a kernel would, for checks without Jupyter."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import io
import os
import sys
import traceback
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.student.checking.live import CheckUnavailable, check_task
from autograder.student.checking.one_process import one_process
from autograder.student.checking.student import live_student
from autograder.student.core.code import python
from autograder.student.core.course import assignments_of_tasks
from autograder.student.core.elsewhere import behind, is_of_the_machine
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.kernel import IS_CHECKED
from autograder.student.core.modules import beside
from autograder.student.core.notebook import CHECK_PREFIX, SKIP_TAG, Cell, Notebook
from autograder.student.core.parts import around_check, defining
from autograder.student.core.results import TestResult

_SHELL_NEEDS = (9, 17)  # of IPython: before, it cannot do without a database in the home folder


class NotCheckable(ValueError):
    """There is nothing to check in this file; the sentence says why."""


@dataclass(frozen=True)
class Stop:
    """A cell that did not run to its end: its place in the notebook, and the error in one line."""

    cell: int
    error: str


class Kernel:
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
            one_process(),
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
def runner() -> Iterator[tuple[types.ModuleType, _Run]]:
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
        exec(compile(plain_python(source) or "", name, "exec", dont_inherit=True), namespace)
    except (Exception, SystemExit) as failure:
        return failure
    return None


@contextlib.contextmanager
def own_modules(folder: Path) -> Iterator[None]:
    """Cells can import what lies in the notebook's folder and takes the place of no library; it is forgotten again."""
    path, modules = list(sys.path), set(sys.modules)
    # A folder above the notebook, where Python was started, is searched as well: what lies in it may be the student's.
    searched = [Path(each).absolute() for each in path if each]
    libraries = [each for each in searched if not folder.absolute().is_relative_to(each)]
    sys.path.append("")
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            module = sys.modules[name]
            places = [getattr(module, "__file__", None) or "", *getattr(module, "__path__", ())]
            is_ours = name.partition(".")[0] == __name__.partition(".")[0]
            if any(places) and not is_ours and not _lies_in(places, libraries):
                del sys.modules[name]


def _lies_in(places: Iterable[str], folders: Sequence[Path]) -> bool:
    return any(Path(place).is_relative_to(folder) for place in places if place for folder in folders)


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
