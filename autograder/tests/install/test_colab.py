"""The cell that finds the course's files, on a simulated Colab and elsewhere, and the hand-in from Colab."""

from __future__ import annotations

import json
import subprocess
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.student.core.notebook import SKIP_TAG
from autograder.student.submission import colab, live
from autograder.tests.student.submission.test_bundle import put
from autograder.tests.student.submission.test_live import history  # noqa: F401 (a fixture)
from autograder.tests.student.submission.test_warnings import STEP, STUB, cell, check

ADDRESS = "https://github.com/course/notebooks"
FOLDER = "recurrent-language-models"


def set_up_cells() -> list[Any]:
    """The first code cell of every notebook."""
    return [
        next(cell for cell in source_notebook(name).cells if cell.kind == "code")
        for name in assignment_names()
    ]


SOURCE = set_up_cells()[0].source


class Colab(types.ModuleType):
    """What the notebooks need of `google.colab`: a browser that uploads the zip, and holds the notebook."""

    def __init__(self, notebook: object = None) -> None:
        super().__init__("google.colab")
        self.uploads, self.downloads = 0, list[str]()
        self.files = types.SimpleNamespace(upload=self._upload, download=self.downloads.append)
        self._message = types.SimpleNamespace(blocking_request=lambda _name, timeout_sec: notebook)

    def _upload(self) -> dict[str, bytes]:
        """Writes the file, and returns its content by its name: that of an edition, or of a second download."""
        self.uploads += 1
        name = f"{FOLDER}-ko (1).zip"
        with zipfile.ZipFile(name, "w") as archive:
            archive.writestr(f"{FOLDER}/autograder/__init__.py", "")
            archive.writestr(f"{FOLDER}/autograder/student/__init__.py", "")
        return {name: Path(name).read_bytes()}


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """An empty folder, a Python without the course, and the programs that were started."""
    started: list[list[str]] = []

    def run(command: list[str], check: bool) -> None:
        started.append(command)
        if command[:2] == ["git", "clone"]:
            Path(command[-1], "autograder", "student").mkdir(parents=True)
            Path(command[-1], "autograder", "__init__.py").touch()

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if not Path(path, "autograder").is_dir()])
    monkeypatch.setattr(sys, "meta_path", [each for each in sys.meta_path if "editable" not in repr(each)])
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograder"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(subprocess, "run", run)
    return started


def test_every_notebook_begins_with_the_same_cell() -> None:
    """It is left out when graded, and what it defines is private."""
    cells = set_up_cells()
    assert {cell.source for cell in cells} == {SOURCE}
    assert all(cell.tags == {SKIP_TAG} and cell.nbgrader["locked"] for cell in cells)


def test_colab_asks_for_the_zip_once(machine: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is unpacked, installed and found; run again, and after a restart, nothing is asked."""
    pretended = Colab()
    monkeypatch.setitem(sys.modules, "google.colab", pretended)
    start = Path.cwd()
    exec(SOURCE, {})
    assert Path.cwd() == start / FOLDER
    assert machine == [[sys.executable, "-m", "pip", "install", "--quiet", "--editable", "."]]
    assert sys.path[0] == str(start / FOLDER)
    exec(SOURCE, {})
    monkeypatch.chdir(start)
    exec(SOURCE, {})
    assert (pretended.uploads, len(machine)) == (1, 2)


def test_colab_clones_a_course_that_has_an_address(
    machine: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instructor writes it into the cell; nobody is asked for a file."""
    pretended = Colab()
    monkeypatch.setitem(sys.modules, "google.colab", pretended)
    exec(SOURCE.replace('_COURSE = ""', f'_COURSE = "{ADDRESS}"'), {})
    assert machine[0] == ["git", "clone", "--quiet", "--depth", "1", ADDRESS, FOLDER]
    assert (pretended.uploads, Path.cwd().name) == (0, FOLDER)


def test_elsewhere_nothing_is_started_or_said(
    machine: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside the course's folder the cell only looks."""
    Path("autograder", "student").mkdir(parents=True)
    Path("autograder", "__init__.py").touch()
    sys.path.insert(0, str(Path.cwd()))
    exec(SOURCE, {})
    assert (machine, capsys.readouterr().out) == ([], "")


@pytest.mark.usefixtures("machine")
def test_a_moved_notebook_says_what_it_needs() -> None:
    """In place of Python's bare "No module named 'autograder'"."""
    with pytest.raises(ModuleNotFoundError, match="open this notebook in the folder it came in") as caught:
        exec(SOURCE, {})
    assert "pip uninstall" not in str(caught.value)


@pytest.mark.usefixtures("machine")
def test_a_strangers_package_of_that_name_is_named_and_never_run() -> None:
    """PyPI has one: who installed it reads what happened."""
    Path("autograder").mkdir()
    Path("autograder", "__init__.py").write_text("raise SystemExit('a stranger ran')", encoding="utf-8")
    sys.path.insert(0, str(Path.cwd()))
    with pytest.raises(ModuleNotFoundError, match="`pip uninstall autograder` removes it"):
        exec(SOURCE, {})


def test_colab_hands_in_what_the_browser_shows(
    history: list[str],  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not the empty notebook that came with the course's files; the browser saves the zip."""
    put(tmp_path, cell(STUB, None, "rnn_step"), check("rnn_step"), name="rnn_basics.ipynb")
    shown = {"cells": [cell(STEP, 1, "rnn_step"), check("rnn_step")], "metadata": {}, "nbformat": 4}
    pretended = Colab({"ipynb": shown})
    monkeypatch.setitem(sys.modules, "google.colab", pretended)
    history += [STEP, "submit()"]
    made = live.submit_live()
    assert made is not None
    with zipfile.ZipFile(made.archive) as archive:
        assert json.loads(archive.read("rnn_basics.ipynb"))["cells"] == shown["cells"]
    assert pretended.downloads == [str(tmp_path / "rnn_basics.zip")]


@pytest.mark.parametrize("answer", [None, {"ipynb": {"cells": []}}])
def test_a_colab_that_gives_no_notebook_is_one_sentence(
    answer: object,
    history: list[str],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And the sentence says how to hand in all the same."""
    monkeypatch.setitem(sys.modules, "google.colab", Colab(answer))
    history += [STEP, "submit()"]
    assert colab.is_colab()
    assert live.submit_live() is None
    assert "Download .ipynb" in capsys.readouterr().out
