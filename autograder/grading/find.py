"""Finds the submissions in what an instructor points at: notebooks, folders, zip archives, nbgrader's tree.

File and folder names come from students, and so do archives: nothing is unpacked to disk, no link is followed,
and what is refused is refused one by one, with a sentence, so that it costs nobody else anything. A checkpoint
belongs to the notebook that lies in the same folder, and is read only when that notebook's turn has come.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeVar

from autograder.grading.archives import (
    IGNORED,
    MAX_MEMBERS,
    common_folder,
    declares_too_much,
    harmless,
    is_wanted,
    members_of,
    read_member,
    why_member_refused,
)
from autograder.grading.beside import checkpoint_files
from autograder.grading.files import Refused, read_file, why_refused
from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.core.notebook import MAX_FILE_BYTES

SUBMITTED = "submitted"  # nbgrader's folder: submitted/<student>/<assignment>/<notebook>.ipynb
MAX_STUDENTS = 10_000
MAX_OF_ONE_STUDENT = MAX_MEMBERS  # a class in one archive may be taken for one student


class NothingToGrade(ValueError):
    """A path that cannot be used at all; the sentence says why."""


@dataclass(frozen=True)
class Found:
    """One submission that was found, not yet read; or one that is refused, and why."""

    student: str
    file_name: str
    path: Path
    member: str = ""  # its name inside the archive at `path`
    assignment: str = ""  # where nbgrader's tree says which; the cells have the last word
    problem: str = ""
    shares_folder: bool = False  # with notebooks of others: whose the files beside it are cannot be known

    @property
    def folder(self) -> tuple[Path, str]:
        """Where it lies: a folder, or an archive and a folder in it."""
        if self.member:
            return self.path, self.member[: self.member.rfind("/") + 1]
        return self.path.parent, ""

    def read(self) -> bytes:
        """The bytes of the notebook, at most a little more than intake accepts; `Refused` if they cannot be had."""
        if self.problem:
            raise Refused(self.problem)
        if self.member:
            return read_member(self.path, self.member, MAX_FILE_BYTES)
        return read_file(self.path, MAX_FILE_BYTES)

    def read_files(self) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """The checkpoint files beside the notebook by name, and a sentence for each that is not taken.

        None of them can cost the notebook anything.
        """
        if self.problem:
            return {}, ()
        return checkpoint_files(self.path, self.member, self.shares_folder)


def find_submissions(paths: Iterable[Path], assignments: Collection[str] = ()) -> list[Found]:
    """All submissions in these paths, in a fixed order, no two of one student and file with the same label.

    `assignments` are the names the course knows: a file of such a name says nothing about its author.
    """
    found: list[Found] = []
    for path in paths:
        part = list(_bounded(_in_path(path, set(assignments)), path))
        if not part:
            raise NothingToGrade(_("There is no notebook in {path}.").format(path=path))
        found += part
    return _with_neighbours(list(dict.fromkeys(found)))


def _bounded(found: Iterable[Found], path: Path) -> Iterator[Found]:
    """The same submissions; of one student who has too many the first, and one that says so in place of the others.

    `NothingToGrade` if there are more students than in any class: the path is of something else.
    """
    times: Counter[str] = Counter()
    for each in found:
        times[each.student] += 1
        if times[each.student] <= MAX_OF_ONE_STUDENT:
            yield each
        elif times[each.student] == MAX_OF_ONE_STUDENT + 1:
            problem = _(
                "There are more than {limit} notebooks of one student; this one and the others are not read."
            )
            yield replace(each, problem=problem.format(limit=MAX_OF_ONE_STUDENT))
        if len(times) > MAX_STUDENTS:
            raise NothingToGrade(
                _("There is work of more than {limit} students in {path}.").format(
                    limit=MAX_STUDENTS, path=path
                )
            )


def _with_neighbours(found: list[Found]) -> list[Found]:
    """The same submissions; those that lie in one folder with another student's are told."""
    students: dict[tuple[Path, str], set[str]] = {}
    for each in found:
        students.setdefault(each.folder, set()).add(each.student)
    return [replace(each, shares_folder=len(students[each.folder]) > 1) for each in found]


def _in_path(path: Path, assignments: set[str]) -> Iterator[Found]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NothingToGrade(
            _("{path} cannot be opened: {reason}.").format(path=path, reason=reason)
        ) from None
    if stat.S_ISDIR(mode):
        yield from _in_folder(path, assignments)
    elif stat.S_ISREG(mode) and path.suffix.lower() == ".zip":
        yield from _in_archive(path, PurePosixPath(), assignments)
    elif stat.S_ISREG(mode) and path.suffix.lower() == ".ipynb":
        yield _named(path.resolve(), path.absolute(), assignments)
    else:
        raise NothingToGrade(
            _("{path} is neither a notebook, nor a folder, nor a zip archive.").format(path=path)
        )


def _named(path: Path, shown: Path, assignments: set[str]) -> Found:
    """A single notebook, whose folders may say whose it is."""
    parts = shown.parts
    if SUBMITTED in parts[:-3]:
        at = len(parts) - 1 - parts[::-1].index(SUBMITTED)
        if len(parts) - at == 4:
            return Found(parts[at + 1], path.name, path, assignment=_known(parts[at + 2], assignments))
    names = [shown.stem, *reversed(parts[1:-1])]
    student = next((name for name in names if name not in assignments), shown.stem)
    return Found(student, path.name, path)


def _in_folder(folder: Path, assignments: set[str]) -> Iterator[Found]:
    """Notebooks below a folder: nbgrader's tree if it is or holds one, else a student per file or per subfolder."""
    if (folder / SUBMITTED).is_dir():
        folder = folder / SUBMITTED
    is_tree = folder.name == SUBMITTED or folder.absolute().name == SUBMITTED
    seen: set[str] = set()
    for path, problem in _walk(folder):
        inside = PurePosixPath(path.relative_to(folder).as_posix())
        student = student_of(inside, folder.absolute().name, assignments)
        seen.add(inside.parts[0])
        notebook = _packed_in(path, assignments)
        if notebook is not None and notebook.is_file() and not notebook.is_symlink():
            continue
        if problem:
            yield Found(student, path.name, path, problem=problem)
        elif path.suffix.lower() == ".zip":
            yield from _in_archive(path, inside.with_suffix(""), assignments)
        else:
            assignment = _known(inside.parts[1], assignments) if is_tree and len(inside.parts) == 3 else ""
            yield Found(student, path.name, path, assignment=assignment)
    if is_tree:
        for name in sorted(entry.name for entry in folder.iterdir() if entry.is_dir()):
            if name not in seen and not IGNORED.match(name):
                problem = _("There is no notebook in the folder of this submission.")
                yield Found(name, "", folder / name, problem=problem)


_AnyPath = TypeVar("_AnyPath", bound=PurePath)


def _packed_in(path: _AnyPath, assignments: set[str]) -> _AnyPath | None:
    """The notebook that lies beside this archive if `autograder submit` made it; it is then read instead.

    >>> _packed_in(PurePosixPath("ada/rnn_basics.zip"), {"rnn_basics"})
    PurePosixPath('ada/rnn_basics.ipynb')
    """
    is_hand_in = path.suffix.lower() == ".zip" and path.stem in assignments
    return path.with_suffix(".ipynb") if is_hand_in else None


def _walk(folder: Path) -> Iterator[tuple[Path, str]]:
    """Notebooks and archives below a folder in a fixed order, each with the reason why it is refused, if it is."""
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not IGNORED.match(name))
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in sorted([*files, *links]):
            path = Path(place, name)
            if IGNORED.match(name) or (name not in links and path.suffix.lower() not in (".ipynb", ".zip")):
                continue
            yield path, why_refused(path)


def student_of(inside: PurePosixPath, outer: str, assignments: set[str]) -> str:
    """Whose a file is: its outermost folder, else its own name, else the name of what holds it.

    >>> student_of(PurePosixPath("ada/rnn_basics/rnn_basics.ipynb"), "class", {"rnn_basics"})
    'ada'
    """
    folders = inside.parts[:-1]
    if folders[:1] == (SUBMITTED,):
        folders = folders[1:]
    names = [*folders, inside.stem, outer]
    return next((name for name in names if name not in assignments), inside.stem)


def _known(name: str, assignments: set[str]) -> str:
    return name if name in assignments else ""


def _in_archive(path: Path, place: PurePosixPath, assignments: set[str]) -> Iterator[Found]:
    """The notebooks in a zip archive; it is to `place`, in a folder, what a subfolder would be."""
    try:
        contents = members_of(path)
        is_bomb = declares_too_much(path, contents)
    except Refused as error:
        yield Found(
            student_of(place / path.name, path.stem, assignments), path.name, path, problem=str(error)
        )
        return
    names_inside = {member.filename for member in contents}
    members = [
        member
        for member in contents
        if is_wanted(member)
        and str(_packed_in(PurePosixPath(member.filename), assignments)) not in names_inside
    ]
    times = Counter(member.filename for member in members)
    names = {member.filename: PurePosixPath(harmless(member.filename) or path.name) for member in members}
    common = common_folder(list(names.values()))
    for member in members:
        inside = names[member.filename].relative_to(common)
        student = student_of(place / inside, common.name or path.stem, assignments)
        problem = why_member_refused(member, times[member.filename])
        if is_bomb or member.file_size > MAX_FILE_BYTES:
            problem = problem or _("It is too large, or the archive it is in.")
        yield Found(student, inside.name, path, member=member.filename, problem=problem)


def distinct(found: Sequence[Found], assignment_of: Sequence[str]) -> list[Found]:
    """The same submissions, a number behind the name of a student who handed in one assignment more than once.

    Names are compared as file systems do that do not tell "Ada" from "ada".
    """
    taken: set[tuple[str, str]] = set()
    result = []
    for submission, assignment in zip(found, assignment_of, strict=True):
        label, number = clean_line(submission.student, 100) or "?", 1
        student = label
        while (student.casefold(), assignment) in taken:
            number += 1
            student = f"{label} ({number})"
        taken.add((student.casefold(), assignment))
        result.append(replace(submission, student=student))
    return result
