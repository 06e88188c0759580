"""The hand-in itself: a zip that graders take, the same bytes for the same files, made whatever is wrong."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from rich.console import Console

from autograder.grading.find import find_submissions
from autograder.student import submit
from autograder.student.checking.cells import NotCheckable
from autograder.student.core import newer_syntax
from autograder.student.core.results import TaskResult, TestResult, score_task
from autograder.student.models.model_files import FILE_LIMITS
from autograder.student.submission.bundle import make
from autograder.student.submission.clean_run import CleanRun, clean_run
from autograder.student.submission.panel import HandIn, html_panel
from autograder.student.submission.terminal import submit_notebook
from autograder.tests.student.submission.test_warnings import STEP, cell, check

RIGHT = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"
ASSIGNMENTS = {"rnn_basics", "rnn_language_model"}
STANDING = CleanRun((TaskResult("rnn_step", "partial", 1.5, 2),))


def put(folder: Path, *cells: dict, name: str = "rnn_basics.ipynb") -> Path:
    """A notebook in a folder."""
    path = folder / name
    path.write_text(json.dumps({"cells": list(cells)}), encoding="utf-8")
    return path


def made(path: Path, run: CleanRun = STANDING) -> HandIn:
    """The hand-in of a notebook whose run from a fresh start is given."""
    return make(path, lambda _step: None, run=lambda _path, _on_step: run)


def inside(archive: Path) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_zip_holds_notebook_model_and_receipt(tmp_path: Path) -> None:
    """The notebook's bytes as they are, under its own name, and what the receipt says of each file is true."""
    training = cell("language_model = 1", 1, "language_model")
    training["metadata"]["tags"] = ["skip-execution"]
    path = put(tmp_path, training, check("language_model"), name="mine.ipynb")
    for name in ("rnn_lm.safetensors", "rnn_lm.json", "notes.txt"):
        (tmp_path / name).write_bytes(name.encode())
    result = made(path)
    files = inside(result.archive)
    assert result.archive == tmp_path / "rnn_language_model.zip"
    assert sorted(files) == ["receipt.json", "rnn_language_model.ipynb", "rnn_lm.json", "rnn_lm.safetensors"]
    assert files["rnn_language_model.ipynb"] == path.read_bytes()
    receipt = json.loads(files.pop("receipt.json"))
    assert {name: entry["sha256"] for name, entry in receipt["files"].items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }
    assert receipt["public_marks"] == {"rnn_step": {"status": "partial", "score": 1.5, "max_score": 2}}
    assert receipt["versions"].keys() >= {"python", "torch", "autograder"}


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    """At any time, in any folder, by anybody: and an older archive is replaced."""
    archives = []
    for student in ("ada", "bob"):
        (tmp_path / student).mkdir()
        path = put(tmp_path / student, cell(STEP, 1, "rnn_step"), check("rnn_step", 2))
        os.utime(path, (len(archives), len(archives)))
        (tmp_path / student / "rnn_basics.zip").write_bytes(b"older")
        archives.append(made(path).archive.read_bytes())
    assert archives[0] == archives[1]
    assert str(tmp_path).encode() not in archives[0]


def test_the_grader_takes_the_zip(tmp_path: Path) -> None:
    """Alone, in a student's folder, or beside its notebook: one submission, with its model."""
    training = cell("language_model = 1", 1, "language_model")
    path = put(tmp_path, training, check("language_model"), name="mine.ipynb")
    for name in ("rnn_lm.safetensors", "rnn_lm.json"):
        (tmp_path / name).write_bytes(name.encode())
    archive = made(path).archive
    for place in (
        "ada.zip",
        "ada/rnn_language_model.zip",
        "submitted/ada/rnn_language_model/rnn_language_model.zip",
    ):
        copy = tmp_path / "class" / place
        copy.parent.mkdir(parents=True)
        copy.write_bytes(archive.read_bytes())
        [found] = find_submissions([tmp_path / "class"], ASSIGNMENTS)
        assert (found.student, found.file_name, found.problem) == ("ada", "rnn_language_model.ipynb", "")
        assert found.read() == path.read_bytes()
        assert set(found.read_files()[0]) == {"rnn_lm.safetensors", "rnn_lm.json"}
        copy.unlink()


@pytest.mark.slow
def test_nbgraders_zip_collect_takes_the_zip(tmp_path: Path) -> None:
    """From what a learning platform downloads, a folder or a file for each student; the model too, where it says so."""
    training = cell("language_model = 1", 1, "language_model")
    path = put(tmp_path, training, check("language_model"), name="mine.ipynb")
    (tmp_path / "rnn_lm.safetensors").write_bytes(b"weights")
    archive = made(path).archive
    course = tmp_path / "course"
    downloaded = course / "downloaded" / "rnn_language_model" / "archive"
    for place in ("ada/rnn_language_model.zip", "bob.zip"):
        (downloaded / place).parent.mkdir(parents=True, exist_ok=True)
        (downloaded / place).write_bytes(archive.read_bytes())
    (course / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "plugin = c.FileNameCollectorPlugin\n"
        "plugin.named_regexp = r'.*/extracted/(?P<student_id>[^/]+)/(.*/)?(?P<file_id>[^/]+)$'\n"
        "plugin.valid_ext = ['.ipynb', '.safetensors', '.json']\n"
        "c.CourseDirectory.course_id = 'course'\n",
        encoding="utf-8",
    )
    collected = subprocess.run(
        [sys.executable, "-m", "nbgrader", "zip_collect", "rnn_language_model"],
        check=False,
        cwd=course,
        capture_output=True,
        text=True,
    )
    assert collected.returncode == 0, collected.stderr
    for student in ("ada", "bob"):
        folder = course / "submitted" / student / "rnn_language_model"
        assert (folder / "rnn_language_model.ipynb").read_bytes() == path.read_bytes()
        assert (folder / "rnn_lm.safetensors").read_bytes() == b"weights"


def test_an_assignment_without_a_model_takes_none(tmp_path: Path) -> None:
    """What lies in the folder belongs to another notebook."""
    (tmp_path / "rnn_lm.json").write_bytes(b"{}")
    result = made(put(tmp_path, cell(STEP, 1, "rnn_step"), check("rnn_step", 2)))
    assert sorted(result.files) == ["receipt.json", "rnn_basics.ipynb"]


def test_a_giant_model_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The grader would not read it, and it is said."""
    monkeypatch.setitem(FILE_LIMITS, "rnn_lm.safetensors", 3)
    (tmp_path / "rnn_lm.safetensors").write_bytes(b"1234")
    (tmp_path / "rnn_lm.json").write_bytes(b"{}")
    result = made(put(tmp_path, cell("x = 1", 1, "language_model"), check("language_model")))
    assert "rnn_lm.safetensors" not in result.files
    assert "cannot be read, or is larger" in str(result)


def test_a_notebook_without_marks_is_known_by_what_it_defines(tmp_path: Path) -> None:
    """Its metadata was lost; it is handed in all the same, and not run for points that nobody knows."""

    def never(*_arguments: object) -> CleanRun:
        raise AssertionError("there is nothing to be checked")

    path = put(tmp_path, cell(STEP), cell("def rnn_forward(x):\n    return x"), name="Untitled.ipynb")
    result = make(path, lambda _step: None, run=never)
    assert "rnn_basics.ipynb" in result.files
    assert "lost their metadata" in str(result)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be opened"),
        ("{", "damaged"),
        ('{"cells": []}', "no task of this course"),
        ("[1]", "damaged"),
    ],
)
def test_only_what_is_no_notebook_prevents_a_hand_in(tmp_path: Path, content: str | None, words: str) -> None:
    """One sentence, and no archive."""
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(NotCheckable, match=words):
        made(path)
    assert not list(tmp_path.glob("*.zip"))


def test_a_source_notebook_is_not_packed(tmp_path: Path) -> None:
    """Its folder is released with all that lies in it: a zip there would hand out the solutions."""
    path = put(
        tmp_path, cell(f"### BEGIN SOLUTION\n{STEP}\n### END SOLUTION", 1, "rnn_step"), check("rnn_step", 2)
    )
    with pytest.raises(NotCheckable, match="holds the solutions"):
        made(path)
    assert not list(tmp_path.glob("*.zip"))


def test_a_notebook_is_run_from_a_fresh_start(tmp_path: Path) -> None:
    """In a process of its own, without what lies beside it: the library's `random` is the library's.

    What it prints is no message, the steps can be followed, and a cell that hands in does not do so there again.
    """
    (tmp_path / "random.py").write_text("raise RuntimeError('shadowed')", encoding="utf-8")
    noise = 'import os, random\nprint("{}")\nos.system("echo \'[]\'")'
    path = put(
        tmp_path,
        cell(noise),
        cell("import torch"),
        cell(RIGHT, 1, "rnn_step"),
        check("rnn_step"),
        cell("from autograder.student import submit\nassert submit('rnn_basics.ipynb') is None"),
        cell("1 / 0"),
    )
    steps: list[str] = []
    run = clean_run(path, steps.append)
    assert run.failure == ""
    assert [(result.name, result.status) for result in run.results] == [("rnn_step", "passed")]
    assert [(stop.cell, stop.error) for stop in run.stops] == [(5, "ZeroDivisionError: division by zero")]
    assert len(set(steps)) == 2
    assert not (tmp_path / "rnn_basics.zip").exists()


def test_a_fresh_start_has_the_package_of_the_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else of that name can be imported; so an edition keeps its language, and nothing need be installed."""
    stranger = tmp_path / "installed" / "autograder" / "__init__.py"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("raise ImportError('another package of this name')", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "installed"))
    path = put(tmp_path, cell("import torch"), cell(RIGHT, 1, "rnn_step"), check("rnn_step"))
    run = clean_run(path, lambda _step: None)
    assert run.failure == ""
    assert [(result.name, result.status) for result in run.results] == [("rnn_step", "passed")]


def test_a_notebook_that_ends_its_process_is_handed_in(tmp_path: Path) -> None:
    """The checks end early; the archive is made, and it is said."""
    output = io.StringIO()
    path = put(tmp_path, cell("import os\nos._exit(0)"), cell(RIGHT, 1, "rnn_step"), check("rnn_step"))
    submit_notebook(path, Console(file=output, width=100))
    assert "the program ended while they were running" in output.getvalue()
    assert (tmp_path / "rnn_basics.zip").is_file()


def test_a_cell_that_never_ends_is_stopped(tmp_path: Path) -> None:
    """After minutes, or by the student; then what was found so far is kept, and the hand-in is made."""
    path = put(tmp_path, cell("while True: pass"), cell(RIGHT, 1, "rnn_step"), check("rnn_step"))
    assert "is there a cell that never ends" in clean_run(path, lambda _step: None, limit_seconds=2).failure

    def stop(_step: str) -> None:
        raise KeyboardInterrupt

    assert "You stopped the checks" in clean_run(path, stop).failure


FORKS = """
import ctypes, os, time
child = ctypes.PyDLL(None).fork()  # Python's own is refused; with the lock kept, the child may go on
assert child >= 0
if child == 0:
    open("forked", "w").close()
    time.sleep(20)
    open("outlived", "w").close()
    os._exit(0)
while True: pass
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system whose processes fork")
def test_what_a_cell_has_started_ends_with_the_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was forked holds the pipe on which the checks are heard, and would be waited for."""

    class Timer(threading.Timer):
        """Whose time is up when the cell has forked."""

        def run(self) -> None:
            while not (tmp_path / "forked").exists() and not self.finished.is_set():
                time.sleep(0.01)
            self.function(*self.args)

    monkeypatch.setattr(threading, "Timer", Timer)
    path = put(tmp_path, cell(FORKS), cell(RIGHT, 1, "rnn_step"), check("rnn_step"))
    assert "is there a cell that never ends" in clean_run(path, lambda _step: None).failure
    assert not (tmp_path / "outlived").exists()


def test_syntax_that_the_grader_cannot_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a cell or in a module, where the own Python is newer than the one that grades."""
    monkeypatch.setattr(newer_syntax, "GRADER", (3, 7))
    newer = "def gate(x):\n    return (y := x)"
    (tmp_path / "steps.py").write_text(newer, encoding="utf-8")
    path = put(tmp_path, cell(f"import steps\n{newer}"), cell(STEP, 1, "rnn_step"), check("rnn_step", 2))
    told = [notice.text for notice in made(path).notices if "Python 3.7 cannot read" in notice.text]
    assert [text.split(" is syntax")[0] for text in told] == [
        "Line 3 of the cell that begins with `import steps`",
        "Line 2 of `steps.py`",
    ]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_tasks_whose_cells_are_missing_are_no_points_less(lost: int) -> None:
    """The notebook does not say any more what they are worth; the grader knows it."""
    result = score_task("rnn_step", 2, [TestResult("test_x", "X.", "passed")])
    shown = str(HandIn(Path("rnn_basics.zip"), {}, (result,), (), 0.0, lost))
    assert "with 2 of 2 points" in shown
    assert ("come on top" in shown) == (lost > 0)
    assert (f"{lost} task{'s' * (lost > 1)} whose cells are missing" in shown) == (lost > 0)


def test_the_panel_escapes_what_stands_in_a_notebook(tmp_path: Path) -> None:
    """A file name and a cell may hold anything; the archive is a link that can be clicked."""
    path = put(tmp_path, cell(STEP, 1, "rnn_step"), check("rnn_step", 2), name="<b>.ipynb")
    page = html_panel(made(path))
    assert "<b>" not in page
    assert "href='rnn_basics.zip'" in page
    assert "1.5 of 2 points" in page


def test_where_it_is_graded_submit_does_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """nbgrader may run the cell as any other."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    put(tmp_path, cell(STEP, 1, "rnn_step"), check("rnn_step", 2))
    assert submit() is None
    assert not list(tmp_path.glob("*.zip"))
