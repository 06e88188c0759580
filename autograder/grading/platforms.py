"""Tells whose a file or folder is by its name: a table of the patterns that learning platforms use."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

_LONGEST = 400  # of a name that is looked at


class Pattern(NamedTuple):
    """How one platform names a file or a folder of a student; groups that are not there say nothing."""

    platform: str  # as a column of a roster is called that holds this platform's ids
    names: re.Pattern[str]
    times: tuple[str, ...] = ()  # how it writes when something was handed in


def _pattern(platform: str, names: str, *times: str) -> Pattern:
    return Pattern(platform, re.compile(names, re.DOTALL), times)


# The first that fits counts.
PATTERNS = (
    # Lovelace Ada_4711_assignsubmission_file_/x.ipynb, or with all files in one folder ..._file_x.ipynb
    _pattern("moodle", r"(?P<student>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_(?P<file>.*))?"),
    # rnn basics_alovelace_attempt_2026-11-20-23-59-01_x.ipynb; the platform's own notes end in .txt
    _pattern(
        "blackboard",
        r".+?_(?P<student>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)?",
        "%Y-%m-%d-%H-%M-%S",
    ),
    # 12345-67890 - Ada Lovelace - Nov 20, 2026 1159 PM/x.ipynb
    _pattern(
        "brightspace",
        r"(?P<id>\d+)-\d+ ?- (?P<student>.+?) ?- (?P<when>[A-Z][a-z]{2,8} \d{1,2}, \d{4} \d{3,4} [AP]M)"
        r"(?: ?- (?P<file>.+))?",
        "%b %d, %Y %I%M %p",
        "%B %d, %Y %I%M %p",
    ),
    # ada+rnn_basics+2026-11-20 23:59:01.123456 UTC+random, as JupyterHub's exchange keeps it
    _pattern(
        "nbgrader",
        r"(?P<student>[^+]+)\+[^+]+\+(?P<when>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?P<fraction>\.\d+)? (?P<zone>[^+]+)"
        r"(?:\+.*)?",
        "%Y-%m-%d %H:%M:%S",
    ),
    # lovelaceada_LATE_12345_9924_x-1.ipynb: the student's number, the file's, and a number for another try
    _pattern(
        "canvas", r"(?P<student>[^\W_]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?P<order>\d{3,})_(?P<file>.+)"
    ),
    _pattern("canvas", r"anon_(?P<student>[0-9A-Za-z]+)_(?:(?P<late>LATE)_)?(?P<order>\d{3,})_(?P<file>.+)"),
    # lovelaceada_12345_text.html: what was typed into the page
    _pattern("canvas", r"(?P<student>[^\W_]+)_(?:(?P<late>LATE)_)?(?P<id>\d+)_(?P<file>(?:text|link)\.html)"),
)
_COPY = re.compile(r"-\d{1,3}(?=\.[^.]+$)")  # Canvas' own number, before the suffix
_JUPYTER_COPY = re.compile(r"-Copy\d*(?=$|\.[^.]+$)")
_GOOGLE = re.compile(r"(?P<one>.+?) - (?P<other>.+)", re.DOTALL)


class Named(NamedTuple):
    """What a platform's name says about a hand-in."""

    platform: str
    student: str
    id: str = ""  # the platform's own for this student
    file: str = ""  # the name that the student gave; empty for a folder
    when: datetime | None = None  # without a time zone where the platform writes none
    is_late: bool = False
    order: int = 0  # the larger the later, among files of one student

    @property
    def owner(self) -> str:
        """The same for everything of one student."""
        return f"{self.platform} {self.id or self.student}"


def identify(name: str, assignments: Collection[str] = ()) -> Named | None:
    """Whose a file or a folder of this name is; None if it is not named as a platform names it.

    >>> identify("lovelaceada_LATE_12345_9924_rnn_basics-1.ipynb")[:4]
    ('canvas', 'lovelaceada', '12345', 'rnn_basics.ipynb')
    >>> identify("Lovelace Ada_4711_assignsubmission_file_")[:4]
    ('moodle', 'Lovelace Ada', '4711', '')
    >>> identify("Ada Lovelace - rnn_basics.ipynb", {"rnn_basics"})[:2]
    ('google', 'Ada Lovelace')
    """
    if len(name) > _LONGEST:
        return None
    for pattern in PATTERNS:
        if match := pattern.names.fullmatch(name):
            said = {key: text for key, text in match.groupdict().items() if text}
            file = said.get("file", "")
            return Named(
                pattern.platform,
                said["student"].strip() or "?",
                said.get("id", ""),
                _COPY.sub("", file) if pattern.platform == "canvas" else file,
                _time(said.get("when", ""), said.get("zone", ""), pattern.times),
                "late" in said,
                int(said.get("order", "0")[:18]),
            )
    return _of_google(name, assignments)


def _of_google(name: str, assignments: Collection[str]) -> Named | None:
    """Google Classroom puts the student and the assignment into one name, in either order."""
    match = _GOOGLE.fullmatch(name)
    if match is None:
        return None
    one, dot, suffix = name.rpartition(".") if name.endswith(".ipynb") else (name, "", "")
    parts = one.split(" - ")
    for assignment, student in ((parts[-1], parts[:-1]), (parts[0], parts[1:])):
        if assignment in assignments and (who := " - ".join(student).strip()):
            return Named("google", who, file=f"{assignment}{dot}{suffix}" if dot else "")
    return None


def _time(text: str, zone: str, formats: Sequence[str]) -> datetime | None:
    for form in formats:
        with suppress(ValueError):
            return in_zone(datetime.strptime(text, form), zone)
    return None


def in_zone(time: datetime, zone: str) -> datetime:
    """A time in the zone of this name; as it is if there is none of this name."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        return time.replace(tzinfo=ZoneInfo(zone))
    return time


def without_copy(stem: str) -> str:
    """The name of a file without what Jupyter adds to that of a copy.

    >>> without_copy("ada-Copy1")
    'ada'
    """
    return _JUPYTER_COPY.sub("", stem)


def repository_prefix(folders: Sequence[str], outer: str, assignments: Collection[str]) -> str:
    """What comes before the student in the names of these repositories, as in "hw1-octocat" in "hw1-submissions".

    That is the name of the assignment: as it stands on the folder around them, or one of ours, or what all folders
    begin with, if there is a number in it as in "hw1".

    >>> repository_prefix(["hw1-octocat", "hw1-ada-l"], "class", ())
    'hw1-'
    """
    wanted = {outer.removesuffix("-submissions")} if outer.endswith("-submissions") else set()
    wanted |= {name for assignment in assignments for name in (assignment, assignment.replace("_", "-"))}
    for name in sorted(wanted):
        if folders and all(folder.startswith(f"{name}-") for folder in folders):
            return f"{name}-"
    if len(folders) < 2:
        return ""
    shared = folders[0]
    for folder in folders[1:]:
        while not folder.startswith(shared):
            shared = shared[:-1]
    # The shortest part with a digit in it: what follows may be the beginning of two students' names.
    begins = re.match(r"[^-]*(?:-[^-]*)*?\d[^-]*-", shared)
    return begins.group() if begins and all(len(folder) > len(begins.group()) for folder in folders) else ""
