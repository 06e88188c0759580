"""Reads zip archives that students have made: within bounds, never unpacked to disk, refused with a sentence."""

from __future__ import annotations

import functools
import io
import os
import re
import stat
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.grading.files import Refused
from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.core.notebook import MAX_BYTES_WITH_OUTPUTS
from autograder.student.models.model_files import FILE_LIMITS, MAX_WEIGHTS_BYTES

MAX_MEMBERS = 10_000
MAX_ARCHIVE_BYTES = 2 * 2**30  # that an archive may declare beyond its own size: weights do not compress
MAX_INNER_BYTES = (
    MAX_WEIGHTS_BYTES + MAX_BYTES_WITH_OUTPUTS
)  # of an archive in an archive: it is held in memory
MAX_INNER_MEMBERS = 1000
IGNORED = re.compile(r"\.|__MACOSX$|__pycache__$|Thumbs\.db$|desktop\.ini$")  # .git, ._notebook.ipynb
_MAX_DIRECTORY_BYTES = 4 * 2**20  # of an archive's table of contents: it is read at once
_END_OF_DIRECTORY = struct.Struct("<4sHHHHIIH")
_END_LENGTH = _END_OF_DIRECTORY.size + 2**16
_ZIP64_LOCATOR = b"PK\x06\x07"
_UTF8_FLAG = 0x800

Known = Callable[[str], bool]  # whether somebody of the class is named in a text


@dataclass(frozen=True)
class Member:
    """One file in an archive, under the name that its author saw."""

    name: str  # with "/" between folders, whatever stood in the archive
    info: zipfile.ZipInfo

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, which an archive may list beside the files in it."""
        return self.name.endswith("/")

    @property
    def is_ignored(self) -> bool:
        """Whether it is passed over, or lies in a folder that is."""
        parts = PurePosixPath(self.name).parts
        return any(IGNORED.match(part) and part != ".." for part in parts)

    @property
    def is_archive(self) -> bool:
        """Whether it is a zip archive, by its name."""
        return self.name.lower().endswith(".zip")

    @property
    def changed(self) -> datetime | None:
        """When the file was changed, as the archive says; None where it says nothing."""
        try:
            time = datetime(*self.info.date_time)
        except ValueError:
            return None
        return time if time.year > 1980 else None


class Archive:
    """An archive whose table of contents has been read, once."""

    def __init__(self, opened: zipfile.ZipFile, size: int, known: Known) -> None:
        self._opened = opened
        self.size = size
        self.members = [Member(_readable_name(info, known), info) for info in opened.infolist()[:MAX_MEMBERS]]
        self._times = Counter(member.name for member in self.members)
        self._by_name = {member.name: member for member in self.members}

    def why_refused(self, member: Member) -> str:
        """Why a member is not read; empty if it is."""
        name = member.name
        if name.startswith("/") or "\0" in name or ":" in name.split("/")[0] or ".." in name.split("/"):
            return _("Its path in the archive leads outside the archive.")
        if stat.S_ISLNK(member.info.external_attr >> 16):
            return _("It is a link to another place, and links are not followed.")
        if self._times[name] > 1:
            return _("The archive has {count} files of this name, so it is unclear which one counts.").format(
                count=self._times[name]
            )
        if member.info.flag_bits & 0x1:
            return _("It is encrypted.")
        return ""

    def declares_too_much(self, is_inner: bool = False) -> bool:
        """Whether what we would read of it is far more than it can hold honestly."""
        wanted = [member.info for member in self.members if _is_read(member)]
        limit = MAX_INNER_BYTES if is_inner else MAX_ARCHIVE_BYTES
        return sum(info.file_size for info in wanted) > limit + self.size

    def read(self, name: str, limit: int) -> bytes:
        """The bytes of a member, at most one more than `limit`; `Refused` if they cannot be had."""
        member = self._by_name.get(name)
        if member is None:
            raise Refused(_("It could not be unpacked: the archive is damaged."))
        if problem := self.why_refused(member):
            raise Refused(problem)
        damaged = _("It could not be unpacked: the archive is damaged.")
        with _refusing(damaged), self._opened.open(member.info) as file:
            return file.read(limit + 1)


@contextmanager
def _refusing(sentence: str) -> Iterator[None]:
    """Turns every failure to decode into `Refused`.

    zipfile and the four decompressors behind it do not say which exceptions they raise, and `lzma.LZMAError` is a
    kind of its own: one that we forgot would end the whole class.
    """
    try:
        yield
    except Refused:
        raise
    except Exception:
        raise Refused(sentence) from None


def _is_read(member: Member) -> bool:
    name = PurePosixPath(member.name).name.lower()
    return not (member.is_ignored or member.is_folder) and (
        name.endswith((".ipynb", ".zip")) or any(name.endswith(each) for each in FILE_LIMITS)
    )


def nobody(_text: str) -> bool:
    """Without a roster nobody is known."""
    return False


def open_archive(path: Path, known: Known = nobody) -> Archive:
    """The archive at this path; as long as the file stays the same it is read once. `Refused` if it is none."""
    try:
        status = path.stat()
    except OSError:
        raise Refused(_("The archive is damaged, or not a zip archive.")) from None
    return _open(path, status.st_mtime_ns, status.st_size, known)


@functools.lru_cache(maxsize=4)
def _open(path: Path, _changed: int, size: int, known: Known) -> Archive:
    with _refusing(_("The archive is damaged, or not a zip archive.")):
        with path.open("rb") as file:
            _look_at_size(file, MAX_MEMBERS)
        return Archive(zipfile.ZipFile(path), size, known)


def open_inner(outer: Archive, name: str, known: Known = nobody) -> Archive:
    """The archive that is a member of another one. `Refused` if it cannot be read within its bounds."""
    return _open_inner(outer, name, known)


@functools.lru_cache(maxsize=1)
def _open_inner(outer: Archive, name: str, known: Known) -> Archive:
    data = outer.read(name, MAX_INNER_BYTES)
    if len(data) > MAX_INNER_BYTES:
        raise Refused(_("It is too large, or its archive is."))
    file = io.BytesIO(data)
    with _refusing(_("The archive is damaged, or not a zip archive.")):
        _look_at_size(file, MAX_INNER_MEMBERS)
        inner = Archive(zipfile.ZipFile(file), len(data), known)
    if inner.declares_too_much(is_inner=True):
        raise Refused(_("It is too large, or its archive is."))
    return inner


def _look_at_size(file: io.BufferedReader | io.BytesIO, limit: int) -> None:
    """Looks at how long the table of contents is: zipfile reads all of it at once."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END_LENGTH))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END_OF_DIRECTORY.size:
        raise Refused(_("The archive is damaged, or not a zip archive."))
    fields = _END_OF_DIRECTORY.unpack_from(tail, at)
    if fields[4] > limit or fields[5] > _MAX_DIRECTORY_BYTES or _ZIP64_LOCATOR in tail[:at][-20:]:
        raise Refused(_("The archive holds more than {limit} files.").format(limit=limit))


def _readable_name(info: zipfile.ZipInfo, known: Known) -> str:
    """A member's name as a path: decoded as its author saw it, with "/" where Windows wrote a backslash."""
    names = decodings(info.orig_filename, bool(info.flag_bits & _UTF8_FLAG))
    return next((name for name in names if known(name)), names[0]).replace("\\", "/")


def decodings(name: str, is_utf8: bool) -> list[str]:
    """What a name in an archive may have been, the likeliest first. Zip programs of Windows write the local code page.

    >>> decodings("김철수.ipynb".encode("cp949").decode("cp437"), False)[0]
    '김철수.ipynb'
    """
    if is_utf8 or name.isascii():
        return [name]
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return [name]
    if _is_latin(name):
        return [name]
    guesses = [text for encoding, letters in _GUESSES if (text := _decoded(raw, encoding, letters))]
    return [*dict.fromkeys([*guesses, name])]


_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[\x20-\x7e\u00c0-\u017f]*")


def _is_latin(name: str) -> bool:
    """Whether a name makes sense as it is: letters of Western Europe, few of them with accents in each word."""
    return bool(_LATIN.fullmatch(name)) and all(
        3 * sum(not letter.isascii() for letter in word) <= len(word) for word in _WORD.findall(name)
    )


_HANGUL = re.compile(r"[\x20-\x7e\uac00-\ud7a3]*")
_JAPANESE = re.compile(r"[\x20-\x7e\u3005\u3041-\u30ff\u4e00-\u9fff]*")
_ANY = re.compile(r"[^\x00-\x1f\x7f]*")
# Korean in the letters of its old standard first: what else has these bytes is rare.
_GUESSES = (
    ("utf-8", _ANY),
    ("euc_kr", _HANGUL),
    ("cp932", _JAPANESE),
    ("cp949", _HANGUL),
    ("gb18030", _JAPANESE),
    ("cp949", _ANY),
)


def _decoded(raw: bytes, encoding: str, letters: re.Pattern[str]) -> str:
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return text if letters.fullmatch(text) else ""


def harmless(name: str) -> str:
    """A member's name as a path that stays where it is."""
    parts = clean_line(name, 1000).split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))
