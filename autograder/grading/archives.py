"""Reads zip archives that students have made: bounded, never unpacked to disk, each refusal with a sentence."""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath

from autograder.grading.files import Reader, Refused
from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.models.model_files import FILE_LIMITS

MAX_MEMBERS = 10_000
MAX_ARCHIVE_BYTES = 2 * 2**30  # that an archive may declare beyond its own size: weights do not compress
IGNORED = re.compile(r"\.|__MACOSX$|__pycache__$")  # .ipynb_checkpoints, .git, ._notebook.ipynb
_MAX_DIRECTORY_BYTES = 4 * 2**20  # of an archive's table of contents: it is read at once
_END_OF_DIRECTORY = struct.Struct("<4sHHHHIIH")
_END_LENGTH = _END_OF_DIRECTORY.size + 2**16
_ZIP64_LOCATOR = b"PK\x06\x07"
_ARCHIVE_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError)
_DECODING_ERRORS = (OSError, ValueError, KeyError, struct.error, zlib.error, MemoryError)


def members_of(path: Path) -> list[zipfile.ZipInfo]:
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


def is_wanted(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a notebook or an archive, and not in a folder that is passed over."""
    ignored = any(IGNORED.match(part) and part != ".." for part in PurePosixPath(member.filename).parts)
    return not ignored and member.filename.lower().endswith((".ipynb", ".zip"))  # a folder's name ends in "/"


def why_member_refused(member: zipfile.ZipInfo, times: int) -> str:
    """Why a member is not read; empty if it is. `times` is how many members have its name."""
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


def declares_too_much(path: Path, members: Sequence[zipfile.ZipInfo]) -> bool:
    """Whether what we would read of an archive is far more than it can hold honestly."""
    wanted = [member for member in members if is_wanted(member) or _is_checkpoint(member)]
    return sum(member.file_size for member in wanted) > MAX_ARCHIVE_BYTES + path.stat().st_size


def _is_checkpoint(member: zipfile.ZipInfo) -> bool:
    return PurePosixPath(member.filename).name in FILE_LIMITS


def members_beside(path: Path, member: str, names: Sequence[str]) -> Iterator[tuple[str, Reader]]:
    """The members of these names in the same folder of the archive."""
    folder = member[: member.rfind("/") + 1]
    try:
        contents = [each for each in members_of(path) if each.filename.startswith(folder)]
    except (Refused, OSError):  # the notebook will say so
        return
    for name in names:
        same = [each for each in contents if each.filename == folder + name]
        if same:
            yield name, partial(_read_checked, path, same)


def _read_checked(path: Path, same: Sequence[zipfile.ZipInfo], limit: int) -> bytes:
    if problem := why_member_refused(same[0], len(same)):
        raise Refused(problem)
    return read_member(path, same[0].filename, limit)


def read_member(path: Path, name: str, limit: int) -> bytes:
    """The bytes of a member, at most one more than `limit`; `Refused` if they cannot be had."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open(name) as file:
            return file.read(limit + 1)
    except (*_ARCHIVE_ERRORS, *_DECODING_ERRORS):
        raise Refused(_("It could not be unpacked: the archive is damaged.")) from None


def harmless(name: str) -> str:
    """A member's name as a path that stays where it is."""
    parts = clean_line(name, 1000).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))


def common_folder(names: Sequence[PurePosixPath]) -> PurePosixPath:
    """The folder that holds everything: archives are often made of one folder, which is nobody's name."""
    return PurePosixPath(os.path.commonpath([name.parent for name in names]) if len(names) > 1 else "")
