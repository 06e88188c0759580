"""Finds the submissions in what an instructor points at: notebooks, folders, zip archives, nbgrader's tree.

File and folder names come from students, and so do archives: nothing is unpacked to disk, no link is followed,
and what is refused is refused one by one, with a sentence, so that it costs nobody else anything. A checkpoint
belongs to the notebook that lies in the same folder, and is read only when that notebook's turn has come.
"""

from __future__ import annotations

import itertools
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeVar

from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.core.notebook import MAX_FILE_BYTES
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import FILE_LIMITS, near_misses

SUBMITTED = "submitted"  # nbgrader's folder: submitted/<student>/<assignment>/<notebook>.ipynb
MAX_STUDENTS = 10_000
MAX_MEMBERS = 10_000
MAX_OF_ONE_STUDENT = MAX_MEMBERS  # a class in one archive may be taken for one student
MAX_SIMILAR = 4  # names that are spoken of: a model is two files
MAX_ARCHIVE_BYTES = 2 * 2**30  # that an archive may declare beyond its own size: weights do not compress
_MAX_DIRECTORY_BYTES = 4 * 2**20  # of an archive's table of contents: it is read at once
# torch.save; reading one may run what is in it
_PICKLED = tuple(f"{model.stem}{suffix}" for model in MEASURED_MODELS.values() for suffix in (".pt", ".pth"))
_IGNORED = re.compile(r"\.|__MACOSX$|__pycache__$")  # .ipynb_checkpoints, .git, ._notebook.ipynb


class NothingToGrade(ValueError):
    """A path that cannot be used at all; the sentence says why."""


class Refused(ValueError):
    """One file that is not read; the sentence says why."""


_Reader = Callable[[int], bytes]  # up to one byte more than so many; `Refused` if there are none to be had


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
            return _read_member(self.path, self.member, MAX_FILE_BYTES)
        return _read_file(self.path, MAX_FILE_BYTES)

    def read_files(self) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """The checkpoint files beside the notebook by name, and a sentence for each that is not taken.

        None of them can cost the notebook anything.
        """
        if self.problem:
            return {}, ()
        files: dict[str, bytes] = {}
        notes: list[str] = []
        for name, read in _beside(self.path, self.member):
            try:
                files[name] = self._take(name, read)
            except Refused as error:
                notes.append(
                    _("The file {name} was not read. {reason}").format(name=f"`{name}`", reason=error)
                )
        if not (files or notes or self.shares_folder):
            notes += _similar_names(_names_beside(self.path, self.member))
        return files, tuple(notes)

    def _take(self, name: str, read: _Reader) -> bytes:
        if name in _PICKLED:
            raise Refused(
                _(
                    "A pickle can run code where it is opened: save the model with `save_checkpoint`, "
                    "and hand in the two files it writes."
                )
            )
        if self.shares_folder:
            raise Refused(
                _("Notebooks of several students lie in the same folder, so it cannot be known whose it is.")
            )
        limit = FILE_LIMITS[name]
        data = read(limit)
        if len(data) > limit:
            raise Refused(
                _("It is larger than the {limit} kB that are accepted.").format(limit=limit // 2**10)
            )
        return data


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
            if name not in seen and not _IGNORED.match(name):
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
        folders[:] = sorted(name for name in folders if not _IGNORED.match(name))
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in sorted([*files, *links]):
            path = Path(place, name)
            if _IGNORED.match(name) or (name not in links and path.suffix.lower() not in (".ipynb", ".zip")):
                continue
            yield path, _why_refused(path)


def _why_refused(path: Path) -> str:
    try:
        mode = path.lstat().st_mode
    except OSError as error:
        return _cannot_open(error)
    if stat.S_ISLNK(mode):
        return _("It is a link to another place, and links are not followed.")
    if not stat.S_ISREG(mode):
        return _("It is not an ordinary file.")
    return ""


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


# Files


def _beside(path: Path, member: str) -> Iterator[tuple[str, _Reader]]:
    """The known files in the folder of a notebook, or of a member of an archive, each with a way to read it."""
    names = (*FILE_LIMITS, *_PICKLED)
    if member:
        yield from _members_beside(path, member, names)
        return
    for name in names:
        other = path.with_name(name)
        if os.path.lexists(other):
            yield name, partial(_read_file, other)


def _names_beside(path: Path, member: str) -> list[str]:
    """The names of all files in the folder of a notebook, or of a member of an archive; as many as can be read."""
    try:
        if member:
            folder = member[: member.rfind("/") + 1]
            inside = (
                each.filename.removeprefix(folder)
                for each in _members(path)
                if each.filename.startswith(folder)
            )
            return [name for name in inside if "/" not in name]
        with os.scandir(path.parent) as entries:
            return [entry.name for entry in itertools.islice(entries, MAX_MEMBERS)]
    except (Refused, OSError):
        return []


def _similar_names(present: Sequence[str]) -> list[str]:
    """A sentence for each file that may be half of a model under another name than its own."""
    meant: dict[str, list[str]] = {}
    for wanted in FILE_LIMITS:
        for name in near_misses(wanted, present):
            meant.setdefault(name, []).append(f"`{wanted}`")
    return [
        _("Is {name} meant to be the model? Only a file called {wanted} is read.").format(
            name=f"`{clean_line(name, 100).replace('`', '?')}`", wanted=_(" or ").join(wanted)
        )
        for name, wanted in list(meant.items())[:MAX_SIMILAR]
    ]


def _read_file(path: Path, limit: int) -> bytes:
    if problem := _why_refused(path):
        raise Refused(problem)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # never wait for a pipe
    try:
        with open(os.open(path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Refused(_("It is not an ordinary file."))
            return file.read(min(limit, status.st_size) + 1)  # memory is taken for as much as is asked for
    except OSError as error:
        raise Refused(_cannot_open(error)) from None


def _cannot_open(error: OSError) -> str:
    return _("The file cannot be opened: {reason}.").format(reason=error.strerror or type(error).__name__)


# Archives

_END_OF_DIRECTORY = struct.Struct("<4sHHHHIIH")
_END_LENGTH = _END_OF_DIRECTORY.size + 2**16
_ZIP64_LOCATOR = b"PK\x06\x07"
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError)
_DECODING_ERRORS = (OSError, ValueError, KeyError, struct.error, zlib.error, MemoryError)


def _in_archive(path: Path, place: PurePosixPath, assignments: set[str]) -> Iterator[Found]:
    """The notebooks in a zip archive; it is to `place`, in a folder, what a subfolder would be."""
    try:
        contents = _members(path)
        is_bomb = _declares_too_much(path, contents)
    except Refused as error:
        yield Found(
            student_of(place / path.name, path.stem, assignments), path.name, path, problem=str(error)
        )
        return
    names_inside = {member.filename for member in contents}
    members = [
        member
        for member in contents
        if _is_wanted(member)
        and str(_packed_in(PurePosixPath(member.filename), assignments)) not in names_inside
    ]
    times = Counter(member.filename for member in members)
    names = {member.filename: PurePosixPath(_harmless(member.filename) or path.name) for member in members}
    common = _common_folder(list(names.values()))
    for member in members:
        inside = names[member.filename].relative_to(common)
        student = student_of(place / inside, common.name or path.stem, assignments)
        problem = _why_member_refused(member, times[member.filename])
        if is_bomb or member.file_size > MAX_FILE_BYTES:
            problem = problem or _("It is too large, or the archive it is in.")
        yield Found(student, inside.name, path, member=member.filename, problem=problem)


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    ignored = any(_IGNORED.match(part) and part != ".." for part in PurePosixPath(member.filename).parts)
    return not ignored and member.filename.lower().endswith((".ipynb", ".zip"))  # a folder's name ends in "/"


def _harmless(name: str) -> str:
    """A member's name as a path that stays where it is."""
    parts = clean_line(name, 1000).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))


def _common_folder(names: Sequence[PurePosixPath]) -> PurePosixPath:
    """The folder that holds everything: archives are often made of one folder, which is nobody's name."""
    return PurePosixPath(os.path.commonpath([name.parent for name in names]) if len(names) > 1 else "")


def _members(path: Path) -> list[zipfile.ZipInfo]:
    """The table of contents, after a look at its size: zipfile reads all of it at once."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _END_LENGTH))
            tail = file.read()
        at = tail.rfind(b"PK\x05\x06")
        if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
            raise Refused(_("The archive is damaged, or not a zip archive."))
        fields = _END_OF_DIRECTORY.unpack_from(tail, at)
        if fields[4] > MAX_MEMBERS or fields[5] > _MAX_DIRECTORY_BYTES or _ZIP64_LOCATOR in tail[:at][-20:]:
            raise Refused(_("The archive holds more than {limit} files.").format(limit=MAX_MEMBERS))
        with zipfile.ZipFile(path) as archive:
            return archive.infolist()[:MAX_MEMBERS]
    except (*_ARCHIVE_ERRORS, *_DECODING_ERRORS) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(_("The archive is damaged, or not a zip archive.")) from None


def _why_member_refused(member: zipfile.ZipInfo, times: int) -> str:
    name = member.orig_filename
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "\\" in name or "\0" in name or ":" in name.split("/")[0] or ".." in parts:
        return _("Its name in the archive points outside of it.")
    if stat.S_ISLNK(member.external_attr >> 16):
        return _("It is a link to another place, and links are not followed.")
    if name.lower().endswith(".zip"):
        return _("It is an archive inside an archive, which is not opened.")
    if times > 1:
        return _("The archive holds {count} files of this name; it cannot be known which one counts.").format(
            count=times
        )
    if member.flag_bits & 0x1:
        return _("It is encrypted.")
    return ""


def _declares_too_much(path: Path, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether what we would read of an archive is far more than it can hold honestly."""
    wanted = [member for member in members if _is_wanted(member) or _is_checkpoint(member)]
    return sum(member.file_size for member in wanted) > MAX_ARCHIVE_BYTES + path.stat().st_size


def _is_checkpoint(member: zipfile.ZipInfo) -> bool:
    return PurePosixPath(member.filename).name in FILE_LIMITS


def _members_beside(path: Path, member: str, names: Sequence[str]) -> Iterator[tuple[str, _Reader]]:
    """The members of these names in the same folder of the archive."""
    folder = member[: member.rfind("/") + 1]
    try:
        contents = [each for each in _members(path) if each.filename.startswith(folder)]
    except (Refused, OSError):  # the notebook will say so
        return
    for name in names:
        same = [each for each in contents if each.filename == folder + name]
        if same:
            yield name, partial(_read_checked, path, same)


def _read_checked(path: Path, same: Sequence[zipfile.ZipInfo], limit: int) -> bytes:
    if problem := _why_member_refused(same[0], len(same)):
        raise Refused(problem)
    return _read_member(path, same[0].filename, limit)


def _read_member(path: Path, name: str, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            return file.read(limit + 1)
    except (*_ARCHIVE_ERRORS, *_DECODING_ERRORS):
        raise Refused(_("It could not be unpacked: the archive is damaged.")) from None


# Labels


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
