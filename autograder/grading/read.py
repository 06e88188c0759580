"""Reads the bytes of a submission as a notebook: bounded, without running any of it, whatever the bytes are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from autograder.student.core.language import _, plural
from autograder.student.core.notebook import MAX_FILE_BYTES, Notebook, parse_notebook

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
    if len(data) > MAX_FILE_BYTES:
        raise Unreadable(
            _(
                "The file is larger than {limit} MB. Clear the outputs of the notebook, save it, "
                "and hand it in again."
            ).format(limit=MAX_FILE_BYTES // 2**20)
        )
    repairs: list[str] = []
    document = _parse(_decode(data, repairs))
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


def _decode(data: bytes, repairs: list[str]) -> str:
    """The text in the bytes: UTF-8, 16 or 32, with or without a byte order mark."""
    if not data.strip():
        raise Unreadable(_("The file is empty."))
    encoding = json.detect_encoding(data)
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
        raise Unreadable(
            _("The file is not a notebook: it is no valid JSON (line {line}).").format(line=error.lineno)
        ) from None
    except (ValueError, RecursionError, MemoryError):  # a number of 100,000 digits, nesting 100,000 deep
        raise Unreadable(_("The file is not a notebook: its JSON is too deep or too large.")) from None


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
