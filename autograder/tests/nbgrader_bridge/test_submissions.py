"""Which notebook of a submission counts, and what of a submission's folder nbgrader gets to see."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.nbgrader_bridge.submissions import chosen, prepare
from autograder.student.core.notebook import Notebook
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.conftest import SCENARIOS
from autograder.tests.scenarios.apply import scenario_bytes


@pytest.fixture(scope="module")
def notebooks(few_tasks: Notebook) -> dict[str, bytes]:
    """Bytes of notebooks by what is in them."""
    names = {"solved": "right", "untouched": "untouched", "some": "partly_done"}
    return {name: scenario_bytes(SCENARIOS / folder, few_tasks)[0] for name, folder in names.items()} | {
        "garbage": b"{"
    }


@pytest.mark.parametrize(
    ("handed_in", "best"),
    [
        ({"rnn_basics": "solved"}, "rnn_basics"),
        ({"homework": "solved"}, "homework"),
        ({"homework": "garbage"}, "homework"),
        ({"rnn_basics": "some", "rnn_basics-Copy1": "solved"}, "rnn_basics"),  # an experiment in the copy
        (
            {"rnn_basics": "untouched", "rnn_basics-Copy1": "some"},
            "rnn_basics-Copy1",
        ),  # worked in the wrong one
        ({"rnn_basics": "garbage", "b": "untouched"}, "b"),
        ({"a": "some", "b": "solved", "c": "untouched"}, "b"),
        ({"rnn_basics": "untouched", "a": "untouched"}, "rnn_basics"),
    ],
)
def test_the_notebook_that_was_meant_counts(
    tmp_path: Path, notebooks: dict[str, bytes], handed_in: dict[str, str], best: str
) -> None:
    """The right name, unless the work is elsewhere; whoever handed in several is told which."""
    for name, what in handed_in.items():
        (tmp_path / f"{name}.ipynb").write_bytes(notebooks[what])
    found, notes = chosen(tmp_path, "ada", ASSIGNMENT)
    assert (found.student, found.file_name, found.assignment) == ("ada", f"{best}.ipynb", ASSIGNMENT)
    assert len(notes) == (len(handed_in) > 1)
    assert all(f"`{best}.ipynb` was graded" in note for note in notes)


def test_without_a_notebook_there_is_nothing_to_choose(tmp_path: Path) -> None:
    """nbgrader does not come so far with such a folder."""
    with pytest.raises(FileNotFoundError):
        chosen(tmp_path, "ada", ASSIGNMENT)


def test_nbgrader_is_told_the_name_it_knows(tmp_path: Path) -> None:
    """Whatever the file is called, and whatever lies beside it; nothing is renamed."""
    (tmp_path / "homework.ipynb").touch()
    notebooks = [str(tmp_path / "homework.ipynb")]
    prepare(assignment=ASSIGNMENT, student="*", notebooks=notebooks)
    assert notebooks == [str(tmp_path / f"{ASSIGNMENT}.ipynb")]
    assert [path.name for path in tmp_path.iterdir()] == ["homework.ipynb"]


def test_an_assignment_of_another_course_is_left_alone(tmp_path: Path) -> None:
    """An instructor may have more in the same folder."""
    notebooks = [str(tmp_path / "one.ipynb"), str(tmp_path / "two.ipynb")]
    prepare(assignment="statistics", student="*", notebooks=notebooks)
    assert len(notebooks) == 2


def test_what_nbgrader_must_not_follow_is_removed(tmp_path: Path) -> None:
    """It copies what links lead to, without end if that has none; files and links to notebooks stay as they are."""
    secret = tmp_path / "secret"
    secret.write_text("answers", encoding="utf-8")
    folder = tmp_path / "submitted" / "ada" / ASSIGNMENT
    (folder / "deep").mkdir(parents=True)
    for name in ("rnn_basics.ipynb", "rnn_lm.safetensors", "deep/notes.txt"):
        (folder / name).touch()
    for name in ("page.html", "deep/link.txt", "link.ipynb"):
        (folder / name).symlink_to(secret)
    (folder / "zero").symlink_to("/dev/zero")
    (folder / "broken").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    prepare(assignment=ASSIGNMENT, student="*", notebooks=[str(folder / "rnn_basics.ipynb")])
    left = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    assert left == {"rnn_basics.ipynb", "rnn_lm.safetensors", "deep/notes.txt", "link.ipynb"}
    assert secret.read_text(encoding="utf-8") == "answers"


@pytest.mark.parametrize("mode", [0o555, 0o444, 0o000])
def test_a_locked_folder_keeps_no_link(tmp_path: Path, mode: int) -> None:
    """Nothing could be removed from it, and nbgrader goes on after a hook that failed, and follows the links."""
    folder = tmp_path / "submitted" / "ada" / ASSIGNMENT
    locked = folder / "a" / "locked"
    locked.mkdir(parents=True)
    (locked / "zero").symlink_to("/dev/zero")
    (folder / "outside").symlink_to(tmp_path, target_is_directory=True)
    tmp_path.chmod(0o750)
    for each in (locked, folder / "a"):
        each.chmod(mode)
    prepare(assignment=ASSIGNMENT, student="*", notebooks=[str(folder / "rnn_basics.ipynb")])
    assert not os.path.lexists(locked / "zero")
    assert locked.stat().st_mode & 0o700 == 0o700  # what the superuser, who is never locked out, sees of it
    assert tmp_path.stat().st_mode & 0o777 == 0o750  # a link's folder is not ours to open
