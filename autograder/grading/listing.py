"""Lists the files in a folder or an archive, including those in archives inside it; follows no link.

What cannot be opened is listed as well, with the reason, and everything else is still read.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath, PurePosixPath
from typing import TypeVar

from autograder.grading.archives import (
    IGNORED,
    Archive,
    Known,
    Member,
    harmless,
    open_archive,
    open_inner,
)
from autograder.grading.beside import Place
from autograder.grading.files import Refused, why_refused
from autograder.student.core.language import _
from autograder.student.core.notebook import MAX_BYTES_WITH_OUTPUTS
from autograder.student.models.model_files import FILE_LIMITS


@dataclass(frozen=True)
class Listed:
    """One file, or a folder without any."""

    inside: PurePosixPath  # where it lies below what was given; an archive is to its files what a folder is
    place: Place
    problem: str = ""  # why it is not read
    is_folder: bool = False  # an empty one
    changed: float = 0.0  # as its author's machine says, in seconds
    packed: datetime | None = (
        None  # as the archive says that was given; platforms write when a file was handed in
    )

    @property
    def is_work(self) -> bool:
        """Whether it is a notebook, or may have been one."""
        name = self.place.inner or self.place.member or self.inside.name
        return bool(self.problem) or (name.lower().endswith(".ipynb") and not self.is_folder)


_AnyPath = TypeVar("_AnyPath", bound=PurePath)


def packed_in(path: _AnyPath, assignments: Collection[str]) -> _AnyPath | None:
    """The notebook that lies beside this archive if `autograder submit` made it; it is then read instead.

    >>> packed_in(PurePosixPath("ada/rnn_basics.zip"), {"rnn_basics"})
    PurePosixPath('ada/rnn_basics.ipynb')
    """
    is_hand_in = path.suffix.lower() == ".zip" and path.stem in assignments
    return path.with_suffix(".ipynb") if is_hand_in else None


def list_folder(folder: Path, assignments: Collection[str], known: Known) -> Iterator[Listed]:
    """The files below a folder in a fixed order."""
    for place, folders, files in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not IGNORED.match(name))
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        names = sorted(name for name in [*files, *links] if not IGNORED.match(name))
        inside_folder = PurePosixPath(Path(place).relative_to(folder).as_posix())
        if not names and not folders and inside_folder.name not in FILE_LIMITS:
            yield Listed(inside_folder, Place(Path(place)), is_folder=True)
        for name in names:
            path, inside = Path(place, name), inside_folder / name
            notebook = packed_in(path, assignments)
            if notebook is not None and notebook.is_file() and not notebook.is_symlink():
                continue
            is_work = name in links or path.suffix.lower() in (".ipynb", ".zip")
            if is_work and (problem := why_refused(path)):
                yield Listed(inside, Place(path), problem)
            elif path.suffix.lower() == ".zip":
                yield from list_archive(path, inside.with_suffix(""), assignments, known)
            else:
                yield Listed(inside, Place(path), changed=path.lstat().st_mtime)


def list_archive(
    path: Path, inside: PurePosixPath, assignments: Collection[str], known: Known
) -> Iterator[Listed]:
    """The files in an archive on disk, which is to `inside` what a subfolder would be."""
    try:
        archive = open_archive(path, known)
    except Refused as error:
        yield Listed(inside.parent / path.name, Place(path), str(error))
        return
    is_bomb = archive.declares_too_much()
    members = _members(archive, assignments)
    if not members:
        yield Listed(inside.parent / path.name, Place(path), _("There is no file in the archive."))
    places = _places(members, path.name)
    for member, place in zip(members, places, strict=True):
        problem = archive.why_refused(member) if _is_wanted(member) else ""
        is_large = member.info.file_size > MAX_BYTES_WITH_OUTPUTS and not member.is_archive
        if _is_wanted(member) and (is_bomb or is_large):
            problem = problem or _("It is too large, or its archive is.")
        if member.is_archive and not problem:
            yield from _list_inner(archive, path, member, inside / place, assignments, known)
            continue
        where = Place(path, member.name, known=known)
        yield Listed(inside / place, where, problem, changed=_seconds(member), packed=member.changed)
    for folder, member in _empty_folders(archive).items() if members else ():
        where = Place(path, member.name, known=known)
        yield Listed(inside / harmless(str(folder)), where, is_folder=True, packed=member.changed)


def _list_inner(
    archive: Archive,
    path: Path,
    outer: Member,
    inside: PurePosixPath,
    assignments: Collection[str],
    known: Known,
) -> Iterator[Listed]:
    """The files in an archive in an archive; those in it in turn are not opened."""
    try:
        inner = open_inner(archive, outer.name, known)
    except Refused as error:
        yield Listed(inside, Place(path, outer.name, known=known), str(error), packed=outer.changed)
        return
    members = _members(inner, assignments)
    if not members:
        problem = _("There is no file in the archive.")
        yield Listed(inside, Place(path, outer.name, known=known), problem, packed=outer.changed)
    for member, place in zip(members, _places(members, inside.name), strict=True):
        problem = inner.why_refused(member) if _is_wanted(member) else ""
        if member.is_archive:
            problem = problem or _("It is an archive in an archive in an archive, which is not opened.")
        elif member.info.file_size > MAX_BYTES_WITH_OUTPUTS and _is_wanted(member):
            problem = problem or _("It is too large, or its archive is.")
        yield Listed(
            inside.with_suffix("") / place,
            Place(path, outer.name, member.name, known),
            problem,
            changed=_seconds(member),
            packed=outer.changed,
        )


def _members(archive: Archive, assignments: Collection[str]) -> list[Member]:
    members = [member for member in archive.members if not (member.is_ignored or member.is_folder)]
    names = {member.name for member in members}
    return [
        member for member in members if str(packed_in(PurePosixPath(member.name), assignments)) not in names
    ]


def _empty_folders(archive: Archive) -> dict[PurePosixPath, Member]:
    """The folders of an archive with nothing in them but what is passed over, and the members that tell of them."""
    folders: dict[PurePosixPath, Member] = {}
    full: set[PurePosixPath] = set()
    for member in archive.members:
        path = PurePosixPath(member.name)
        folder = PurePosixPath(*itertools.takewhile(lambda part: not IGNORED.match(part), path.parts))
        full.update(folder.parents)
        if folder != path or member.is_folder:
            folders.setdefault(folder, member)
    return {folder: member for folder, member in folders.items() if folder not in full and folder.parts}


def _places(members: list[Member], archive: str) -> list[PurePosixPath]:
    return [PurePosixPath(harmless(member.name) or archive) for member in members]


def _is_wanted(member: Member) -> bool:
    return member.is_archive or member.name.lower().endswith(".ipynb")


def _seconds(member: Member) -> float:
    changed = member.changed
    try:
        return changed.timestamp() if changed else 0.0
    except (OverflowError, OSError, ValueError):
        return 0.0
