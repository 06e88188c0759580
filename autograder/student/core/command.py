"""Ends a command that cannot do its work: one plain sentence on stderr, and an exit code that says why."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import typer

from autograder.student.core.language import _

BAD_INPUT = 2  # a path, a file or a machine that cannot be used; nothing is wrong with the notebook
INTERRUPTED = 130


def refuse(sentence: object) -> NoReturn:
    """Ends the command: its input cannot be used."""
    print(sentence, file=sys.stderr)
    raise typer.Exit(BAD_INPUT)


def refuse_path(error: OSError, path: Path) -> NoReturn:
    """Ends the command: a path cannot be used. `path` is the one meant where the error names none."""
    reason = error.strerror or str(error)
    refuse(_("{path} cannot be used: {reason}.").format(path=error.filename or path, reason=reason))


def interrupted() -> NoReturn:
    """Ends a command that was interrupted and can be continued."""
    print(_("Interrupted. The same command again continues where it stopped."), file=sys.stderr)
    raise typer.Exit(INTERRUPTED) from None


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """Has a polite request to end, SIGTERM, do what Ctrl-C does: whatever was started is ended, and nothing is lost."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
