"""Helper modules beside a notebook: found in folders and archives, run in the sandbox, read by every rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.assignments.sources import assignment_names
from autograder.grading.find import Found, find_submissions
from autograder.grading.graded import Submission
from autograder.grading.jobs import Job
from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.student.checking.terminal import Checked, check_notebook
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result
from autograder.student.submission.bundle import make
from autograder.student.submission.clean_run import CleanRun
from autograder.student.submission.panel import HandIn
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.grading.additions import RIGHT, STEP, handed_in
from autograder.tests.grading.handins import put

NOTEBOOK = json.dumps(
    {"cells": [{"cell_type": "code", "source": "import steps", "metadata": {}}], "nbformat": 4}
).encode()
HAND_IN = {"rnn_basics.ipynb": NOTEBOOK, "steps.py": b"from lib import more", "lib/more.py": b"x = 1"}
MODULES = {"steps.py", "lib/more.py"}


def found_in(path: Path) -> Found:
    """The first hand-in with a notebook."""
    return next(each for each in find_submissions([path], assignment_names()) if not each.problem)


@pytest.mark.parametrize(
    ("files", "modules"),
    [
        ({f"ada/{name}": content for name, content in HAND_IN.items()}, MODULES),
        ({"ada/rnn_basics.zip": HAND_IN}, MODULES),
        ({"class.zip": {"ada/rnn_basics.zip": HAND_IN}}, MODULES),
        ({"class.zip": {f"ada/work/{name}": content for name, content in HAND_IN.items()}}, MODULES),
        (
            {"ada_123_9924_x.ipynb": NOTEBOOK, "ada_123_9925_steps.py": b"", "bob_124_9926_steps.py": b"1"},
            {"steps.py"},
        ),
        ({"Ada_47_assignsubmission_file_/rnn_basics.zip": HAND_IN}, MODULES),
        ({"ada/rnn_basics.ipynb": NOTEBOOK, "ada/other.py": b"", "steps.py": b""}, set()),
    ],
)
def test_the_modules_of_a_hand_in_are_found(tmp_path: Path, files: dict[str, Any], modules: set[str]) -> None:
    """Beside the notebook, wherever that lies; nobody else's, and none that it does not import."""
    put(tmp_path, files)
    found = found_in(tmp_path)
    assert set(found.read_modules(found.read()).files) == modules


def test_no_link_is_followed_to_a_module(tmp_path: Path) -> None:
    """Neither of the file nor of a folder on its way."""
    put(tmp_path, {"private/more.py": b"secret = 1", "class/ada/x.ipynb": NOTEBOOK, "class/ada/a.py": b""})
    (tmp_path / "class/ada/steps.py").symlink_to(tmp_path / "private/more.py")
    (tmp_path / "class/ada/lib").symlink_to(tmp_path / "private")
    found = found_in(tmp_path / "class")
    assert found.read_modules(NOTEBOOK.replace(b"import steps", b"import steps, lib.more")).files == {}


def test_a_module_that_may_be_anybodys_is_nobodys(tmp_path: Path) -> None:
    """Two students' notebooks lie in one folder."""
    put(tmp_path, {"ada.ipynb": NOTEBOOK, "bob.ipynb": NOTEBOOK, "steps.py": b""})
    modules = found_in(tmp_path).read_modules(NOTEBOOK)
    assert modules.files == {}
    [note] = modules.notes
    assert "`steps.py` was not read. The folder has notebooks of several students" in note


def test_a_changed_module_is_graded_again() -> None:
    """Its bytes are part of the key."""
    keys = {
        Job(Submission("ada", NOTEBOOK, files={"steps.py": content}), 1).key for content in (b"1", b"2", b"2")
    }
    assert len(keys) == 2


RIGHT_STEP = RIGHT.replace("def rnn_step", "def step")
FORBIDDEN = """import torch
from torch import nn

def step(x, h, W_xh, W_hh, b):
    return nn.RNNCell(3, 4)(x, h)
"""


def handed_in_with(folder: Path, course: Notebook, answer: str, module: str = "") -> Path:
    """The notebook with this answer, in a folder beside its module."""
    data = handed_in(course, {"rnn_step": answer}).replace(
        b"### BEGIN SOLUTION", b""
    )  # it would be the source
    return put(folder, {"rnn_basics.ipynb": data, "steps.py": module.encode()}) / "rnn_basics.ipynb"


def submitted(path: Path) -> tuple[Checked, HandIn]:
    """What `submit` says of a notebook."""
    checked = check_notebook(path)
    run = CleanRun(checked.results, checked.stops)
    return checked, make(path, lambda _step: None, run=lambda _path, _on_step: run)


def graded(archive: Path, course: Notebook, server: Server) -> Result:
    """What the grader says of a hand-in."""
    found = found_in(archive)
    modules = found.read_modules(found.read())
    submission = Submission("ada", found.read(), files=modules.files, module_notes=modules.notes)
    return grade(submission, {ASSIGNMENT: Suite(ASSIGNMENT, course)}, server, 7).result


LOOKED_UP = "importlib.import_module('steps').step(x, h, W_xh, W_hh, b)"
USES = {
    "by name": "from steps import step as rnn_step",
    "by attribute": f"import steps\n{STEP.format('steps.step(x, h, W_xh, W_hh, b)')}",
    "inside": f"import importlib\n{STEP.format(LOOKED_UP)}",
    "all names": f"from steps import *\n{STEP.format('step(x, h, W_xh, W_hh, b)')}",
    "as a file": f"%run steps.py\n{STEP.format('step(x, h, W_xh, W_hh, b)')}",
}


SOME = [pytest.param(title, marks=[] if title == "by name" else pytest.mark.slow) for title in USES]


@pytest.mark.parametrize("title", SOME)
def test_a_module_counts_alike_for_submit_and_the_grader(
    title: str, few_tasks: Notebook, server: Server, tmp_path: Path
) -> None:
    """A right one gives all points, without a note."""
    path = handed_in_with(tmp_path, few_tasks, USES[title], f"import torch\n{RIGHT_STEP}")
    checked, hand_in = submitted(path)
    result = graded(hand_in.archive, few_tasks, server)
    told = [test.message for task in result.tasks for test in task.tests]
    assert result.score == result.max_score == sum(task.score for task in checked.results), told
    assert (result.integrity, result.repairs) == ((), ())
    assert any("`steps.py`" in notice.text for notice in hand_in.notices)


@pytest.mark.parametrize("title", SOME)
def test_what_is_forbidden_is_found_in_a_module(
    title: str, few_tasks: Notebook, server: Server, tmp_path: Path
) -> None:
    """And its place is named, at the desk and by the grader."""
    checked, hand_in = submitted(handed_in_with(tmp_path, few_tasks, USES[title], FORBIDDEN))
    for tasks in (checked.results, graded(hand_in.archive, few_tasks, server).tasks):
        (task,) = (task for task in tasks if task.name == "rnn_step")
        assert task.score == 0
        told = [test.message for test in task.tests]
        assert any("RNNCell` in line 5 of `steps.py` (`return nn." in message for message in told), told


def test_an_error_in_a_module_names_its_line(few_tasks: Notebook, server: Server, tmp_path: Path) -> None:
    """Where it was raised, whether a task has called it or an import runs it."""
    module = f"import torch\n{RIGHT_STEP}".replace("return", "raise KeyError('h')\n    return")
    checked, hand_in = submitted(handed_in_with(tmp_path, few_tasks, USES["by name"], module))
    for tasks in (checked.results, graded(hand_in.archive, few_tasks, server).tasks):
        told = [test.message for task in tasks for test in task.tests]
        assert any("`rnn_step` raised KeyError (line 3 of `steps.py`): 'h'" in message for message in told), (
            told
        )
    with server.open() as session:
        session.execute(["%%writefile steps.py\n\ntable = {}['h']"])
        [outcome] = session.execute(["\nimport steps"])
    assert 'File "steps.py", line 2' in outcome.error
    assert 'File "<cell 2>", line 2' in outcome.error


def test_a_module_that_is_missing_is_asked_for(few_tasks: Notebook, server: Server, tmp_path: Path) -> None:
    """By its name, at the desk and by the grader, in the same words."""
    path = handed_in_with(tmp_path, few_tasks, "from steps import step as rnn_step")
    path.with_name("steps.py").unlink()
    _checked, hand_in = submitted(path)
    result = graded(hand_in.archive, few_tasks, server)
    sentence = "`steps` is neither installed nor handed in: is it a file of yours? Put `steps.py` beside"
    assert any(sentence in notice.text for notice in hand_in.warnings)
    told = [test.message for task in result.tasks for test in task.tests]
    assert any(sentence in message for message in told), told
