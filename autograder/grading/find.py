"""Finds the submissions in the paths that an instructor gives: notebooks, folders, zip archives, nbgrader's tree.

File and folder names come from students, and so do archives: nothing is unpacked to disk, no link is followed, and
each file is refused on its own, with a sentence. Students who handed in something without a notebook are found too,
and so are those in the roster who handed in nothing. A checkpoint belongs to the notebook that lies in the same
folder, and is read only when that notebook's turn has come.
"""

from __future__ import annotations

import itertools
import stat
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.grading.archives import MAX_MEMBERS, Known, nobody
from autograder.grading.beside import Place, checkpoint_files, files_of
from autograder.grading.files import Refused, read_file, why_refused
from autograder.grading.helpers import helper_modules
from autograder.grading.kinds import instead_of_a_notebook, named_by_name
from autograder.grading.listing import Listed, list_archive, list_folder
from autograder.grading.platforms import Named, identify, in_zone, repository_prefix, without_copy
from autograder.grading.roster import Roster
from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.core.modules import Modules
from autograder.student.core.notebook import MAX_BYTES_WITH_OUTPUTS

SUBMITTED = "submitted"  # nbgrader's folder: submitted/<student>/<assignment>/<notebook>.ipynb
TIMESTAMP = "timestamp.txt"  # that nbgrader writes beside what it collects
MAX_STUDENTS = 10_000
MAX_FILES = 500_000  # below a folder
MAX_OF_ONE_STUDENT = MAX_MEMBERS


class NothingToGrade(ValueError):
    """A path that cannot be used at all; the sentence says why."""


@dataclass(frozen=True)
class Found:
    """One notebook that was found, not yet read; or one that is refused, or that somebody lacks, and why."""

    student: str
    file_name: str
    path: Path
    member: str = ""  # its name inside the archive at `path`
    assignment: str = ""  # where nbgrader's tree says which; the cells have the last word
    problem: str = ""
    is_absent: bool = False  # only the roster tells of this student
    shares_folder: bool = False  # with notebooks of others: whose the files beside it are cannot be known
    inner: str = ""  # its name inside the archive that this member is
    owner: str = ""  # who a platform's name says handed it in, where all files lie in one folder
    when: datetime | None = None  # it was handed in; without a time zone where none is known
    is_marked_late: bool = False  # by the platform
    changed: float = 0.0  # as its author's machine says: of two of one student's own, which is newer
    order: int = 0  # the larger the later, among files of one student
    notes: tuple[str, ...] = ()  # for the student, about the hand-in
    is_stranger: bool = False  # there is a roster, and the student is not in it
    known: Known = field(default=nobody, compare=False, repr=False)  # how names in archives were decoded

    @property
    def place(self) -> Place:
        """Where it lies."""
        return Place(self.path, self.member, self.inner, self.known)

    def read(self) -> bytes:
        """The bytes of the notebook, at most a little more than intake accepts; `Refused` if they cannot be had."""
        if self.problem:
            raise Refused(self.problem)
        return self.place.read(MAX_BYTES_WITH_OUTPUTS)

    def read_files(self) -> tuple[dict[str, bytes], tuple[str, ...]]:
        """The checkpoint files beside the notebook by name, and a sentence for each that is not taken.

        None of them can cost the notebook anything.
        """
        if self.problem:
            return {}, ()
        return checkpoint_files(files_of(self.place, self.owner), self.shares_folder, self.place.nearby())

    def read_modules(self, data: bytes) -> Modules:
        """The helper modules beside the notebook, of these bytes, that it imports; a sentence for each left out."""
        return helper_modules(self.place, self.owner, self.shares_folder, data)


def find_submissions(
    paths: Iterable[Path], assignments: Collection[str] = (), roster: Roster | None = None
) -> list[Found]:
    """All submissions in these paths, in a fixed order; there may be several notebooks of one student.

    `assignments` are the names the course knows: a file of such a name says nothing about its author. The roster
    decides where a name alone does not tell whose a file is, and names those who handed in nothing.
    """
    known = roster.knows if roster else nobody
    found: list[Found] = []
    for path in paths:
        part = list(_bounded(_in_path(path, set(assignments), known, roster), path))
        if not part:
            raise NothingToGrade(_("There is no notebook in {path}.").format(path=path))
        found += part
    found = _with_neighbours(list(dict.fromkeys(found)))
    return [*_in_class(found, roster), *_absent(found, roster)] if roster else found


def _in_class(found: Sequence[Found], roster: Roster) -> list[Found]:
    known = {student.id for student in roster.students}
    return [replace(each, is_stranger=each.student not in known) for each in found]


def _absent(found: Sequence[Found], roster: Roster) -> list[Found]:
    there = {each.student for each in found}
    problem = _("Nothing was handed in.")
    missing = [student.id for student in roster.students if student.id not in there]
    return [Found(name, "", Path(), problem=problem, is_absent=True) for name in missing]


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
    students: dict[tuple[Path, str, str], set[str]] = {}
    for each in found:
        students.setdefault(each.place.folder, set()).add(each.student)
    return [
        replace(each, shares_folder=not each.owner and len(students[each.place.folder]) > 1) for each in found
    ]


def _in_path(path: Path, assignments: set[str], known: Known, roster: Roster | None) -> Iterator[Found]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise NothingToGrade(
            _("{path} cannot be opened: {reason}.").format(path=path, reason=reason)
        ) from None
    if stat.S_ISDIR(mode):
        yield from _in_folder(path, assignments, known, roster)
    elif path.is_symlink():  # a pattern of the shell names a student's links too
        yield replace(_named(path.absolute(), assignments, roster), problem=why_refused(path))
    elif stat.S_ISREG(mode) and path.suffix.lower() == ".zip":
        listed = list(list_archive(path, PurePosixPath(), assignments, known))
        yield from _Class(_unwrapped(listed, path.stem), assignments, roster, is_from_platform=True).found()
    elif stat.S_ISREG(mode) and path.suffix.lower() == ".ipynb":
        yield _named(path.absolute(), assignments, roster)
    else:
        raise NothingToGrade(
            _("{path} is neither a notebook, nor a folder, nor a zip archive.").format(path=path)
        )


def _named(path: Path, assignments: set[str], roster: Roster | None) -> Found:
    """A single notebook, whose folders may say whose it is."""
    parts = path.parts
    if SUBMITTED in parts[:-3]:
        at = len(parts) - 1 - parts[::-1].index(SUBMITTED)
        if len(parts) - at == 4:
            student = (roster and roster.named(parts[at + 1])) or parts[at + 1]
            when = _timestamp(path.with_name(TIMESTAMP))
            return Found(student, path.name, path, assignment=_known(parts[at + 2], assignments), when=when)
    for name in (path.name, *reversed(parts[1:-1])):
        if named := identify(name, assignments):
            student = _in_roster(named, roster) or named.student
            is_file = name == path.name
            return Found(
                student,
                (named.file if is_file else "") or path.name,
                path,
                owner=named.owner if is_file else "",
                when=named.when,
                is_marked_late=named.is_late,
            )
    names = [without_copy(path.stem), *reversed(parts[1:-1])]
    student = next((name for name in names if name not in assignments), path.stem)
    return Found((roster and roster.named(student)) or student, path.name, path)


def _in_folder(folder: Path, assignments: set[str], known: Known, roster: Roster | None) -> Iterator[Found]:
    """Notebooks below a folder: nbgrader's tree if it is or holds one, else a student per file or per subfolder."""
    if (folder / SUBMITTED).is_dir():
        folder = folder / SUBMITTED
    is_tree = folder.name == SUBMITTED or folder.absolute().name == SUBMITTED
    listed = list(itertools.islice(list_folder(folder, assignments, known), MAX_FILES + 1))
    if len(listed) > MAX_FILES:
        raise NothingToGrade(
            _("There are more than {limit} files in {path}.").format(limit=MAX_FILES, path=folder)
        )
    files, outer = listed, folder.absolute().name
    tops = {each.inside.parts[0] for each in listed if each.inside.parts}
    if not is_tree and len(tops) == 1:
        [top] = tops
        if not (folder / top).exists() or top.endswith("submissions"):  # an archive, by its stem
            files, outer = _unwrapped(listed, outer)
    yield from _Class((files, outer), assignments, roster, is_tree=is_tree).found()


def _unwrapped(listed: list[Listed], outer: str) -> tuple[list[Listed], str]:
    """The same files without folders that hold all of them, and the name of the last of these.

    Archives are often made of one folder, which is nobody's name, unless a platform has named it for a student.
    """
    while True:
        tops = {each.inside.parts[:1] for each in listed}
        is_around = all(len(each.inside.parts) > 1 for each in listed)
        if not listed or len(tops) > 1 or not is_around or identify(next(iter(tops))[0]):
            return listed, outer
        if sum(each.is_work for each in listed) == 1:  # then the folder may well be the student's
            return listed, outer
        [(top,)] = tops
        listed = [replace(each, inside=each.inside.relative_to(top)) for each in listed]
        outer = top


def student_of(inside: PurePosixPath, outer: str, assignments: set[str]) -> str:
    """Whose a file is: its outermost folder, else its own name, else the name of what holds it.

    >>> student_of(PurePosixPath("ada/rnn_basics/rnn_basics.ipynb"), "class", {"rnn_basics"})
    'ada'
    >>> student_of(PurePosixPath("ada-Copy1.ipynb"), "class", {"rnn_basics"})
    'ada'
    """
    folders = inside.parts[:-1]
    if folders[:1] == (SUBMITTED,):
        folders = folders[1:]
    names = [*folders, without_copy(inside.stem), outer]
    return next((name for name in names if name not in assignments), inside.stem)


def _known(name: str, assignments: set[str]) -> str:
    return name if name in assignments else ""


def _in_roster(named: Named, roster: Roster | None) -> str | None:
    if roster is None:
        return None
    return roster.of_platform(named.platform, named.id or named.student) or roster.named(named.student)


class _Class:
    """Tells whose each of many files is, in a folder or an archive of a class."""

    def __init__(
        self,
        files: tuple[list[Listed], str],
        assignments: set[str],
        roster: Roster | None,
        is_tree: bool = False,
        is_from_platform: bool = False,
    ) -> None:
        self.listed, self.outer = [each for each in files[0] if each.inside.parts], files[1]
        self.assignments, self.roster = assignments, roster
        self.is_tree, self.is_from_platform = is_tree, is_from_platform
        folders = {
            each.inside.parts[0] for each in self.listed if len(each.inside.parts) > 1 or each.is_folder
        }
        own = [name for name in sorted(folders) if name not in assignments and name != SUBMITTED]
        self.prefix = "" if is_tree else repository_prefix(own, self.outer, assignments)

    def found(self) -> Iterator[Found]:
        """The notebooks of every student, and for who has none something that says so."""
        students: dict[str, _Files] = {}
        for each in self.listed:
            key, student, named = self._whose(each)
            students.setdefault(key, []).append((each, named, student))
        students = _told_apart(students)
        is_one_students = any(
            each.is_work and student == self.outer and each.inside.parts[0] != student
            for files in students.values()
            for each, _n, student in files
        )
        has_flat_work = any(each.is_work and len(each.inside.parts) == 1 for each in self.listed)
        for files in students.values():
            work = [item for item in files if item[0].is_work]
            for each, named, student in work:
                yield self._one(each, named, student)
            if not work and not is_one_students and (counted := self._counted(files, has_flat_work)):
                listed, named, student = counted[0]
                names = [clean_line(name) for each, n, _s in counted if (name := _given_name(each, n))]
                problem = instead_of_a_notebook(names)
                yield replace(self._one(listed, named, student), file_name="", problem=problem)

    @staticmethod
    def _counted(files: _Files, has_flat_work: bool) -> _Files:
        """Those of a student's files that speak of a hand-in, where there is no notebook among them.

        A file in no folder of a student's does if people hand in such files instead of a notebook.
        """
        return [
            (each, named, student)
            for each, named, student in files
            if len(each.inside.parts) > 1
            or each.is_folder
            or named
            or (named_by_name(each.inside.name) and not (has_flat_work and each.inside.suffix == ".py"))
        ]

    def _whose(self, each: Listed) -> tuple[str, str, Named | None]:
        """Something that is the same for all files of a student, the name, and what a platform's name says."""
        parts = each.inside.parts
        at = 1 if parts[0] == SUBMITTED and len(parts) > 2 else 0
        named = None if self.is_tree else identify(parts[at], self.assignments)
        if named:
            student = _in_roster(named, self.roster)
            return student or named.owner, student or named.student, named
        if (named := None if self.is_tree else identify(self.outer)) and len(parts) == 1:
            return named.owner, _in_roster(named, self.roster) or named.student, named._replace(file="")
        if each.is_folder:
            name = student_of(each.inside / "_", self.outer, self.assignments)
        else:
            name = student_of(each.inside, self.outer, self.assignments)
        if self.prefix and name.startswith(self.prefix):
            name = name[len(self.prefix) :]
        student = (self.roster.named(name) if self.roster else None) or name
        return student, student, None

    def _one(self, each: Listed, named: Named | None, student: str) -> Found:
        parts, place = each.inside.parts, each.place
        is_in_tree = self.is_tree and len(parts) == 3
        is_flat = named is not None and bool(named.file) and len(parts) == 1
        when = named.when if named else None
        if when is None and is_in_tree and not place.member:
            when = _timestamp(place.path.with_name(TIMESTAMP))
        if when is None and self.is_from_platform:
            when = each.packed
        return Found(
            student,
            _given_name(each, named),
            place.path,
            place.member,
            _known(parts[1], self.assignments) if is_in_tree else "",
            each.problem,
            inner=place.inner,
            owner=named.owner if named and is_flat else "",
            when=when,
            is_marked_late=named is not None and named.is_late,
            changed=each.changed,
            order=named.order if named else 0,
            known=place.known,
        )


_Files = list[tuple[Listed, Named | None, str]]  # of one student


def _told_apart(students: dict[str, _Files]) -> dict[str, _Files]:
    """The same students; where a platform tells two of one name apart, its number stands behind the name."""
    times = Counter(student for files in students.values() for student in {files[0][2]})
    return {
        key: [
            (each, named, f"{student} ({named.id})" if named and named.id and times[student] > 1 else student)
            for each, named, student in files
        ]
        for key, files in students.items()
    }


def _given_name(each: Listed, named: Named | None) -> str:
    """The name that the student gave a file; empty for a folder, and for what a platform wrote itself."""
    if each.is_folder:
        return ""
    if named and len(each.inside.parts) == 1:
        return named.file
    return each.inside.name


def _timestamp(path: Path) -> datetime | None:
    """What nbgrader says about when a submission was handed in; None if it says nothing."""
    with suppress(Refused, ValueError):
        text = read_file(path, 200).decode("utf-8").strip()
        time, _space, zone = text.rpartition(" ")
        if zone[:1].isalpha():
            return in_zone(datetime.fromisoformat(time), zone)
        return datetime.fromisoformat(text)
    return None
