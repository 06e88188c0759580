"""Reads one file that a student has named: never through a link, never more than asked for, never a pipe."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from autograder.student.core.language import _


class Refused(ValueError):
    """One file that is not read; the sentence says why."""


Reader = Callable[[int], bytes]  # up to one byte more than so many; `Refused` if there are none to be had


def why_refused(path: Path) -> str:
    """Why a path is not read; empty if it is an ordinary file."""
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return cannot_open(error)
    if stat.S_ISLNK(mode):
        return _("It is a link to another place, and links are not followed.")
    if not stat.S_ISREG(mode):
        return _("It is not an ordinary file.")
    return ""


def read_file(path: Path, limit: int) -> bytes:
    """The bytes of a file, at most one more than `limit`; `Refused` if they cannot be had."""
    if problem := why_refused(path):
        raise Refused(problem)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # never wait for a pipe
    try:
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused(_("It is not an ordinary file."))
            return file.read(min(limit, status.st_size) + 1)  # memory is taken for as much as is asked for
    except OSError as error:
        raise Refused(cannot_open(error)) from None


def cannot_open(error: OSError) -> str:
    """The sentence for a file that the system does not open."""
    return _("The file cannot be opened: {reason}.").format(reason=error.strerror or type(error).__name__)
