"""Makes a submission out of a scenario folder: the released notebook with cells and metadata changed.

`cells.py` is in percent format. The title of a cell says what is done with it:

    # %% rnn_step             the answer cell of rnn_step holds this
    # %% + rnn_step           a code cell of the student's own, after that of rnn_step
    # %% + first              the same, before everything else

`notebook.json`, if there is one, changes the rest:

    start           "released" (default) or "solved"
    answers         tasks that are answered as in the solution
    delete, duplicate, strip_metadata, last     lists of grade_ids ("*" is all of them)
    retype          {grade_id: cell type}
    metadata        what replaces the notebook's metadata
    points          {grade_id: points}
    source          {grade_id: text} of cells that are not answers
    file_name       what the file is called

`expected.json` has what must come of it: status, score, tasks {name: status}, and `appears`, `repairs`,
`integrity`, `shows` (words that must stand in the result, in its parts, in it or any output of a cell) and `absent`
(words that must stand nowhere).
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

from autograder.student.core.notebook import Notebook
from autograder.grading.repair import released

_CELL = re.compile(r"^# %% (.+)\n", re.MULTILINE)


def scenario_bytes(folder: Path, source: Notebook) -> tuple[bytes, str]:
    """The submitted file of a scenario, and its name."""
    path = folder / "notebook.json"
    changes = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    cells = _start(source, changes)
    _write_cells(cells, folder / "cells.py")
    _change(cells, changes)
    document = {
        "cells": cells,
        "metadata": changes.get("metadata", {"kernelspec": {"name": "python3", "language": "python"}}),
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(document, ensure_ascii=False).encode(), changes.get("file_name", "rnn_basics.ipynb")


def _start(source: Notebook, changes: dict[str, Any]) -> list[dict[str, Any]]:
    answered = set(source.answers()) if changes.get("start") == "solved" else set(changes.get("answers", []))
    answers = source.answers()
    cells = []
    for cell in source.cells:
        is_stub = cell.grade_id in answers and cell.grade_id not in answered
        metadata: dict[str, Any] = {"tags": sorted(cell.tags)}
        if cell.nbgrader:
            metadata["nbgrader"] = dict(cell.nbgrader)
        source_text = released(cell) if is_stub else cell.source
        cells.append({"id": cell.id, "cell_type": cell.kind, "source": source_text, "metadata": metadata})
    return cells


def _write_cells(cells: list[dict[str, Any]], path: Path) -> None:
    parts = _CELL.split(path.read_text(encoding="utf-8")) if path.exists() else [""]
    for title, text in zip(parts[1::2], parts[2::2], strict=True):
        if title.startswith("+ "):
            own = {"id": f"own-{len(cells)}", "cell_type": "code", "source": text.strip("\n"), "metadata": {}}
            place = title.removeprefix("+ ")
            cells.insert(0 if place == "first" else _place(cells, place) + 1, own)
        else:
            cells[_place(cells, title)]["source"] = text.strip("\n")


def _change(cells: list[dict[str, Any]], changes: dict[str, Any]) -> None:
    for name, text in changes.get("source", {}).items():
        cells[_place(cells, name)]["source"] = text
    for name, kind in changes.get("retype", {}).items():
        cells[_place(cells, name)]["cell_type"] = kind
    for name, points in changes.get("points", {}).items():
        cells[_place(cells, name)]["metadata"]["nbgrader"]["points"] = points
    for name in changes.get("duplicate", []):
        place = _place(cells, name)
        cells.insert(place + 1, copy.deepcopy(cells[place]))
    for name in changes.get("last", []):
        cells.append(cells.pop(_place(cells, name)))
    for name in changes.get("delete", []):
        del cells[_place(cells, name)]
    for name in changes.get("strip_metadata", []):
        for number, cell in enumerate(cells):
            if name in ("*", _grade_id(cell)):
                cell.update(metadata={}, id=f"lost-{number}")


def _grade_id(cell: dict[str, Any]) -> str:
    return cell["metadata"].get("nbgrader", {}).get("grade_id", "")


def _place(cells: list[dict[str, Any]], name: str) -> int:
    return next(number for number, cell in enumerate(cells) if _grade_id(cell) == name)
