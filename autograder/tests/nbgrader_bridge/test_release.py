"""What nbgrader releases: the notebook and nothing of the instructor's, with and without our configuration."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT, SOLUTIONS, assignment_names
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.course import Course

pytestmark = pytest.mark.xdist_group("nbgrader")


@pytest.fixture
def plain(tmp_path: Path) -> Course:
    """The source notebooks in a course of nbgrader's own making, without a line of our configuration."""
    for name in assignment_names():
        shutil.copytree(SOLUTIONS / name, tmp_path / "source" / name)
    return Course(tmp_path)


def test_the_instructor_s_own_model_is_not_released(tmp_path: Path) -> None:
    """It lies beside the source notebook once that has been run, and nbgrader would give it to everybody."""
    course = Course.new(tmp_path)
    model = course.path / "solutions" / "rnn_language_model" / "rnn_lm.safetensors"
    model.write_bytes(b"weights")
    code, log = course.attempt("generate_assignment", "rnn_language_model")
    assert code == 1
    assert f"{model} would be given to the students" in log
    assert not list((course.path / "assignments").rglob("*"))
    model.unlink()
    course.nbgrader("generate_assignment", "rnn_language_model")


@pytest.mark.parametrize(
    "name", [ASSIGNMENT, *(pytest.param(each, marks=pytest.mark.slow) for each in assignment_names()[1:])]
)
def test_nbgrader_alone_makes_the_same_notebook(plain: Course, name: str) -> None:
    """So the course is a valid one of nbgrader's, whether our package is there or not."""
    plain.nbgrader("generate_assignment", name)
    path = plain.path / "release" / name / f"{name}.ipynb"
    assert path.read_bytes() == (ROOT / "assignments" / name / path.name).read_bytes()


@pytest.mark.slow
def test_nbgrader_alone_validates_the_notebooks(plain: Course) -> None:
    """The solved one passes, the released one does not; nbgrader says so in words and ends with 0 either way."""
    plain.nbgrader("generate_assignment", ASSIGNMENT)
    for step, words in (
        ("source", "Success! Your notebook passes all the tests."),
        ("release", "VALIDATION FAILED"),
    ):
        command = [sys.executable, "-m", "nbgrader", "validate", f"{step}/{ASSIGNMENT}/{ASSIGNMENT}.ipynb"]
        ended = subprocess.run(command, cwd=plain.path, capture_output=True, encoding="utf-8", check=True)
        assert words in ended.stdout
