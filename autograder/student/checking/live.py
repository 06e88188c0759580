"""Checks a task in the live kernel: finds the student's names and points, runs the tests, keeps count."""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import os
import sys
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from autograder.student.checking import predictions, state
from autograder.student.checking.forbidden import newest
from autograder.student.checking.one_process import one_process
from autograder.student.checking.overview import OverviewRow, overview_html, overview_text
from autograder.student.checking.panel import html_panel, text_panel
from autograder.student.checking.patience import Patience
from autograder.student.checking.plugin import Plugin, random_states_kept, run_tests
from autograder.student.checking.processes import advice, with_advice
from autograder.student.checking.student import Student, live_student
from autograder.student.checking.suite import (
    PUBLIC_SEED,
    files_of_task,
    known_mistakes,
    replay,
    worked_case,
)
from autograder.student.core import kernel
from autograder.student.core.course import assignments_of_tasks, spec_of
from autograder.student.core.language import _
from autograder.student.core.modules import beside
from autograder.student.core.notebook import TRAINING_TAG, Notebook, Task, parse_notebook
from autograder.student.core.results import TaskResult, TestResult, score_task


@dataclass(frozen=True)
class Progress:
    """How far the notebook is."""

    tasks_passed: int
    tasks: int
    points: float
    max_points: float

    def sentence(self) -> str:
        """One line for a person."""
        return _(
            "So far {passed} of {tasks} tasks and {points:g} of {max_points:g} points; answers in words that carry "
            "points are graded by hand"
        ).format(passed=self.tasks_passed, tasks=self.tasks, points=self.points, max_points=self.max_points)


@dataclass(frozen=True, repr=False)
class CheckResult:
    """What `check` shows: a panel in a notebook.

    Its plain text is the bare score, because that is what nbgrader reads from the output of a check cell.
    """

    result: TaskResult
    progress: Progress | None
    hints: int
    notes: tuple[str, ...] = ()  # where the notebook and the kernel differ
    predictions: tuple[str, ...] = ()  # how they fit what came out

    def __repr__(self) -> str:
        return repr(self.result.score)

    def _repr_html_(self) -> str:
        sentence = self.progress.sentence() if self.progress else ""
        return html_panel(
            self.result, sentence, self.hints, self.notes, self.predictions, worked_case(self.result.name)
        )

    def text(self) -> str:
        """The panel for a terminal."""
        return text_panel(
            self.result, self.hints, self.notes, self.predictions, worked_case(self.result.name)
        )


@dataclass(frozen=True, repr=False)
class Overview:
    """What `check()` shows: every task of the notebook, and which of them pass."""

    assignment: str
    rows: tuple[OverviewRow, ...]
    progress: Progress

    def __repr__(self) -> str:
        return overview_text(self.rows, self.progress.sentence())

    def _repr_html_(self) -> str:
        return overview_html(self.rows, self.progress.sentence())


class CheckUnavailable(Exception):
    """The check itself is at fault. In a notebook it shows as one sentence, and nbgrader gives no marks for it."""

    def __init__(self, task: str) -> None:
        super().__init__(
            _(
                "The check of {task} could not be run. This is a fault of the check, not of your answer. "
                "Restart the kernel and try again. If it happens again, tell your instructor."
            ).format(task=f"`{task}`")
        )

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [str(self)]


_results: dict[str, TaskResult] = {}  # of this kernel, by task: what the progress line counts


def check_live(task: str = "", hints: int = 1) -> CheckResult | Overview | None:
    """Checks one task in the running kernel, or shows how far all are; prints a sentence if there is no such task.

    Raises `CheckUnavailable` if the check itself is at fault.
    """
    if not task:
        return _overview()
    names = kernel_namespace()
    assignment = assignments_of_tasks().get(task)
    if assignment is None:
        print(_no_such_task(task))
        return None
    notebook = _own_notebook(names, task)
    points = {each.name: each.points for each in notebook.tasks()} if notebook else {}
    history = kernel.history()
    own = newest(history)
    answers = live_student(names, [*own, *beside(Path.cwd(), own).cells])
    patience = Patience(answers, spec_of(assignment).cpu_seconds(task))
    student = patience.student
    tests = check_task(student, task, assignment)
    _results[task] = score_task(task, points.get(task, 1.0), tests)
    progress = _progress(notebook.tasks(), _results) if notebook else None
    saved = _saved(notebook).get(task) if notebook else None
    found = state.notes(task, saved, history, kernel.cell_of(names.get(task)))
    if _results[task].status == "passed" and (sentence := advice(student.sources, task)):
        found.append(sentence)  # a pool may be there from a cell that will not get one when graded
    if sentence := patience.note():
        found.append(sentence)
    has_ended = not any(test.outcome in ("crashed", "timeout") for test in tests)
    compared = predictions.compared(task, names) if has_ended else []
    return CheckResult(_results[task], progress, hints, tuple(found), tuple(compared))


def _overview() -> Overview | None:
    """Every task of this kernel's notebook with the newest result; None, and a sentence, if it cannot be found."""
    names = kernel_namespace()
    notebook = _own_notebook(names, next(iter(_results), ""))
    if notebook is None:
        print(
            _(
                "The file of this notebook could not be found, so there is no list. Check a task: {call}"
            ).format(call='check("rnn_step")')
        )
        return None
    history = kernel.history()
    saved = _saved(notebook)
    rows = tuple(
        OverviewRow(
            task.name,
            task.points,
            _results.get(task.name),
            is_not_run=state.is_not_run(saved.get(task.name, ""), history),
            is_broken=state.is_broken(task.name, history, kernel.cell_of(names.get(task.name))),
        )
        for task in notebook.tasks()
    )
    assignment = assignments_of_tasks().get(notebook.tasks()[0].name, "")
    return Overview(assignment, rows, _progress(notebook.tasks(), _results))


def _saved(notebook: Notebook) -> dict[str, str]:
    """The answer cells that a check depends on, as saved, by task; those that trained a saved model need not run."""
    answers = notebook.answers().items()
    return {task: cell.source for task, cell in answers if TRAINING_TAG not in cell.tags}


def results_so_far() -> dict[str, TaskResult]:
    """The newest result of every task that was checked in this kernel."""
    return dict(_results)


def check_task(
    student: Student,
    task: str,
    assignment: str,
) -> list[TestResult]:
    """The results of a task's tests at the public seed; the random state is the same afterwards as before."""
    plugin = Plugin(
        lambda _task: student,
        [task],
        PUBLIC_SEED,
        reference_of=partial(replay, assignment),
        mistakes_of=partial(known_mistakes, assignment),
        spec=spec_of(assignment),
    )
    # Anything on stderr, a warning too, costs all marks where nbgrader itself runs the cell.
    with random_states_kept(), warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            with one_process():
                tests = run_tests(files_of_task(task), plugin)[task]
        except Exception as error:
            raise CheckUnavailable(task) from error
    return with_advice(tests, student.sources, task)


def _no_such_task(task: str) -> str:
    name = str(getattr(task, "__name__", task))  # check(rnn_step), the quotation marks forgotten
    similar = difflib.get_close_matches(name, sorted(assignments_of_tasks()), n=1)
    if similar:
        advice = _("Do you mean {call}?").format(call=f'check("{similar[0]}")')
    else:
        advice = _("The name of a task is above its cell.")
    return " ".join([_("There is no task called {task}.").format(task=f"“{name}”"), advice])


def _progress(tasks: Sequence[Task], results: dict[str, TaskResult]) -> Progress:
    done = [results[task.name] for task in tasks if task.name in results]
    return Progress(
        tasks_passed=sum(result.status == "passed" for result in done),
        tasks=len(tasks),
        points=sum(result.score for result in done),
        max_points=sum(task.points for task in tasks),
    )


def kernel_namespace() -> dict[str, Any]:
    """The names the student's cells have defined, in a notebook, in IPython or in plain Python."""
    shell = kernel.shell()
    return shell.user_ns if shell is not None else vars(sys.modules["__main__"])


def _own_notebook(names: dict[str, Any], task: str) -> Notebook | None:
    """The notebook this kernel belongs to, if its file can be found: the points stand in it and nowhere else.

    It is the first one that holds the task; any of this course, if no task is given.
    """
    for path in [*own_files(names), *sorted(Path.cwd().glob("*.ipynb"))]:
        with contextlib.suppress(OSError, ValueError):
            notebook = parse_notebook(json.loads(path.read_text(encoding="utf-8")))
            known = {each.name for each in notebook.tasks()}
            if task in known or (not task and known & assignments_of_tasks().keys()):
                return notebook
    return None


def own_files(names: dict[str, Any]) -> list[Path]:
    """What the server that started this kernel (JupyterLab, VS Code) says its notebook is; it may be renamed since."""
    told = [os.environ.get("JPY_SESSION_NAME"), names.get("__vsc_ipynb_file__")]
    return [Path(path) for path in told if isinstance(path, str) and path]
