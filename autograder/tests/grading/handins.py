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
from autograder.reports.feedback import feedback_file
from autograder.student.core.results import Result

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

# B1 and its kin: what is in the folder, who gets a row, and a word of its sentence (empty for a notebook)
PEOPLE = {
    "bob/x.py": (b"x = 1", "bob", "Python file"),
    "bo/notes/x.py": (b"x = 1", "bo", "Python file"),
    "bee/essay.txt": (b"x", "bee", "only `essay.txt`"),
    "carl/hw.zip": ({"x.py": b"x"}, "carl", "Python file"),
    "cora.zip": ({"x.py": b"x"}, "cora", "Python file"),
    "cleo/hw.zip": ({}, "cleo", "no file in the archive"),
    "dora.pdf": (b"%PDF", "dora", "PDF"),
    "dana.docx": (b"PK", "dana", "office document"),
    "dirk.html": (b"<html>", "dirk", "web page"),
    "eve.tar.gz": (b"\x1f\x8b", "eve.tar", "tar.gz"),
    "eric/eric.tgz": (b"\x1f\x8b", "eric", "tar.gz"),
    "emma/emma.rar": (b"Rar!", "emma", "RAR"),
    "flo/x.7z": (b"7z", "flo", "7z"),
    "fred.7z": (b"7z", "fred", "7z"),
    "gil/x.ipynb.txt": (WORKED, "gil", "ends in .txt"),
    "greta/x.ipynb.json": (WORKED, "greta", "ends in .json"),
    "gus.ipynb.download": (WORKED, "gus.ipynb", "ends in .download"),
    "hal": (None, "hal", "it is empty"),
    "hugo/deep/er": (None, "hugo", "it is empty"),
    "hope/.ipynb_checkpoints/x.ipynb": (WORKED, "hope", "it is empty"),
    "ian/x.ipynb.gz": (b"\x1f\x8b", "ian", "compressed with gzip"),
    "ivy/x.hwp": (b"x", "ivy", "office document"),
    "iris/x.url": (b"[InternetShortcut]", "iris", "It is a link"),
    "ada/rnn_basics.ipynb": (WORKED, "ada", ""),
}

CANVAS = {
    "lovelaceada_12345_9924_rnn_language_model.ipynb": WORKED,
    "lovelaceada_12345_9925_rnn_lm.safetensors": b"ada",
    "lovelaceada_12345_9926_rnn_lm-1.json": b"{}",
    "babbagecharles_LATE_12346_9950_rnn_language_model-1.ipynb": WORKED,
    "babbagecharles_LATE_12346_9951_rnn_lm-2.safetensors": b"charles",
    "turingalan_12347_text.html": b"<html>",
    "hoppergrace_12348_9990_essay.pdf": b"%PDF",
}

MODEL = {"rnn_lm.safetensors": b"weights", "rnn_lm.json": b"{}"}
HAND_IN = {"rnn_basics.ipynb": WORKED, "receipt.json": b"{}", **MODEL}


def class_of_two_hundred(scratch: Path) -> tuple[dict[str, Any], str]:
    """Hand-ins of every kind, as files, and the roster of those who handed in nothing: two hundred people."""
    files: dict[str, Any] = {name: content for name, (content, _who, _word) in PEOPLE.items()}
    files |= CANVAS
    ours = Path(feedback_file(Result("Ada Lovelace", "x", "graded", 0, 0))).stem
    for name in ("Ada Lovelace", ours, "ADA", "Ada", "ada (2)", "ada_2", "a" * 120, "-rf", "CON"):
        files[f"{name}/rnn_basics.ipynb"] = WORKED
    files |= {"copy/rnn_basics.ipynb": EMPTY, "copy/rnn_basics-Copy1.ipynb": WORKED, "foreign.ipynb": FOREIGN}
    for number in range(40):
        files[f"Moodle {number}_{number}_assignsubmission_file_/rnn_basics.zip"] = HAND_IN
        files[f"canvas{chr(97 + number % 26)}{chr(97 + number // 26)}_{number}_{number + 1000}_x.ipynb"] = (
            WORKED
        )
    files |= {f"black_user{number}_attempt_2026-11-20-23-59-01_x.ipynb": WORKED for number in range(20)}
    before = len(rows(put(scratch, files)))
    files |= {f"plain{number}/x.ipynb": EMPTY for number in range(180 - before)}
    roster = "id,name\n" + "".join(f"absent{number},Nobody {number}\n" for number in range(20))
    return files, roster
