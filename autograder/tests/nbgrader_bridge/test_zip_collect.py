"""Work that was downloaded from a learning platform: whose it is, and that nothing in it does harm."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.tests.nbgrader_bridge.course import Course

pytestmark = pytest.mark.xdist_group("nbgrader")
ASSIGNMENT = "rnn_language_model"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course with nothing collected yet."""
    course = Course.new(tmp_path / "course")
    archive(course).mkdir(parents=True)
    return course


def archive(course: Course) -> Path:
    return course.path / "downloaded" / ASSIGNMENT / "archive"


def zipped(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)


def collected(course: Course, *options: str) -> tuple[dict[str, bytes], str]:
    """What is in submitted/ afterwards, and what was said."""
    log = course.nbgrader("zip_collect", ASSIGNMENT, *options)
    submitted = course.path / "submitted"
    files = [path for path in submitted.rglob("*") if path.is_file()]
    return {path.relative_to(submitted).as_posix(): path.read_bytes() for path in files}, log


def test_archives_folders_and_files_are_students(course: Course) -> None:
    """Each with its checkpoint, at any depth; other files stay where they are."""
    model = {"rnn_lm.safetensors": b"weights", "rnn_lm.json": b"{}"}
    zipped(archive(course) / "ada.zip", {NOTEBOOK: b"1", "typing.py": b"raise", **model})
    zipped(
        archive(course) / "blaise.zip",
        {"work/my own.ipynb": b"2", **{f"work/{name}": data for name, data in model.items()}},
    )
    (archive(course) / "chen").mkdir()
    (archive(course) / "chen" / NOTEBOOK).write_bytes(b"3")
    (archive(course) / "dora.ipynb").write_bytes(b"4")
    files, _log = collected(course)
    assert files == {
        f"ada/{ASSIGNMENT}/{NOTEBOOK}": b"1",
        **{f"ada/{ASSIGNMENT}/{name}": data for name, data in model.items()},
        f"blaise/{ASSIGNMENT}/my own.ipynb": b"2",
        **{f"blaise/{ASSIGNMENT}/{name}": data for name, data in model.items()},
        f"chen/{ASSIGNMENT}/{NOTEBOOK}": b"3",
        f"dora/{ASSIGNMENT}/dora.ipynb": b"4",
    }


def test_helper_modules_come_with_their_notebook(course: Course) -> None:
    """Those that it imports, where they lay; nobody else's."""
    cell = {"cell_type": "code", "source": "import steps, random", "metadata": {}}
    work = {NOTEBOOK: json.dumps({"cells": [cell], "nbformat": 4}).encode(), "steps.py": b"import lib.more"}
    modules = {"lib/more.py": b"x = 1", "random.py": b"raise", "other.py": b"raise"}
    zipped(archive(course) / "ada.zip", work | modules)
    zipped(archive(course) / "bob.zip", {f"hw/{name}": data for name, data in (work | modules).items()})
    files, _log = collected(course)
    wanted = work | {"lib/more.py": b"x = 1"}
    assert files == {
        f"{student}/{ASSIGNMENT}/{name}": data for student in ("ada", "bob") for name, data in wanted.items()
    }


def test_a_broken_or_hostile_archive_costs_nobody_else_anything(course: Course) -> None:
    """It is named, with the reason; nothing is written outside, and no bomb is unpacked."""
    zipped(archive(course) / "ada.zip", {NOTEBOOK: b"1"})
    (archive(course) / "broken.zip").write_bytes(b"PK, but no archive")
    zipped(archive(course) / "climber.zip", {f"../../{NOTEBOOK}": b"2"})
    zipped(archive(course) / "bomb.zip", {NOTEBOOK: bytes(100 * 2**20)})
    files, log = collected(course)
    assert files == {f"ada/{ASSIGNMENT}/{NOTEBOOK}": b"1"}
    for name in ("broken.zip", "climber.zip", "bomb.zip"):
        assert f"{name}" in log
    assert log.count("was not collected") == 3
    assert not list(course.path.glob(f"downloaded/{NOTEBOOK}"))


LONG = "y" * 300
UNWRITABLE = {
    "a_long_name": [f"{LONG}.ipynb"],
    "a_long_folder": [f"{LONG}/{NOTEBOOK}", NOTEBOOK],
    "a_deep_folder": ["d/" * 2500 + NOTEBOOK, NOTEBOOK],
    "a_file_that_is_a_folder": ["a.ipynb", f"a.ipynb/{NOTEBOOK}"],
    "a_folder_that_is_a_file": [f"a.ipynb/{NOTEBOOK}", "a.ipynb"],
}


def test_names_that_no_disk_takes_cost_nobody_else_anything(course: Course) -> None:
    """Each is named, in a line that is no longer than others, and what else lies in its archive is collected."""
    for name, members in UNWRITABLE.items():
        zipped(archive(course) / f"{name}.zip", dict.fromkeys(members, b"2"))
    zipped(archive(course) / "zoe.zip", {NOTEBOOK: b"1"})
    files, log = collected(course)
    assert files.pop(f"zoe/{ASSIGNMENT}/{NOTEBOOK}") == b"1"
    assert {name.split("/")[0] for name in files} == UNWRITABLE.keys() - {"a_long_name"}
    refusals = [line for line in log.splitlines() if "was not collected" in line]
    assert len(refusals) == len(UNWRITABLE)
    assert all("cannot be written" in line and len(line) < 400 for line in refusals)


def test_long_names_are_numbered_all_the_same(course: Course) -> None:
    """The longest names that a disk takes, twice: with a number behind it would be too long."""
    longest = "한" * 83 + ".ipynb"  # of 255 bytes
    zipped(archive(course) / "ada.zip", {f"old/{longest}": b"1", f"new/{longest}": b"2"})
    files, _log = collected(course)
    assert sorted(files.values()) == [b"1", b"2"]


def test_two_notebooks_of_one_name_are_both_collected(course: Course) -> None:
    """nbgrader would collect nobody's work."""
    zipped(archive(course) / "ada.zip", {f"old/{NOTEBOOK}": b"1", f"new/{NOTEBOOK}": b"2"})
    files, _log = collected(course)
    assert sorted(files.values()) == [b"1", b"2"]
    assert {name.split("/")[0] for name in files} == {"ada"}


def test_a_platform_s_own_file_names_can_be_told(course: Course) -> None:
    """By nbgrader's own option, for notebooks and models alike."""
    folder = archive(course) / "Lovelace_Ada_4711_file"
    folder.mkdir()
    (folder / NOTEBOOK).write_bytes(b"1")
    (folder / "rnn_lm.json").write_bytes(b"{}")
    pattern = r".*/[A-Za-z]+_[A-Za-z]+_(?P<student_id>\d+)_file/(?P<file_id>.*)"
    files, _log = collected(course, f"--FileNameCollectorPlugin.named_regexp={pattern}")
    assert files == {f"4711/{ASSIGNMENT}/{NOTEBOOK}": b"1", f"4711/{ASSIGNMENT}/rnn_lm.json": b"{}"}


def test_an_empty_folder_is_no_error(course: Course) -> None:
    """There is nothing to collect, and that is said."""
    files, log = collected(course)
    assert files == {}
    assert "no notebook" in log
