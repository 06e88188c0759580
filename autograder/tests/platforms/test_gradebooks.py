"""The tables that Canvas and Moodle import: their columns, everybody's row, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading.roster import Roster, roster_from
from autograder.platforms import gradebooks
from autograder.student.core.results import Result, TaskResult
from autograder.tests.platforms.conftest import shard_folders
from autograder.tests.reports import samples

CANVAS_EXPORT = """\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,rnn_basics (77),Current Score
,,,,,Manual Posting,
    Points Possible,,,,,58.0,(read only)
"Lovelace, Ada",411,2026001,ada,분반 1,,0
"Kim, Chulsoo",412,2026002,chulsoo,분반 2,45,77
"Student, Test",,,a1b2c3,분반 1,,0
"""
MOODLE_EXPORT = """First name,Last name,ID number,Institution,Department,Email address,Course total (Real)
Ada,Lovelace,2026001,,,ada@example.org,-
Chulsoo,Kim,,,,chulsoo@example.org,45.00
"""


def result(student: str, assignment: str = "rnn_basics", score: float = 1.5) -> Result:
    """A graded hand-in with one task of two points, and two more that a person gives."""
    task = TaskResult("rnn_step", "partial", score, 2.0)
    return Result(student, assignment, "graded", score, 2.0, (task,), points_by_hand=2.0)


def rows(table: str) -> list[list[str]]:
    """The cells of a table."""
    return list(csv.reader(io.StringIO(table, newline="")))


def roster(text: str) -> Roster:
    """The roster in a platform's export."""
    return roster_from(text.encode(), "class.csv")


def test_canvas_gets_its_own_columns_back() -> None:
    """A gradebook that Canvas exported is the roster, and what is written has its first five columns."""
    students = roster(CANVAS_EXPORT)
    assert [student.id for student in students.students] == ["2026001", "2026002"]
    absent = replace(samples.ungradable("2026002"), assignment="")
    table = rows(gradebooks.canvas([result("2026001"), absent], students))
    assert table == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "rnn_basics"],
        ["    Points Possible", "", "", "", "", "4"],
        ["Lovelace, Ada", "411", "2026001", "ada", "분반 1", "1.5"],
        ["Kim, Chulsoo", "412", "2026002", "chulsoo", "분반 2", ""],
    ]


def test_old_marks_in_an_export_name_nobody() -> None:
    """A file called 45 is not Chulsoo's because he once had 45 points; his number in Canvas and his login are his."""
    students = roster(CANVAS_EXPORT)
    assert students.named("45") is None
    assert students.named("분반 2") is None
    assert students.of_platform("canvas", "412") == students.named("chulsoo") == "2026002"
    assert students.named("lovelaceada") == "2026001"


def test_moodle_gets_a_grade_and_a_feedback_for_each_assignment() -> None:
    """Users by number or address, whichever there is; "-" where there is no mark."""
    students = roster(MOODLE_EXPORT)
    results = [result("2026001"), result("chulsoo@example.org", "rnn_language_model", 2.0)]
    table = rows(gradebooks.moodle(results, students))
    assert table[0] == [
        *("ID number", "Email address", "rnn_basics", "rnn_basics feedback"),
        *("rnn_language_model", "rnn_language_model feedback"),
    ]
    ada, chulsoo = table[1:]
    assert ada[:3] == ["2026001", "ada@example.org", "1.5"]
    assert ada[3].splitlines()[-1] == "rnn_step: 1.5 / 2"
    assert ada[4:] == ["-", ""]
    assert chulsoo[:5] == ["", "chulsoo@example.org", "-", "", "2"]


@pytest.mark.parametrize("gradebook", gradebooks.GRADEBOOKS.values())
def test_a_gradebook_runs_and_tells_nothing(gradebook: gradebooks.Gradebook) -> None:
    """No formula begins a cell, and nothing is in it that is not for students."""
    told = gradebook([samples.result("=HYPERLINK(1)"), samples.ungradable("+1")], None)
    for cell in (cell for row in rows(told) for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t"))
    for secret in ("20261122", "was edited", "A12"):
        assert secret not in told
    assert gradebook([], None)


def test_excel_reads_the_files(tmp_path: Path) -> None:
    """UTF-8 with a mark that says so, once."""
    files = gradebooks.write([result("김철수")], tmp_path, ["moodle", "canvas", "moodle"])
    assert [file.name for file in files] == ["moodle.csv", "canvas.csv"]
    for file in files:
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        assert file.read_text(encoding="utf-8-sig").count("김철수") in (1, 2)


def test_a_merged_class_has_gradebooks(class_of: Path, tmp_path: Path) -> None:
    """The roster is read there once more, since results hold names only; without one a sentence warns."""
    people = tmp_path / "people.csv"
    people.write_text("id,email\nzoe,zoe@example.org\n", encoding="utf-8")
    shards = map(str, shard_folders(class_of))
    command = ["merge", *shards, "--out", str(tmp_path / "all"), "--format", "canvas,moodle"]
    done = CliRunner().invoke(app, [*command, "--roster", str(people)])
    assert (done.exit_code, done.stderr) == (0, "")
    assert "zoe@example.org" in (tmp_path / "all" / "moodle.csv").read_text(encoding="utf-8")
    assert len(rows((tmp_path / "all" / "canvas.csv").read_text(encoding="utf-8"))) == 8
    assert "Without --roster" in CliRunner().invoke(app, command).stderr
