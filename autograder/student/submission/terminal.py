"""`autograder submit NOTEBOOK`: makes the hand-in from a terminal."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from autograder.student.core.terminal import output
from autograder.student.submission.bundle import make
from autograder.student.submission.panel import text_panel


def submit_notebook(path: Path, console: Console | None = None) -> None:
    """Makes the hand-in of a notebook and prints what to look at; `NotCheckable` if it cannot be made."""
    console = console or output()
    with console.status("") as status:
        made = make(path, status.update)
    console.print(text_panel(made, str(made.archive)), highlight=False, markup=False, soft_wrap=True)
