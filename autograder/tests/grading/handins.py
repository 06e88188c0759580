"""What the tests of hand-ins share: notebooks, folders and archives in the making, and the rows that are found."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

from autograder.assignments.sources import assignment_names, source_notebook, source_path
from autograder.grading.find import Found, find_submissions
from autograder.grading.many import label
from autograder.grading.roster import roster_from

NAMES = assignment_names()
BASICS = json.loads(source_path("rnn_basics").read_text(encoding="utf-8"))
Content = bytes | dict[str, Any]


def notebook(*answers: str) -> bytes:
    """The notebook of an assignment in which these tasks have an answer of their own."""
    answered = source_notebook("rnn_basics").answers()
    cells = []
    for cell in BASICS["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in answered:
            stub = "# YOUR CODE HERE\nraise NotImplementedError()"
            cells.append(cell | {"source": f"def {grade_id}(): return 1" if grade_id in answers else stub})
    return json.dumps(BASICS | {"cells": cells}).encode()


WORKED, EMPTY = notebook("rnn_step"), notebook()
FOREIGN = json.dumps(
    {"cells": [{"cell_type": "code", "source": "def evaluate(): pass", "metadata": {}}]}
).encode()


def zipped(files: dict[str, Any], when: tuple[int, ...] = (2026, 11, 20, 12, 0, 0)) -> bytes:
    """A zip archive whose files are of that time; a dictionary in it is an archive in it, None an empty folder."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            packed = zipped(content) if isinstance(content, dict) else content or b""
            archive.writestr(zipfile.ZipInfo(name if content is not None else f"{name}/", when), packed)
    return data.getvalue()


def put(folder: Path, files: dict[str, Any]) -> Path:
    """Files below a folder; a dictionary is a zip archive, None an empty folder."""
    for name, content in files.items():
        path = folder / name
        (path if content is None else path.parent).mkdir(parents=True, exist_ok=True)
        if content is not None:
            path.write_bytes(zipped(content) if isinstance(content, dict) else content)
    return folder


def rows(path: Path, roster: str = "") -> list[Found]:
    """What a run would grade."""
    known = roster_from(roster.encode(), "students.csv") if roster else None
    return label(find_submissions([path], NAMES, known))


ROSTER = """ID;Name;E-Mail;canvas id;GitHub;extension
s1;Ada Lovelace;ada@x.edu;12345;octocat;
s2;김철수;kim@x.edu;12346;hubot;2
s3;Lee Jun;jun@x.edu;12399;;48h
s4;Lee Jun;lee@x.edu;;;2026-11-25T12:00
"""
