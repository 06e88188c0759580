"""Finds the notebook that counts in a submission's folder, whatever it is called."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

from autograder.assignments.sources import assignment_names
from autograder.grading.choosing import content_of
from autograder.grading.find import Found
from autograder.grading.text import clean_line
from autograder.student.core.language import _


class Chosen(NamedTuple):
    """The notebook of a submission that is graded, and a sentence for the student if there were others."""

    found: Found
    notes: tuple[str, ...] = ()


def chosen(folder: Path, student: str, assignment: str) -> Chosen:
    """The notebook in this folder that counts; `FileNotFoundError` if there is none.

    That is the one with the assignment's name, unless nothing has been written into it and another has answers: who
    works in a copy by mistake has worked all the same.
    """
    paths = sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))
    found = [Found(student, path.name, path, assignment=assignment) for path in paths]
    if not found:
        raise FileNotFoundError(folder)
    if len(found) == 1:
        return Chosen(found[0])
    best = max(found, key=lambda each: _rank(each, assignment))
    others = ", ".join(f"`{clean_line(each.file_name)}`" for each in found if each is not best)
    note = _("There was more than one notebook: {name} was graded, and not {others}.").format(
        name=f"`{clean_line(best.file_name)}`", others=others
    )
    return Chosen(best, (note,))


def _rank(found: Found, assignment: str) -> tuple[bool, bool, int, bool, str]:
    """The higher the more likely it is the one that was meant."""
    is_named = Path(found.file_name).stem == assignment
    answered = _answered(found, assignment)
    is_readable = answered is not None
    return is_readable, is_named and bool(answered), answered or 0, is_named, found.file_name


def _answered(found: Found, assignment: str) -> int | None:
    """How many tasks have something written in them; None if it is not a notebook of this assignment."""
    content = content_of(found)
    return content.answered if content.assignment == assignment else None


def prepare(assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's hook before a submission is converted: has it look for the notebook under its right name.

    nbgrader skips a notebook that is called otherwise, and with it the student; the file itself is left as it is,
    and `reading` finds it again. Links and pipes, which nbgrader would follow while it copies the folder, are removed.
    """
    if assignment not in assignment_names() or not notebooks:
        return
    folder = Path(notebooks[0]).parent
    notebooks[:] = [str(folder / f"{assignment}.ipynb")]
    _open_up(folder)
    for place, folders, names in os.walk(folder):
        for name in folders:  # before they are walked
            _open_up(Path(place, name))
        for path in (Path(place, name) for name in names):
            if not path.name.endswith(".ipynb") and not _is_file(path):
                path.unlink()


def _open_up(folder: Path) -> None:
    """Lets us look into a folder and remove what is in it: nbgrader goes on, and follows links, where we could not."""
    mode = folder.lstat().st_mode
    if stat.S_ISDIR(mode) and mode & stat.S_IRWXU != stat.S_IRWXU:
        folder.chmod(stat.S_IMODE(mode) | stat.S_IRWXU)


def _is_file(path: Path) -> bool:
    """Whether it is an ordinary file and no link, which may lead to a file of the instructor's or to an endless one."""
    return stat.S_ISREG(path.lstat().st_mode)
