"""Hand-ins as platforms and people make them: everybody gets one row, and its sentence is true."""

from __future__ import annotations

import io
import os
import string
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.grading import archives
from autograder.grading.archives import decodings
from autograder.grading.platforms import identify, repository_prefix
from autograder.grading.roster import BadRoster, roster_from
from autograder.grading.store import result_path
from autograder.reports.feedback import feedback_file
from autograder.student.core.results import Result
from autograder.tests.grading.handins import (
    CANVAS,
    EMPTY,
    FOREIGN,
    HAND_IN,
    MODEL,
    NAMES,
    PEOPLE,
    ROSTER,
    WORKED,
    class_of_two_hundred,
    put,
    rows,
    zipped,
)


@pytest.mark.parametrize("archive", ["", "class.zip", "ada.zip"])
def test_everybody_who_handed_in_something_has_a_row(tmp_path: Path, archive: str) -> None:
    """A folder or an archive with each of them, were it named as one of them; what is nobody's gives no row."""
    files = {name: content for name, (content, _who, _word) in PEOPLE.items()}
    files |= {"notes.txt": b"x", "grades.csv": b"x", "rnn_lm.json": b"{}", ".DS_Store": b"x"}
    put(tmp_path, {archive: files} if archive else files)
    found = {each.student: each for each in rows(tmp_path / archive)}
    assert sorted(found) == sorted(who for _content, who, _word in PEOPLE.values())
    for _content, who, word in PEOPLE.values():
        assert word in found[who].problem, who
        assert bool(word) == bool(found[who].problem)


def test_a_students_own_folder_has_one_row(tmp_path: Path) -> None:
    """Helper files, pictures and empty folders beside the notebook are nobody else."""
    put(
        tmp_path / "ada",
        {"rnn_basics.ipynb": WORKED, "x.py": b"x", "x.pdf": b"x", "pictures": None, "m/x.py": b""},
    )
    assert [each.student for each in rows(tmp_path / "ada")] == ["ada"]


@pytest.mark.parametrize(
    "files",
    [
        {"ada.zip": {"my work.ipynb": WORKED, "receipt.json": b"{}"}},
        {"class.zip": {"ada/my work.ipynb": WORKED, "ada/data.csv": b""}},
        {"class.zip": {"ada/hw/my work.ipynb": WORKED, "ada/hw/x.py": b""}},
    ],
)
def test_the_only_hand_in_is_named_for_its_folder_or_archive(tmp_path: Path, files: dict[str, Any]) -> None:
    """Whatever its author called the notebook."""
    put(tmp_path, files)
    path = tmp_path / "class.zip"
    assert [each.student for each in rows(path if path.exists() else tmp_path)] == ["ada"]


@pytest.mark.parametrize(
    "download",
    [
        {
            "Lovelace Ada_4711_assignsubmission_file_/rnn_basics.zip": HAND_IN,
            "Babbage Charles_4712_assignsubmission_file_/rnn_basics.zip": HAND_IN,
        },
        {
            "lovelaceada_12345_9924_rnn_basics.zip": HAND_IN,
            "babbagecharles_LATE_12346_9925_rnn_basics-1.zip": HAND_IN,
        },
        {"download/Lovelace Ada.zip": HAND_IN, "download/Babbage Charles.zip": {"my/work.ipynb": WORKED}},
    ],
    ids=["Moodle", "Canvas", "by hand"],
)
def test_a_zip_of_zips_is_opened(tmp_path: Path, download: dict[str, Any]) -> None:
    """What a platform gives when students hand in the zip that submit() made."""
    put(tmp_path, {"download.zip": download})
    for path in (tmp_path / "download.zip", tmp_path):
        found = rows(path)
        assert sorted(each.student.replace(" ", "").lower() for each in found) == [
            "babbagecharles",
            "lovelaceada",
        ]
        for each in found:
            assert each.read() == WORKED
        assert any(each.read_files() == (MODEL, ()) for each in found)


def test_the_bounds_of_an_archive_hold_for_one_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bomb, too many files, a third level and damage are one student's each; members are not links."""
    monkeypatch.setattr(archives, "MAX_INNER_BYTES", 10**6)
    monkeypatch.setattr(archives, "MAX_INNER_MEMBERS", 3)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rnn_basics.ipynb", b" " * 10**7)
    put(
        tmp_path,
        {
            "class.zip": {
                "bomb/x.zip": bomb.getvalue(),
                "large/x.zip": {"x.ipynb": b" " * 2 * 10**6},
                "many/x.zip": {f"{number}.ipynb": b"" for number in range(4)},
                "deep/x.zip": {"y.zip": {"z.ipynb": b""}},
                "broken/x.zip": b"PK",
                "outside/x.zip": {"../x.ipynb": b""},
                "ada/x.zip": {"x.ipynb": WORKED},
            }
        },
    )
    found = {each.student: each for each in rows(tmp_path / "class.zip")}
    words = {"bomb": "too large", "large": "too large", "many": "more than 3", "deep": "not opened"}
    for student, word in (words | {"broken": "damaged", "outside": "outside", "ada": ""}).items():
        assert word in found[student].problem
        assert bool(word) == bool(found[student].problem)
    assert found["ada"].read() == WORKED


@pytest.mark.parametrize("is_archive", [False, True])
def test_the_flat_download_of_canvas_is_paired_by_student(tmp_path: Path, is_archive: bool) -> None:
    """Notebook and model of each, under the names they were handed in with, and a row for who has no notebook."""
    path = put(tmp_path, {"c.zip": CANVAS}) / "c.zip" if is_archive else put(tmp_path, CANVAS)
    found = {each.student: each for each in rows(path)}
    assert sorted(found) == ["babbagecharles", "hoppergrace", "lovelaceada", "turingalan"]
    ada, charles = found["lovelaceada"], found["babbagecharles"]
    assert ada.file_name == charles.file_name == "rnn_language_model.ipynb"
    assert ada.read_files() == ({"rnn_lm.safetensors": b"ada", "rnn_lm.json": b"{}"}, ())
    assert charles.read_files()[0] == {"rnn_lm.safetensors": b"charles"}
    assert (ada.is_marked_late, charles.is_marked_late) == (False, True)
    assert "PDF" in found["hoppergrace"].problem
    assert "web page" in found["turingalan"].problem


@pytest.mark.parametrize(
    ("names", "students"),
    [
        (["Lovelace Ada_4711_assignsubmission_file_/x.ipynb"], ["Lovelace Ada"]),
        (["김철수_4712_assignsubmission_file/x.ipynb"], ["김철수"]),
        (
            ["Ada_1_assignsubmission_file_x.ipynb", "Ada_2_assignsubmission_file_x.ipynb"],
            ["Ada (1)", "Ada (2)"],
        ),
        (["hw1-octocat/x.ipynb", "hw1-ada-l/x.ipynb"], ["ada-l", "octocat"]),
        (["rnn-basics-octocat/rnn_basics.ipynb"], ["octocat"]),
        (["hw1-submissions/hw1-octocat/x.ipynb", "hw1-submissions/hw1-hubot/x.ipynb"], ["hubot", "octocat"]),
        (["anna-lee/x.ipynb", "anna-kim/x.ipynb"], ["anna-kim", "anna-lee"]),
        (["hw_ada_attempt_2026-11-20-23-59-01_x.ipynb", "hw_ada_attempt_2026-11-20-23-59-01.txt"], ["ada"]),
        (["hw_bob_attempt_2026-11-20-23-59-01.txt"], ["bob"]),
        (["Ada Lovelace - rnn_basics.ipynb", "rnn_basics - Bob.ipynb"], ["Ada Lovelace", "Bob"]),
        (["12-345 - Ada L - Nov 20, 2026 1159 PM/x.ipynb"], ["Ada L"]),
        (["ada+rnn_basics+2026-11-20 23:59:01.5 UTC+x9/rnn_basics.ipynb"], ["ada"]),
        (["ada.ipynb", "ada-Copy1.ipynb", "bob-Copy2.ipynb"], ["ada", "bob"]),
    ],
)
def test_the_names_of_platforms_are_not_the_students(
    tmp_path: Path, names: list[str], students: list[str]
) -> None:
    """In a folder as in an archive."""
    files = dict.fromkeys(names, WORKED)
    folder = put(tmp_path / "class", files)
    put(tmp_path, {"class.zip": files})
    for path in (folder, tmp_path / "class.zip"):
        assert sorted(each.student for each in rows(path)) == students


WORD = st.text(string.ascii_letters, min_size=1, max_size=8)
FILE = st.text(string.ascii_letters + string.digits + "_ -.", min_size=1, max_size=20)


@given(WORD, st.integers(1, 10**6), st.integers(100, 10**6), FILE)
def test_what_a_platform_put_together_is_taken_apart(student: str, user: int, number: int, file: str) -> None:
    """Whatever the student's file is called."""
    for name in (
        f"{student}_{user}_{number}_{file}.ipynb",
        f"{student}_LATE_{user}_{number}_{file}-3.ipynb",
        f"{student}_{user}_assignsubmission_file_{file}.ipynb",
        f"hw_{student}_attempt_2026-01-02-03-04-05_{file}.ipynb",
    ):
        named = identify(name)
        assert named is not None
        assert named.student == student or "_assignsubmission_" in file or "_attempt_" in file
        assert named.file.endswith(".ipynb")


@given(st.text(max_size=200), st.booleans())
def test_reading_names_is_total(text: str, is_utf8: bool) -> None:
    """Any name is somebody's or nobody's, any bytes are some name, and neither takes for ever."""
    identify(text, NAMES)
    repository_prefix([text, text + "x"], text, NAMES)
    assert decodings(text, is_utf8)
    assert all(isinstance(name, str) for name in decodings(text.encode().decode("cp437"), is_utf8))


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("김철수/rnn_basics.ipynb", "cp949"),
        ("김뷁/rnn_basics.ipynb", "cp949"),
        ("山田たろう/rnn_basics.ipynb", "cp932"),
        ("ソフィア/rnn_basics.ipynb", "cp932"),  # its second byte is a backslash
        ("김철수/rnn_basics.ipynb", "utf-8"),
        ("Müller/rnn_basics.ipynb", "cp437"),
    ],
)
def test_names_of_other_code_pages_are_decoded(tmp_path: Path, name: str, encoding: str) -> None:
    """As Windows and macOS write them, without a mark; and members with backslashes are in folders."""
    raw = name.encode(encoding)
    plain = "N" * len(raw)
    data = zipped({plain: WORKED, "ada\\work\\rnn_basics.ipynb": WORKED})
    path = tmp_path / "class.zip"
    path.write_bytes(data.replace(plain.encode(), raw))
    found = rows(path)
    assert [each.student for each in found] == [name.split("/", maxsplit=1)[0], "ada"]
    assert [each.read() for each in found] == [WORKED, WORKED]


def test_the_roster_decides_between_two_readings(tmp_path: Path) -> None:
    """The bytes of a Chinese name are Korean letters too."""
    raw = "李雷/rnn_basics.ipynb".encode("gb18030")
    path = tmp_path / "class.zip"
    path.write_bytes(
        zipped({"N" * len(raw): WORKED, "x/rnn_basics.ipynb": WORKED}).replace(b"N" * len(raw), raw)
    )
    assert rows(path, "id,name\n7,李雷\n")[0].student == "7"


# B5 and its kin: the files of one student, which one counts
@pytest.mark.parametrize(
    ("files", "counts"),
    [
        ({"rnn_basics.ipynb": EMPTY, "rnn_basics-Copy1.ipynb": WORKED}, "rnn_basics-Copy1.ipynb"),
        ({"rnn_basics.ipynb": WORKED, "rnn_basics-Copy1.ipynb": EMPTY}, "rnn_basics.ipynb"),
        ({"old.ipynb": WORKED, "new.ipynb": WORKED}, "new.ipynb"),
        ({"rnn_basics (1).ipynb": WORKED, "scratch.ipynb": FOREIGN}, "rnn_basics (1).ipynb"),
        ({"mine.ipynb": WORKED, "broken.ipynb": b"{"}, "mine.ipynb"),
        ({"mine.ipynb": WORKED, "broken.zip": b"PK"}, "mine.ipynb"),
        ({"a.ipynb": b"{", "b.ipynb": FOREIGN}, "b.ipynb"),
        ({"old/x.ipynb": WORKED, "new/x.ipynb": WORKED}, "new/x.ipynb"),
        ({"one.zip": {"x.ipynb": WORKED}, "two.zip": {"x.ipynb": EMPTY}}, "one.zip/x.ipynb"),
    ],
)
def test_of_one_students_notebooks_one_counts(tmp_path: Path, files: dict[str, Any], counts: str) -> None:
    """The one worked in, else the newest; and a sentence names the others."""
    for number, (name, content) in enumerate(files.items()):
        put(tmp_path / "ada", {name: content})
        os.utime(tmp_path / "ada" / name, (number, number + 1000))
    put(tmp_path, {"bob/rnn_basics.ipynb": WORKED})
    ada, bob = rows(tmp_path)
    assert (ada.student, ada.file_name) == ("ada", counts.rpartition("/")[2])
    [note] = ada.notes
    assert f": `{counts}` was graded" in note
    for name in files:
        assert f"`{name}" in note
    assert bob.notes == ()


def test_a_notebook_of_another_course_stays_one_under_our_name(tmp_path: Path) -> None:
    """Also where there are two of them, and beside one of ours."""
    put(tmp_path / "ada", {"rnn_basics.ipynb": FOREIGN, "rnn_basics-Copy1.ipynb": FOREIGN})
    put(tmp_path / "bob", {"rnn_basics.ipynb": FOREIGN, "mine.ipynb": WORKED})
    ada, bob = rows(tmp_path)
    assert (ada.assignment, ada.read()) == ("", FOREIGN)
    assert (bob.assignment, bob.read()) == ("rnn_basics", WORKED)


def test_notebooks_of_two_assignments_are_two_rows(tmp_path: Path) -> None:
    """Also where one of them is broken: its name says which it is."""
    put(tmp_path / "ada", {"x.ipynb": WORKED, "rnn_language_model.ipynb": b"{"})
    put(tmp_path / "bob", {"rnn_basics.ipynb": b"{", "rnn_language_model.ipynb": b"{"})
    found = [(each.student, each.assignment) for each in rows(tmp_path)]
    assert sorted(found) == [
        (student, name) for student in ("ada", "bob") for name in ("rnn_basics", "rnn_language_model")
    ]


@pytest.mark.parametrize(
    ("name", "student"),
    [
        ("lovelaceada_12345_9924_x.ipynb", "s1"),
        ("somebody_12346_9924_x.ipynb", "s2"),
        ("Lovelace Ada_4711_assignsubmission_file_/x.ipynb", "s1"),
        ("hw1-octocat/x.ipynb", "s1"),
        ("rnn_basics_lovelace ada.ipynb", "s1"),
        ("Ada Byron/x.ipynb", "Ada Byron"),
        ("hw 3 김철수 final.ipynb", "s2"),
        ("KIM@x.edu.ipynb", "s2"),
        ("s3.ipynb", "s3"),
        ("junlee.ipynb", "junlee"),  # there are two of this name
        ("stranger.ipynb", "stranger"),
    ],
)
def test_the_roster_says_who_is_meant_and_who_is_missing(tmp_path: Path, name: str, student: str) -> None:
    """By id, name, e-mail or what a platform calls somebody; two of one name are told apart by nothing less."""
    found = rows(put(tmp_path / "class", {name: WORKED}), ROSTER)
    assert found[0].student == student
    assert found[0].is_stranger == (student not in {"s1", "s2", "s3", "s4"})
    absent = {each.student for each in found if each.problem == "Nothing was handed in."}
    assert absent == {"s1", "s2", "s3", "s4"} - {student}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "no column called id"),
        ("name,email\nAda,x", "no column called id"),
        ("id,ID\n1,2", "two columns for id"),
        ("id,name\n1,Ada\n1,Bob", "Line 3"),
        ("id,name\n,Ada", "Line 2"),
        ("id,extension\n1,soon", "is not an extension"),
        ('id,name\n1,"' + "x" * 200_000, "not a CSV file"),
    ],
)
def test_a_roster_that_cannot_be_used_says_why(text: str, word: str) -> None:
    """With the line, and what it must look like."""
    with pytest.raises(BadRoster, match=word):
        roster_from(text.encode(), "students.csv")


@given(st.binary(max_size=200))
def test_any_roster_is_read_or_refused(data: bytes) -> None:
    """And asking it for anybody is harmless."""
    for text in (data, b"id,name,extension\n" + data):
        try:
            roster = roster_from(text, "students.csv")
        except BadRoster:
            continue
        roster.knows(data.decode("latin-1"))


@pytest.mark.parametrize("archive", ["", "class.zip"])
def test_a_class_of_two_hundred_with_every_oddity_has_two_hundred_rows(tmp_path: Path, archive: str) -> None:
    """Files, folders and archives, by platforms and by hand; names that differ by nearly nothing; the file of each is
    its own. In a folder, and as one archive.
    """
    files, roster = class_of_two_hundred(tmp_path / "before")
    path = put(tmp_path / "class", {archive: files} if archive else files) / archive
    found = rows(path, roster)
    results = [Result(each.student, each.assignment, "graded", 0, 0) for each in found]
    assert len(found) == len({each.student for each in found}) == 200
    for file_of in (feedback_file, lambda result: result_path(tmp_path, result).name):
        assert len({file_of(result).casefold() for result in results}) == 200
    assert sum(bool(each.problem) for each in found) == len(PEOPLE) - 1 + 2 + 20


def test_an_archive_is_opened_once_for_a_whole_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To read its table of contents again for every notebook takes the time of a square."""
    put(tmp_path, {"class.zip": {f"s{number}/{name}": WORKED for number in range(50) for name in HAND_IN}})
    opened = []

    class Counted(zipfile.ZipFile):
        def __init__(self, *arguments: Any) -> None:
            opened.append(arguments)
            super().__init__(*arguments)

    monkeypatch.setattr(zipfile, "ZipFile", Counted)
    for each in rows(tmp_path / "class.zip"):
        assert each.read() == WORKED
        assert set(each.read_files()[0]) == set(MODEL)
    assert len(opened) == 1
