"""What all commands share: a console whose output is not cut where nobody looks at a window, and `--version`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import __version__
from autograder.student.core.language import _

if TYPE_CHECKING:
    from rich.console import Console

HELP_NAMES = {"help_option_names": ["-h", "--help"]}  # of an app and of all commands in it
_WITHOUT_A_WINDOW = 10_000  # columns of a file or a pipe


def output() -> Console:
    """Where a command prints: as wide as the window, or `COLUMNS`; a file or a pipe has no width."""
    from rich.console import Console

    has_width = sys.stdout.isatty() or os.environ.get("COLUMNS")
    return Console() if has_width else Console(width=_WITHOUT_A_WINDOW)


def _say_version(is_wanted: bool) -> None:
    if is_wanted:
        print("autograder", __version__)
        raise typer.Exit


Version = Annotated[
    bool,
    typer.Option(
        "--version", is_eager=True, callback=_say_version, help=_("Say which version this is, and stop.")
    ),
]
