"""What all commands share: output that no narrow window cuts and every console can show, and `--version`."""

from __future__ import annotations

import codecs
import io
import os
import sys
import unicodedata
from typing import TYPE_CHECKING, Annotated

import typer

from autograder import __version__
from autograder.student.core.language import _

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

HELP_NAMES = {"help_option_names": ["-h", "--help"]}  # of an app and of all commands in it
_WITHOUT_A_WINDOW = 10_000  # columns of a file or a pipe
_PLAIN = "autograder-plain"  # under this name Python knows how to write what an encoding does not have
_IN_ASCII = {
    **{"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-", "→": "->"},
    **{"✓": "+", "✗": "x", "◐": "~", "○": "o", "⚑": "!", "␣": "_", "↵": "|"},
}


def show_everywhere() -> None:
    """Has stdout and stderr write something plain for every letter that their encoding does not have.

    A Windows console may know 256 letters (cp437, cp1252), and so may a pipe there: a tick must not end a command.
    """
    codecs.register_error(_PLAIN, _in_plain_letters)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_PLAIN)


def _in_plain_letters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_ascii, error.object[error.start : error.end])), error.end


def _ascii(letter: str) -> str:
    """A letter in ASCII: its own sign if it has one, else without its accent, else a question mark.

    >>> _ascii("✓"), _ascii("é"), _ascii("한")
    ('+', 'e', '?')
    """
    bare = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return _IN_ASCII.get(letter) or bare or "?"


def output() -> Console:
    """Where a command prints: as wide as the window, or `COLUMNS`; a file or a pipe has no width."""
    from rich.console import Console

    has_width = sys.stdout.isatty() or os.environ.get("COLUMNS")
    return Console() if has_width else Console(width=_WITHOUT_A_WINDOW)


def print_table(console: Console, table: Table) -> None:
    """Prints a table; without a window no line ends in the spaces that would fill up its last column."""
    if console.width < _WITHOUT_A_WINDOW:
        console.print(table)
        return
    with console.capture() as captured:
        console.print(table)
    console.out("\n".join(line.rstrip() for line in captured.get().splitlines()), highlight=False)


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
