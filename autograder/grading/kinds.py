"""Says what a file is that is not a notebook, by its first bytes or by its name, and what to hand in instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from autograder.student.core.language import _


class _Kind(NamedTuple):
    """One kind of file that people hand in instead of a notebook."""

    start: re.Pattern[bytes]  # how its bytes begin
    suffixes: tuple[str, ...]  # how its name may end
    sentence: str


def _starts(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:" + pattern + rb")", re.IGNORECASE | re.DOTALL)


_NEVER = re.compile(rb"(?!)")
_HEAD_BYTES = 1000


def _kinds() -> tuple[_Kind, ...]:
    """The table; a function, since its sentences are in the language of the moment."""
    packed = _("Unpack it, and hand in the notebook (.ipynb) or a zip archive with it.")
    return (
        _Kind(
            _starts(rb"<!doctype html|<html|<\?xml|<head|<body"),
            (".html", ".htm", ".mhtml"),
            _(
                "It is a web page (HTML), not a notebook: a copy of what a browser shows. Download the notebook "
                "itself (.ipynb) and hand it in."
            ),
        ),
        _Kind(
            _starts(rb"version https://git-lfs\.github\.com/spec/"),
            (),
            _(
                "It is a pointer of Git LFS, not the notebook: the content was never uploaded. Hand in the file "
                "itself."
            ),
        ),
        _Kind(
            _starts(rb"https?://\S+\s*\Z"),
            (".url", ".webloc", ".lnk", ".gdoc"),
            _("It is a link, not the notebook. Download the notebook itself (.ipynb) and hand it in."),
        ),
        _Kind(
            _starts(rb"\d{3}: ?[A-Z]"),
            (),
            _("It is the error message of a web server, not the notebook. Download the notebook again."),
        ),
        _Kind(
            _starts(rb"\0{16}"),
            (),
            _(
                "It holds nothing but zeros: it was not stored completely. Save the notebook and hand it in again."
            ),
        ),
        _Kind(_starts(rb"\x1f\x8b"), (".tar.gz", ".tgz"), _("It is a gzip archive (tar.gz).") + " " + packed),
        _Kind(_NEVER, (".gz",), _("It is a file compressed with gzip.") + " " + packed),
        _Kind(
            _starts(rb"BZh\d|\xfd7zXZ\0|\x28\xb5\x2f\xfd"),
            (".bz2", ".xz", ".zst"),
            _("It is a compressed file.") + " " + packed,
        ),
        _Kind(_starts(rb"7z\xbc\xaf\x27\x1c"), (".7z",), _("It is a 7z archive.") + " " + packed),
        _Kind(_starts(rb"Rar!\x1a\x07"), (".rar",), _("It is a RAR archive.") + " " + packed),
        _Kind(_starts(rb".{257}ustar"), (".tar",), _("It is a tar archive.") + " " + packed),
        _Kind(
            _NEVER,
            (".docx", ".doc", ".odt", ".pptx", ".xlsx", ".rtf", ".pages", ".hwp", ".hwpx"),
            _("It is an office document. Only a notebook (.ipynb) can be graded."),
        ),
        _Kind(
            _starts(rb"PK\x03\x04"),
            (),
            _("It is a zip archive under the name of a notebook. Give it a name that ends in .zip."),
        ),
        _Kind(
            _starts(rb"%PDF-"),
            (".pdf",),
            _("It is a PDF. Only the notebook itself (.ipynb) can be graded."),
        ),
        _Kind(
            _starts(rb"\x89PNG\r\n|\xff\xd8\xff|GIF8"),
            (".png", ".jpg", ".jpeg", ".heic", ".gif"),
            _("It is a picture. Only the notebook itself (.ipynb) can be graded."),
        ),
        _Kind(
            _starts(rb"#!|# %%|# coding|#\s*-\*-|(?-i:import|from) \w|def \w+\(|\"\"\""),
            (".py",),
            _(
                "It is a Python file, not a notebook. Put the code into the notebook's cells and hand that in."
            ),
        ),
    )


# A notebook with something more behind its name, as browsers and mail programs add it; not one that was packed.
_RENAMED = re.compile(
    r"\.ipynb\.(?!(?:gz|bz2|xz|zst|7z|rar|tar)$)[a-z]{1,8}$|\.ipynb \(\d+\)$|\.ipynb\.json$", re.IGNORECASE
)
_MERGE_MARKER = re.compile(rb"^(?:<{7} |={7}\r?$|>{7} )", re.MULTILINE)


def named_by_content(data: bytes) -> str:
    """What these bytes are, which are not JSON, in a sentence; empty if that cannot be told.

    >>> named_by_content(b"%PDF-1.7 ...")
    'It is a PDF. Only the notebook itself (.ipynb) can be graded.'
    """
    head = data[:_HEAD_BYTES]
    for kind in _kinds():
        if kind.start.match(head):
            return kind.sentence
    if len(set(_MERGE_MARKER.findall(data))) > 1:
        return _(
            "It holds merge markers of git (<<<<<<<, >>>>>>>): two versions of the notebook were not merged. "
            "Choose one of them, save it, and hand it in again."
        )
    return ""


def named_by_name(name: str) -> str:
    """What a file of this name is, in a sentence, if people hand it in instead of a notebook; empty for others.

    >>> named_by_name("x.ipynb.txt")
    'The name of the notebook ends in .txt. Rename it so that it ends in .ipynb.'
    """
    if found := _RENAMED.search(name):
        ending = found.group().removeprefix(".ipynb").strip()
        return _("The name of the notebook ends in {ending}. Rename it so that it ends in .ipynb.").format(
            ending=ending
        )
    folded = name.casefold()
    return next((kind.sentence for kind in _kinds() if folded.endswith(kind.suffixes)), "")


def instead_of_a_notebook(names: Sequence[str]) -> str:
    """Why somebody who handed in files of these names, and no notebook, cannot be graded.

    >>> instead_of_a_notebook([])
    'There is no notebook in this hand-in: it is empty.'
    """
    if not names:
        return _("There is no notebook in this hand-in: it is empty.")
    for name in names:
        if sentence := named_by_name(name):
            return _("There is no notebook in this hand-in, but {name}. {what}").format(
                name=f"`{name}`", what=sentence
            )
    return _("There is no notebook in this hand-in, only {names}.").format(
        names=", ".join(f"`{name}`" for name in names[:3]) + (" …" if len(names) > 3 else "")
    )
