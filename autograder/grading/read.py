"""Reads the bytes of a submission as a notebook: bounded, without running any of it, whatever the bytes are."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.kinds import named_by_content
from autograder.student.core.language import _, plural
from autograder.student.core.modules import SUFFIX, as_cell
from autograder.student.core.notebook import (
    MAX_BYTES_WITH_OUTPUTS,
    MAX_FILE_BYTES,
    Cell,
    Notebook,
    parse_notebook,
)

MAX_CELLS = 2000
MAX_CODE_CHARACTERS = 400_000
# JSON of 32 MB can ask for gigabytes: every `[` or `{` makes an object, a comma only a place in one.
_MAX_BRACKETS = 2_000_000

_KINDS = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}
_PYTHON = re.compile(r"i?python[23]?|xpython|conda.*|\.?venv.*", re.IGNORECASE)


class Unreadable(ValueError):
    """No notebook can be read from these bytes; the sentence says why, for the student and the instructor."""


@dataclass(frozen=True)
class Intake:
    """A notebook as it was handed in, and what had to be put right to read it."""

    notebook: Notebook
    repairs: tuple[str, ...] = field(default=())


def read_submission(data: bytes) -> Intake:
    """The notebook in these bytes; `Unreadable` if there is none, and nothing else whatever they are.

    >>> read_submission(b'{"cells": [], "nbformat": 4}').repairs
    ()
    """
    _refuse_beyond(MAX_BYTES_WITH_OUTPUTS, data)
    repairs: list[str] = []
    document = _unwrapped(_document(data, repairs), repairs)
    if not isinstance(document, dict):
        raise Unreadable(_("The file is not a notebook: its JSON is not an object with cells."))
    cells = _cells_of(document, repairs)
    if len(cells) > MAX_CELLS:
        raise Unreadable(
            _("The notebook has {count} cells; more than {limit} are not read.").format(
                count=len(cells), limit=MAX_CELLS
            )
        )
    notebook = parse_notebook({"cells": _readable(cells, repairs)})
    if sum(len(cell.source) for cell in notebook.cells if cell.kind == "code") > MAX_CODE_CHARACTERS:
        raise Unreadable(
            _("The notebook holds more than {limit} characters of code.").format(limit=MAX_CODE_CHARACTERS)
        )
    if language := _foreign_language(document):
        repairs.append(
            _("The notebook named {language} as its language; it was read as Python.").format(
                language=f"“{language}”"
            )
        )
    return Intake(notebook, tuple(repairs))


def with_modules(notebook: Notebook, files: Mapping[str, bytes]) -> Notebook:
    """The notebook with a cell at its top for each helper module among the files handed in with it."""
    cells = [Cell("code", as_cell(path, data)) for path, data in files.items() if path.endswith(SUFFIX)]
    return Notebook((*cells, *notebook.cells))


def _refuse_beyond(limit: int, data: bytes) -> None:
    if len(data) > limit:
        raise Unreadable(
            _(
                "The file is larger than {limit} MB. Clear the outputs of the notebook, save it, "
                "and hand it in again."
            ).format(limit=limit // 2**20)
        )


def _document(data: bytes, repairs: list[str]) -> Any:
    """The JSON in the bytes, without the outputs of cells, which do not count towards any bound."""
    if not data.strip():
        raise Unreadable(_("The file is empty."))
    if what := _other_kind(data):
        raise Unreadable(what)
    encoding = json.detect_encoding(data)
    if not encoding.startswith("utf-8"):
        data = _decode(data, encoding, repairs).encode("utf-8", errors="replace")
    small = without_outputs(data)
    _refuse_beyond(MAX_FILE_BYTES, small)
    return _parse(_decode(small, "utf-8-sig", repairs))


def _other_kind(data: bytes) -> str:
    """What a file is that does not begin like JSON or holds merge markers; empty if it may be a notebook."""
    if data[:1] in b"{[" and b"\n<<<<<<< " not in data:
        return ""
    return named_by_content(data)


_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_LEFT_OUT = (b'"outputs"', b'"attachments"')
_BEGINS = re.compile(rb"\s*:\s*(?=[\[{])")


def without_outputs(data: bytes) -> bytes:
    """The same JSON with empty outputs and without pictures in text: they make a notebook large, and mean nothing here.

    What is no JSON stays what it is, or becomes other bytes that are none.

    >>> without_outputs(b'{"source": "x", "outputs": [{"data": ["]"]}], "id": "a"}')
    b'{"source": "x", "outputs": [], "id": "a"}'
    """
    kept: list[bytes] = []
    start = at = 0
    while token := _TOKEN.search(data, at):
        at = token.end()
        if token.group() in _LEFT_OUT and (begins := _BEGINS.match(data, at)):
            opening, closing = begins.end(), _closing(data, begins.end())
            kept += [data[start : opening + 1], b"]" if data[opening : opening + 1] == b"[" else b"}"]
            start = at = closing
    return b"".join([*kept, data[start:]])


def _closing(data: bytes, opening: int) -> int:
    """Where the list or object ends that begins here; the end of the data if it does not."""
    depth = 0
    for token in _TOKEN.finditer(data, opening):
        depth += {b"[": 1, b"{": 1, b"]": -1, b"}": -1}.get(token.group(), 0)
        if depth == 0:
            return token.end()
    return len(data)


def _unwrapped(document: Any, repairs: list[str]) -> Any:
    """The notebook in the answer of an interface: that of Jupyter's server, or of GitHub; others as they are."""
    if not isinstance(document, dict) or "cells" in document or "content" not in document:
        return document
    content = document["content"]
    if isinstance(content, str) and document.get("encoding") == "base64":
        try:
            content = _document(base64.b64decode(content), repairs)
        except (binascii.Error, ValueError) as error:
            if isinstance(error, Unreadable):
                raise
            raise Unreadable(
                _("The file is a response of GitHub's API, and the notebook in it is damaged.")
            ) from None
    elif isinstance(content, str):
        content = _document(content.encode("utf-8", errors="replace"), repairs)
    if isinstance(content, dict):
        repairs.append(_("The file was the response of a web API; the notebook in it was read."))
    return content


def _decode(data: bytes, encoding: str, repairs: list[str]) -> str:
    """The text in the bytes: UTF-8, 16 or 32, with or without a byte order mark."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        repairs.append(
            _("The file is not in UTF-8: letters that could not be read were replaced by {sign}.").format(
                sign="\N{REPLACEMENT CHARACTER}"
            )
        )
    if not encoding.startswith("utf-8"):
        repairs.append(
            _("The file was in {encoding}; it was read as such.").format(encoding=encoding.upper())
        )
    return text


def _parse(text: str) -> Any:
    if text.count("[") + text.count("{") > _MAX_BRACKETS:
        raise Unreadable(
            _("The file has too many parts. Clear the outputs of the notebook and save it again.")
        )
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        if text.lstrip().startswith("{") and _ends_too_early(text, error):
            raise Unreadable(
                _(
                    "The file is not complete: its JSON breaks off at the end. Save the notebook and hand it in again."
                )
            ) from None
        raise Unreadable(
            _("The file is not a notebook: it is not valid JSON (line {line}).").format(line=error.lineno)
        ) from None
    except (ValueError, RecursionError, MemoryError):  # a number of 100,000 digits, nesting 100,000 deep
        raise Unreadable(_("The file is not a notebook: its JSON is too deep or too large.")) from None


def _ends_too_early(text: str, error: json.JSONDecodeError) -> bool:
    """Whether a text is right but cut off."""
    is_in_string = error.msg.startswith("Unterminated string")
    return is_in_string or error.pos >= len(text.rstrip())


def _cells_of(document: dict[str, Any], repairs: list[str]) -> list[Any]:
    """The cells of nbformat 4 and whatever comes after it, or those in the worksheets of nbformat 2 and 3."""
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    worksheets = document.get("worksheets")
    if not isinstance(worksheets, list):
        raise Unreadable(_("The file is not a notebook: there is no list of cells in it."))
    repairs.append(_("The notebook was in an old format (before 2015); it was converted."))
    parts = [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
    found = [cell for part in parts if isinstance(part, list) for cell in part]
    return [_upgraded(cell) if isinstance(cell, dict) else cell for cell in found]


def _upgraded(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of nbformat 3 as one of nbformat 4: code stood in `input`."""
    return {**cell, "source": cell["input"]} if "input" in cell and "source" not in cell else cell


def _readable(cells: list[Any], repairs: list[str]) -> list[dict[str, Any]]:
    """The cells that are cells, with their text made plain; how many are not is a repair."""
    readable = [cell for cell in map(_plain_cell, cells) if cell is not None]
    if lost := len(cells) - len(readable):
        repairs.append(
            plural(
                "{count} cell could not be read and was left out.",
                "{count} cells could not be read and were left out.",
                lost,
            )
        )
    return readable


def _plain_cell(cell: Any) -> dict[str, Any] | None:
    if not isinstance(cell, dict):
        return None
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        return None
    kind = cell.get("cell_type")
    return {
        "cell_type": _KINDS.get(kind, "raw") if isinstance(kind, str) else "raw",
        "source": _encodable(source.replace("\r\n", "\n").replace("\r", "\n")),
        "id": _encodable(cell["id"]) if isinstance(cell.get("id"), str) else "",
        "metadata": cell.get("metadata"),
    }


def _encodable(text: str) -> str:
    """Without halves of surrogate pairs, which JSON can hold and no encoding can write."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _foreign_language(document: dict[str, Any]) -> str:
    """The language the notebook claims, if it is not Python; an empty string if it is, or claims nothing."""
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for part, names in (("kernelspec", ("language", "name")), ("language_info", ("name",))):
        value = metadata.get(part)
        for name in names:
            claimed = value.get(name) if isinstance(value, dict) else None
            if isinstance(claimed, str) and claimed:
                return "" if _PYTHON.fullmatch(claimed) else _encodable(claimed[:40])
    return ""
