"""Submissions are found in folders, archives and nbgrader's tree; what is hostile is refused one by one."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from autograder.grading import archives, beside, listing
from autograder.grading import find as collect
from autograder.grading.choosing import distinct
from autograder.grading.files import Refused
from autograder.grading.find import Found, NothingToGrade, find_submissions
from autograder.student.models import checkpoints
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.tests.grading.empty_notebooks import NAMES, archive, put, students


def test_a_notebook_is_named_by_its_file_or_by_its_folder(tmp_path: Path) -> None:
    """A file that has the assignment's name says nothing about its author."""
    put(tmp_path, "ada.ipynb", "bob/rnn_basics.ipynb", "submitted/cy/rnn_basics/x.ipynb")
    assert students(tmp_path / "ada.ipynb") == ["ada"]
    assert students(tmp_path / "bob" / "rnn_basics.ipynb") == ["bob"]
    assert students(tmp_path / "submitted" / "cy" / "rnn_basics" / "x.ipynb") == ["cy"]


def test_a_folder_of_notebooks_or_of_folders(tmp_path: Path) -> None:
    """A student per file, or per subfolder; check points and hidden files are nobody's."""
    put(
        tmp_path,
        "ada.ipynb",
        "bob/rnn_basics.ipynb",
        "bob/.ipynb_checkpoints/x.ipynb",
        "._bob.ipynb",
        "c/d/other.ipynb",
    )
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert students(tmp_path) == ["ada", "bob", "c"]


def test_the_tree_of_nbgrader(tmp_path: Path) -> None:
    """By way of the course's root as well; the assignment is known, and an empty folder is a submission too."""
    put(
        tmp_path,
        "submitted/ada/rnn_basics/x.ipynb",
        "submitted/bob/other/y.ipynb",
        "source/rnn_basics/rnn_basics.ipynb",
    )
    (tmp_path / "submitted" / "cy" / "rnn_basics").mkdir(parents=True)
    for path in (tmp_path, tmp_path / "submitted"):
        found = find_submissions([path], NAMES)
        assert [(each.student, each.assignment) for each in found] == [
            ("ada", "rnn_basics"),
            ("bob", "other"),
            ("cy", ""),
        ]
        assert "no notebook" in found[2].problem


def test_archives_at_the_top_and_in_folders(tmp_path: Path) -> None:
    """An archive is to its students what a folder is; a folder that holds everything in it is nobody's name."""
    assert students(archive(tmp_path / "a.zip", "ada.ipynb", "bob/rnn_basics.ipynb")) == ["ada", "bob"]
    assert students(archive(tmp_path / "b.zip", "hw1/ada.ipynb", "hw1/bob.ipynb", "__MACOSX/x.ipynb")) == [
        "ada",
        "bob",
    ]
    assert students(
        archive(tmp_path / "c.zip", "submitted/ada/rnn_basics/x.ipynb", "submitted/bob/other/y.ipynb")
    ) == [
        "ada",
        "bob",
    ]
    each = tmp_path / "each"
    each.mkdir()
    archive(each / "cy.zip", "rnn_basics.ipynb")
    archive(each / "di.zip", "work/rnn_basics.ipynb")
    assert students(each) == ["cy", "di"]
    assert find_submissions([each], NAMES)[0].read() == b"{}"


@pytest.mark.parametrize(
    "name", ["/etc/x.ipynb", "../x.ipynb", "a/../../x.ipynb", "C:/x.ipynb", "..\\x.ipynb", "C:\\x.ipynb"]
)
def test_names_that_leave_an_archive_are_refused(tmp_path: Path, name: str) -> None:
    """And cost the others nothing."""
    path = archive(tmp_path / "x.zip", name, "ada.ipynb")
    found = {each.file_name: each for each in find_submissions([path], NAMES)}
    assert found["ada.ipynb"].read() == b"{}"
    bad = next(each for key, each in found.items() if key != "ada.ipynb")
    with pytest.raises(Refused, match="outside"):
        bad.read()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_links_duplicates_and_inner_archives_are_refused(tmp_path: Path) -> None:
    """Each with its own sentence."""
    path = tmp_path / "x.zip"
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(link, "/etc/passwd")
        for name in ("twice.ipynb", "twice.ipynb", "inner.zip", "good.ipynb"):
            file.writestr(name, "{}")
    problems = {each.file_name: each.problem for each in find_submissions([path], NAMES)}
    assert "link" in problems["link.ipynb"]
    assert "2 files" in problems["twice.ipynb"]
    assert "damaged" in problems["inner.zip"]
    assert problems["good.ipynb"] == ""


def test_bombs_are_refused_by_what_they_declare_and_by_what_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member is never unpacked beyond the limit, whatever its header says."""
    monkeypatch.setattr(listing, "MAX_BYTES_WITH_OUTPUTS", 1000)
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.ipynb", b" " * 10**6)
    assert "too large" in find_submissions([path], NAMES)[0].problem
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 10**6), struct.pack("<I", 10)))
    [found] = find_submissions([path], NAMES)
    with pytest.raises(Refused):
        found.read()


def test_a_large_table_of_contents_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """zipfile would read all of it at once."""
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    path = archive(tmp_path / "x.zip", *(f"{number}.ipynb" for number in range(4)))
    monkeypatch.setattr(zipfile, "ZipFile", None)
    [found] = find_submissions([path], NAMES)
    assert "more than 3" in found.problem


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"x" * 1000, b"PK\x05\x06" + b"\xff" * 18, b"PK\x05\x06" + b"\0" * 30]
)
def test_damaged_archives_are_refused(tmp_path: Path, data: bytes) -> None:
    """In a folder they cost the others nothing."""
    (tmp_path / "x.zip").write_bytes(data)
    put(tmp_path, "ada.ipynb")
    found = find_submissions([tmp_path], NAMES)
    assert found[0].student == "ada"
    assert all(each.problem for each in found[1:])


def test_links_and_pipes_in_folders_are_refused(tmp_path: Path) -> None:
    """A link may lead to another student's work, and a pipe would keep the grader waiting for ever."""
    put(tmp_path, "real/ada.ipynb")
    place = tmp_path / "class"
    place.mkdir()
    (place / "file.ipynb").symlink_to(tmp_path / "real" / "ada.ipynb")
    (place / "folder").symlink_to(tmp_path / "real")
    os.mkfifo(place / "pipe.ipynb")
    problems = {each.file_name: each.problem for each in find_submissions([place], NAMES)}
    assert set(problems) == {"file.ipynb", "folder", "pipe.ipynb"}
    assert all(problems.values())
    for name in ("file.ipynb", "pipe.ipynb"):  # even if one takes the place of a file later
        with pytest.raises(Refused):
            Found("x", name, place / name).read()


@pytest.mark.parametrize("name", ["ada.ipynb", "ada.zip"])
def test_a_link_that_is_named_is_refused_too(tmp_path: Path, name: str) -> None:
    """A pattern of the shell names a student's links as it does her files; one may lead to the solution."""
    put(tmp_path, "real/solution.ipynb")
    archive(tmp_path / "real" / "solution.zip", "solution.ipynb")
    (tmp_path / name).symlink_to((tmp_path / "real" / "solution").with_suffix(Path(name).suffix))
    [found] = find_submissions([tmp_path / name], NAMES)
    assert (found.student, found.file_name) == ("ada", name)
    assert "links are not followed" in found.problem


def test_paths_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    """Missing, empty, of another kind, too long, with a zero byte."""
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "x.txt", Path("x" * 5000), Path("a\0b")):
        with pytest.raises(NothingToGrade):
            find_submissions([path], NAMES)


@pytest.mark.parametrize("kind", ["folder", "archive", "nbgrader's tree"])
def test_a_student_with_too_many_notebooks_does_not_stop_the_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Some are read, one says why the others are not, and everybody else's work is found."""
    monkeypatch.setattr(collect, "MAX_OF_ONE_STUDENT", 5)
    names = [f"{number:04}/x.ipynb" for number in range(20)]
    place = tmp_path / "submitted" if kind == "nbgrader's tree" else tmp_path
    put(place, "ada/rnn_basics/rnn_basics.ipynb", "zoe/rnn_basics/rnn_basics.ipynb")
    if kind == "archive":
        with zipfile.ZipFile(tmp_path / "mallory.zip", "w") as file:
            for name in names:
                file.writestr(name, "{}")
    else:
        put(place, *(f"mallory/{name}" for name in names))
    found = find_submissions([tmp_path], NAMES)
    students = [each.student for each in found]
    assert (students.count("ada"), students.count("zoe")) == (1, 1)
    assert students.count("mallory") == 5 + 1
    [refused] = [each for each in found if each.problem]
    assert refused.student == "mallory"
    assert "more than 5 notebooks of one student" in refused.problem


def test_a_path_with_more_students_than_a_class_is_a_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as the folder of all folders; it is said before anything is graded."""
    monkeypatch.setattr(collect, "MAX_STUDENTS", 3)
    put(tmp_path, *(f"{name}.ipynb" for name in "abc"))
    assert len(find_submissions([tmp_path], NAMES)) == 3
    put(tmp_path, "d.ipynb")
    with pytest.raises(NothingToGrade, match="more than 3 students"):
        find_submissions([tmp_path], NAMES)


def test_hostile_file_names_are_found_and_shown_harmlessly(tmp_path: Path) -> None:
    """New lines, options, bytes that are no text."""
    for name in (
        b"-rf.ipynb",
        b"a\nb.ipynb",
        b"\xff\xfe.ipynb",
        "\u202egpj.ipynb".encode(),
        b"x" * 240 + b".ipynb",
    ):
        (Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))).write_bytes(b"{}")
    found = find_submissions([tmp_path], NAMES)
    labelled = distinct(found)
    assert len({each.student for each in labelled}) == 5
    for each in labelled:
        assert each.read() == b"{}"
        assert "\n" not in each.student
        each.student.encode("utf-8")


def test_names_that_look_the_same_get_a_number() -> None:
    """Where two look the same when they are made fit to be shown; capitals make a difference."""
    found = [Found(name, "x.ipynb", Path(str(i))) for i, name in enumerate(["ada", "Ada", "ada\n", "ada"])]
    labelled = distinct(found)
    assert [each.student for each in labelled] == ["ada", "Ada", "ada (2)", "ada"]


@pytest.mark.parametrize(
    "twin",
    [
        "ada\u200b",
        "\u200dada",
        "a\u00adda",
        "ada\ufe0f",
        "ada\U000e0041",
        "ada\u3164",
        "ada\u2800",
        "ada\u2063",
    ],
)
def test_nobody_takes_a_name_by_a_letter_that_is_not_seen(twin: str) -> None:
    """A second row of the same look gets a number, so that nobody takes one for the other."""
    found = [Found(name, "x.ipynb", Path(name)) for name in ("ada", twin, "ad\u00e1", "ada\u0301")]
    labels = [each.student for each in distinct(found)]
    assert labels[0] == "ada"
    assert labels[1].endswith(" (2)")
    assert labels[2:] == ["ad\u00e1", "ada\u0301 (2)"]


def test_the_limits_are_those_of_the_course() -> None:
    """Collecting loads no torch, so that they stand twice: what a check accepts must not be refused here."""
    limits = {
        ".safetensors": checkpoints.MAX_WEIGHTS_BYTES,
        ".json": checkpoints.MAX_ARGUMENTS_BYTES,
    }
    assert set(beside.FILE_LIMITS) == {
        f"{model.stem}{suffix}" for model in MEASURED_MODELS.values() for suffix in limits
    }
    for name, limit in beside.FILE_LIMITS.items():
        assert limit == limits[PurePosixPath(name).suffix]
