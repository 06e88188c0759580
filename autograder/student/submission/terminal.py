"""`autograder submit NOTEBOOK`: makes the hand-in from a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from autograder.student.checking.terminal import runs_unprotected
from autograder.student.core.terminal import output
from autograder.student.submission.bundle import make
from autograder.student.submission.clean_run import CleanRun, clean_run
from autograder.student.submission.panel import text_panel


def submit_notebook(path: Path, console: Console | None = None) -> None:
    """Makes the hand-in of a notebook and prints what to look at; `NotCheckable` if it cannot be made."""
    console = console or output()
    with console.status("") as status:
        made = make(path, status.update, run=_run)
    console.print(text_panel(made, str(made.archive)), highlight=False, markup=False, soft_wrap=True)


def _run(path: Path, on_step: Callable[[str], None]) -> CleanRun:
    print(runs_unprotected(path), file=sys.stderr)
    return clean_run(path, on_step)
