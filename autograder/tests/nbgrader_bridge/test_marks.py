"""nbgrader's gradebook has the marks of `autograder grade`, cell by cell, for whatever is handed in."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.find import find_submissions
from autograder.grading.many import grade_all, label
from autograder.grading.store import run_seed
from autograder.maintain.demo import write_class, write_class_with_models
from autograder.nbgrader_bridge import engine
from autograder.student.core.notebook import CHECK_PREFIX
from autograder.student.core.results import Result
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.conftest import ALSO_BROKEN, BROKEN, SCENARIOS, STRANGE, WRONG, hand_in
from autograder.tests.nbgrader_bridge.course import Course
from autograder.tests.scenarios.apply import scenario_bytes

pytestmark = pytest.mark.xdist_group("nbgrader")


def graded_by_command(course: Course, out: Path, assignment: str) -> list[Result]:
    """What `autograder grade` gives for the course's submissions, without a look at what nbgrader has left."""
    found = label(find_submissions([course.path / "submitted"], assignment_names()))
    chosen = [each for each in found if each.assignment == assignment]
    graders = engine._warm().renewed()  # their results go elsewhere, and they remember none
    return grade_all(chosen, out, run_seed(course.path / "graded"), graders=graders)


def assert_same_marks(course: Course, results: list[Result], assignment: str) -> None:
    """Every cell of every submission; none where nothing could be graded."""
    marks = course.marks(assignment)
    assert marks.keys() == {result.student for result in results}
    for result in results:
        by_cell = {name: by_grader for name, (by_grader, _by_person) in marks[result.student].items()}
        checks = {name: mark for name, mark in by_cell.items() if name.startswith(CHECK_PREFIX)}
        if result.status == "ungradable":
            assert set(by_cell.values()) == {None}
        else:
            assert checks == {CHECK_PREFIX + task.name: task.score for task in result.tasks}


def test_every_cell_has_the_same_mark_both_ways(graded_course: Course, tmp_path: Path) -> None:
    """Right, wrong, hostile and broken in every way that nbgrader minds."""
    results = graded_by_command(graded_course, tmp_path, ASSIGNMENT)
    assert len(results) == len(BROKEN) + len(WRONG) + 3
    assert_same_marks(graded_course, results, ASSIGNMENT)
    assert len({result.score for result in results}) >= 4  # or it would prove little


def test_neither_way_does_again_what_the_other_has_done(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They share the seed and what is finished; so the class page costs a second after `nbgrader autograde`."""
    monkeypatch.setattr("autograder.grading.processes._start_grader", lambda: pytest.fail("graded again"))
    found = label(find_submissions([course.path / "submitted"], assignment_names()))
    results = grade_all(found, course.path / "graded", run_seed(course.path / "graded"))
    assert_same_marks(course, results, ASSIGNMENT)


@pytest.mark.parametrize("name", [*BROKEN, STRANGE])
def test_broken_work_has_the_marks_of_its_answers(graded_course: Course, name: str) -> None:
    """nbgrader alone stops, waits for ever, gives zero or skips the student."""
    expected = {"deleted_cells": 4.0, "edited_check": 2.0}.get(name, 7.0)
    assert (
        sum(by_grader or 0.0 for by_grader, _by_person in graded_course.marks(ASSIGNMENT)[name].values())
        == expected
    )


def test_only_what_could_not_be_graded_waits_for_a_person(graded_course: Course) -> None:
    """Not the questions without points, nor a check that was deleted."""
    assert graded_course.needs_a_person(ASSIGNMENT) == {"garbage"}


@pytest.mark.slow
def test_a_class_of_thirty_has_the_same_marks_both_ways(tmp_path: Path) -> None:
    """Twelve pupils and eighteen scenarios, over all tasks."""
    course = Course.new(tmp_path / "course")
    course.nbgrader("generate_assignment", ASSIGNMENT)
    write_class(course.path / "submitted")
    names = sorted(path.parent.name for path in SCENARIOS.glob("*/expected.json"))
    chosen = [*ALSO_BROKEN, *(name for name in names[::3] if name not in ALSO_BROKEN)][:18]
    source = source_notebook(ASSIGNMENT)
    for name in chosen:
        data, file_name = scenario_bytes(SCENARIOS / name, source)
        hand_in(course, name, data, file_name)
    assert len(list((course.path / "submitted").iterdir())) == 30
    course.nbgrader("autograde", ASSIGNMENT)
    results = graded_by_command(course, tmp_path / "out", ASSIGNMENT)
    assert_same_marks(course, results, ASSIGNMENT)


@pytest.mark.slow
def test_models_have_the_same_marks_both_ways(tmp_path: Path) -> None:
    """Checkpoints beside the notebooks: one that learnt, one that did not, a copied one, and none."""
    course = Course.new(tmp_path / "course")
    course.nbgrader("generate_assignment", "rnn_language_model")
    write_class_with_models(course.path / "submitted", tokens=600_000)
    course.nbgrader("autograde", "rnn_language_model")
    results = graded_by_command(course, tmp_path / "out", "rnn_language_model")
    assert_same_marks(course, results, "rnn_language_model")
    marks = {
        name: cells["check-language_model"][0] for name, cells in course.marks("rnn_language_model").items()
    }
    assert marks["ada"] == marks["grace"] > 0
    assert marks["chen"] == 0
