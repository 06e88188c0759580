"""Reads the list of a class: who is in it, by which names platforms know them, and who has more time."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from autograder.grading.files import Refused, read_file
from autograder.grading.roster_exports import of_platform
from autograder.grading.text import clean_line
from autograder.student.core.language import _

MAX_ROSTER_BYTES = 4 * 2**20
_MAX_PARTS = 12  # of a name that is searched for a student
_COLUMNS = {  # what a column is for, by the names people give it; every other column holds ids of a platform
    "id": ("id", "student id", "student_id", "studentid", "학번"),
    "name": ("name", "full name", "student", "student name", "이름", "성명"),
    "email": ("email", "e-mail", "e-mail address", "email address", "이메일"),
    "extension": ("extension", "extra time", "extended", "연장"),
    "section": ("section", "분반"),
}
_EXTENSION = re.compile(r"(\d{1,4}(?:\.\d{1,3})?) ?(d|days?|h|hours?)?", re.IGNORECASE)


class BadRoster(ValueError):
    """A roster that cannot be used; the sentence says why."""


@dataclass(frozen=True)
class Student:
    """One line of the roster."""

    id: str
    name: str = ""
    email: str = ""
    platform_ids: dict[str, str] = field(default_factory=dict)  # by the name of the column, in small letters
    extension: timedelta | datetime | None = None  # more time, or a due date of one's own
    section: str = ""


class Roster:
    """The students of a class, to be found by whatever a platform calls them."""

    def __init__(self, students: list[Student]) -> None:
        self.students = students
        self._by_key: dict[str, set[str]] = {}
        self._by_part: dict[str, set[str]] = {}  # what may stand among other words
        self._by_id = {student.id: student for student in students}
        for student in students:
            for key in _keys(student):
                self._by_key.setdefault(key, set()).add(student.id)
            for key in filter(_is_telling, _keys(student, in_part=True)):
                self._by_part.setdefault(key, set()).add(student.id)

    def knows(self, text: str) -> bool:
        """Whether this text names one of the class."""
        return self.named(text) is not None

    def student(self, identifier: str) -> Student | None:
        """The student of this id."""
        return self._by_id.get(identifier)

    def of_platform(self, platform: str, identifier: str) -> str | None:
        """The id of the student whom a platform knows by this one; None without a column for it."""
        found = [s.id for s in self.students if identifier and s.platform_ids.get(platform) == identifier]
        return found[0] if len(found) == 1 else None

    def named(self, text: str) -> str | None:
        """The id of the only student whom this text names, as a whole or else in a part of it; None if none is."""
        if whole := self._by_key.get(_key(text)):
            return next(iter(whole)) if len(whole) == 1 else None
        parts = [part for part in re.split(r"[\W_]+", text) if part][:_MAX_PARTS]
        for length in range(len(parts) - 1, 0, -1):
            runs = ("".join(parts[at : at + length]) for at in range(len(parts) - length + 1))
            found = set().union(*(self._by_part.get(_key(run), set()) for run in runs))
            if found:
                return found.pop() if len(found) == 1 else None
        return None


def _key(text: str) -> str:
    """A name without what platforms leave out or change: spaces, signs, accents written in two ways, capitals."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text).casefold())


def _keys(student: Student, in_part: bool = False) -> set[str]:
    """By what a student is known: alone, or `in_part` among other words, where one name of two says too little."""
    words = [word for word in re.split(r"[\W_]+", student.name) if word]
    texts = [student.id, student.email, *student.platform_ids.values()]
    if not in_part:
        texts.append(student.email.split("@")[0])
    if not in_part or len(words) > 1 or not student.name.isascii():
        texts += ["".join(words[at:] + words[:at]) for at in range(len(words))]
    return {key for text in texts if (key := _key(text))}


def _is_telling(key: str) -> bool:
    """Whether a text is long enough to mean somebody wherever it stands: "3" and "hw" do not."""
    return len(key) >= (5 if key.isdecimal() else 3 if key.isascii() else 2)


def read_roster(path: Path) -> Roster:
    """The roster in a CSV file with a line of column names; `BadRoster` says what is wrong with any other."""
    try:
        data = read_file(path.resolve(), MAX_ROSTER_BYTES)
    except Refused as error:
        raise BadRoster(
            _("The roster {path} cannot be read. {reason}").format(path=path, reason=error)
        ) from None
    if len(data) > MAX_ROSTER_BYTES:
        raise BadRoster(_("The roster {path} is too large.").format(path=path))
    return roster_from(data, path.name)


def roster_from(data: bytes, name: str) -> Roster:
    """The roster in these bytes: commas, semicolons or tabs; UTF-8, or what Excel writes in Korea."""
    text = _decoded(data)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadRoster(
            _("The roster {name} is not a CSV file: {reason}.").format(name=name, reason=error)
        ) from None
    rows = of_platform(rows)
    titles = [title.strip().casefold() for title in rows[0]] if rows else []
    if "id" not in (used := [_use(title) for title in titles]):
        raise BadRoster(
            _(
                "The roster {name} has no column called id. Its first line must name its columns: id and, "
                "if you have them, name, email and extension. Add one column for each platform, as in "
                "canvas or github."
            ).format(name=name)
        )
    if twice := next((title for title in used if title and used.count(title) > 1), ""):
        raise BadRoster(_("The roster {name} has two columns for {column}.").format(name=name, column=twice))
    students: dict[str, Student] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        student = _student(dict(zip(used, map(str.strip, row), strict=False)), number, name)
        if student.id in students:
            raise BadRoster(
                _("Line {line} of the roster {name}: the id {id} is there twice.").format(
                    line=number, name=name, id=student.id
                )
            )
        students[student.id] = student
    return Roster(list(students.values()))


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8-sig", errors="replace")


def _use(title: str) -> str:
    """What a column is for: one of ours, or the platform that it is named for, as in "canvas" or "canvas id"."""
    for use, titles in _COLUMNS.items():
        if title in titles:
            return use
    return re.sub(r"[ _](?:id|login|user(?:name)?)$", "", title)


def _student(cells: dict[str, str], line: int, name: str) -> Student:
    where = {"line": line, "name": name}
    identifier = clean_line(cells.pop("id", ""), 100)
    if not identifier:
        raise BadRoster(_("Line {line} of the roster {name} has no id.").format(**where))
    ours = {use: cells.pop(use, "") for use in ("name", "email", "extension", "section")}
    try:
        extension = _extension(ours["extension"])
    except ValueError:
        raise BadRoster(
            _(
                "Line {line} of the roster {name}: {text} is not an extension. Write days or hours, as in 2 or 48h, "
                "or a date, as in 2026-11-22T23:59."
            ).format(**where, text=f"“{ours['extension']}”")
        ) from None
    platform_ids = {use: text for use, text in cells.items() if use and text}
    return Student(identifier, ours["name"], ours["email"], platform_ids, extension, ours["section"])


def _extension(text: str) -> timedelta | datetime | None:
    if not text:
        return None
    if match := _EXTENSION.fullmatch(text):
        amount, unit = float(match[1]), (match[2] or "d")[0].lower()
        return timedelta(days=amount) if unit == "d" else timedelta(hours=amount)
    return datetime.fromisoformat(text)
