"""What a person has given or written in formgrader is never lost, whatever happens afterwards."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Comment, Grade

from autograder.assignments.sources import source_notebook
from autograder.grading.graded import Graded
from autograder.nbgrader_bridge import preprocessors, reading
from autograder.nbgrader_bridge.engine import grade_submission
from autograder.student.core.notebook import Notebook, read_notebook
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.course import Course

pytestmark = pytest.mark.xdist_group("nbgrader")
RIGHT, WRONG, BROKEN, LAST = "right", "honest_mistake", "garbage", "writes_results"
CELL = "check-rnn_step"


def by_hand(course: Course, student: str, cell: str = CELL, **values: Any) -> None:
    """Does what formgrader's page does when a person types into it: to a grade, or a comment."""
    with course.gradebook() as gradebook:
        is_comment = "manual_comment" in values
        find = gradebook.find_comment if is_comment else gradebook.find_grade
        found: Grade | Comment = find(cell, ASSIGNMENT, ASSIGNMENT, student)
        for name, value in values.items():
            setattr(found, name, value)
        if "manual_score" in values:
            found.needs_manual_grade = False
        gradebook.db.commit()


def autograde_again(course: Course, *options: str) -> None:
    course.nbgrader("autograde", ASSIGNMENT, "--force", *options)


@pytest.fixture
def course(graded_course: Course, tmp_path: Path) -> Course:
    """The autograded course with four students only: nbgrader's database takes its time for each."""
    course = graded_course.copy(tmp_path / "course")
    for folder in [*course.path.glob("submitted/*"), *course.path.glob("autograded/*")]:
        if folder.name not in (RIGHT, WRONG, BROKEN, LAST):
            shutil.rmtree(folder)
    return course


def set_points(course: Course, cell: str, points: float) -> None:
    """Changes the points of a cell in the course's own source notebook."""
    path = course.path / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    for each in document["cells"]:
        if each["metadata"].get("nbgrader", {}).get("grade_id") == cell:
            each["metadata"]["nbgrader"]["points"] = points
    path.write_text(json.dumps(document), encoding="utf-8")


def score(course: Course, student: str) -> tuple[float, float]:
    """The score that nbgrader exports, and what was taken off."""
    with course.gradebook() as gradebook:
        submission = gradebook.find_submission(ASSIGNMENT, student)
        return submission.score, submission.late_submission_penalty


def test_grading_again_keeps_what_a_person_gave(course: Course) -> None:
    """Points, extra credit and comment; the person is asked to look again, as nbgrader does."""
    by_hand(course, WRONG, manual_score=1.25, extra_credit=0.5)
    by_hand(course, WRONG, "rnn_step", manual_comment="Nearly.")
    before = course.marks(ASSIGNMENT)
    autograde_again(course)
    assert course.marks(ASSIGNMENT) == before
    assert before[WRONG][CELL] == (0.0, 1.25)
    assert course.needs_a_person(ASSIGNMENT) == {BROKEN, WRONG}
    course.nbgrader("generate_feedback", ASSIGNMENT)
    page = course.page(WRONG, ASSIGNMENT)
    assert "Nearly." in page
    assert "<b>1.75</b> / 2" in page
    assert "the grader had given 0." in page


def test_a_question_with_points_waits_for_a_person(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written waits, what was left empty has zero; the page says what is to come, then what came."""
    give_points_to_a_question(course, monkeypatch, "answer-batches", 4.0)
    course.nbgrader("generate_assignment", ASSIGNMENT, "--force")
    write_answer(course, RIGHT, "answer-batches", "Rows of one length waste no steps.")
    autograde_again(course)
    assert course.needs_a_person(ASSIGNMENT) == {BROKEN, RIGHT}
    course.nbgrader("generate_feedback", ASSIGNMENT)
    assert "More points will be added: 4 points" in course.page(RIGHT, ASSIGNMENT)
    assert "More points will be added" not in course.page(WRONG, ASSIGNMENT)
    by_hand(course, RIGHT, "answer-batches", manual_score=3.0)
    course.nbgrader("generate_feedback", ASSIGNMENT, "--force")
    page = course.page(RIGHT, ASSIGNMENT)
    assert "More points will be added" not in page
    assert "Points given by a person:" in page
    assert "<b>3</b> / 4" in page
    assert "<b>10</b> / 64" in page


def give_points_to_a_question(
    course: Course, monkeypatch: pytest.MonkeyPatch, name: str, points: float
) -> None:
    """In the course and in the package, which in a real course are the same file."""
    set_points(course, name, points)
    changed = read_notebook(course.path / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    monkeypatch.setattr(reading, "source_notebook", lambda _name: changed)


def write_answer(course: Course, student: str, grade_id: str, text: str) -> None:
    """Adds an answer in words to what a student has handed in."""
    path = course.path / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    origin = next(cell for cell in source_notebook(ASSIGNMENT).cells if cell.grade_id == grade_id)
    metadata = {"nbgrader": origin.nbgrader}
    document["cells"].append({"cell_type": "markdown", "id": origin.id, "metadata": metadata, "source": text})
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_submission_that_could_not_be_graded_gets_its_marks_from_a_person(course: Course) -> None:
    """Until then it has no marks at all, which is not zero; the page says why, and then what it got."""
    course.nbgrader("generate_feedback", ASSIGNMENT)
    page = course.page(BROKEN, ASSIGNMENT)
    assert "This is not a mark of zero" in page
    assert 'class="total"' not in page
    by_hand(course, BROKEN, manual_score=2.0)
    course.nbgrader("generate_feedback", ASSIGNMENT, "--force")
    assert "<b>2</b> / 60" in course.page(BROKEN, ASSIGNMENT)


def test_late_work_loses_what_the_plugin_says(course: Course) -> None:
    """The penalty is nbgrader's own; it stands in the gradebook and on the page, and goes when the date moves."""
    (course.path / "submitted" / RIGHT / ASSIGNMENT / "timestamp.txt").write_text(
        "2026-03-02 12:00:00 UTC", encoding="utf-8"
    )
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=datetime(2026, 3, 1))
    autograde_again(course, "--student", RIGHT, "--LateSubmissionPlugin.penalty_method=zero")
    assert score(course, RIGHT) == (7.0, 7.0)
    course.nbgrader("generate_feedback", ASSIGNMENT)
    page = course.page(RIGHT, ASSIGNMENT)
    assert "<b>0</b> / 60" in page
    assert "Taken off because it was handed in late: 7." in page
    with course.gradebook() as gradebook:
        gradebook.update_or_create_assignment(ASSIGNMENT, duedate=datetime(2026, 3, 3))
    autograde_again(course, "--student", RIGHT, "--LateSubmissionPlugin.penalty_method=zero")
    assert score(course, RIGHT) == (7.0, 0.0)


def test_points_that_were_changed_count_after_grading_again(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks follow, and what a person gave stays; the file of the points and the gradebook must agree."""
    by_hand(course, WRONG, "check-pad_batch", manual_score=0.5)
    set_points(course, CELL, 4.0)
    changed = read_notebook(course.path / "solutions" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb")
    use_points(monkeypatch, changed)
    code, log = course.attempt("autograde", ASSIGNMENT, "--force", "--student", RIGHT)
    assert code == 1
    assert "do not agree on the points of check-rnn_step" in log
    course.nbgrader("generate_assignment", ASSIGNMENT, "--force")
    autograde_again(course)
    marks = course.marks(ASSIGNMENT)
    assert marks[RIGHT][CELL] == (4.0, None)
    assert marks[WRONG]["check-pad_batch"] == (2.0, 0.5)
    assert score(course, RIGHT) == (9.0, 0.0)


def use_points(monkeypatch: pytest.MonkeyPatch, source: Notebook) -> None:
    """Has the package read its points from this notebook, as it does where course and package are one folder."""
    points = {task.name: task.points for task in source.tasks()}

    def grade(*arguments: Any) -> Graded:
        graded = grade_submission(*arguments)
        tasks = [
            replace(task, score=task.score / task.max_score * points[task.name], max_score=points[task.name])
            for task in graded.result.tasks
        ]
        return replace(graded, result=replace(graded.result, tasks=tuple(tasks)))

    monkeypatch.setattr(reading, "source_notebook", lambda _name: source)
    monkeypatch.setattr(preprocessors, "grade_submission", grade)


def test_a_task_that_was_added_is_not_left_out_in_silence(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbgrader takes no new cells once there are submissions: the old marks stay, and a sentence says what to do."""
    cells = source_notebook(ASSIGNMENT).cells
    check = next(cell for cell in cells if cell.grade_id == CELL)
    added = replace(check, id="check-new", nbgrader={**check.nbgrader, "grade_id": "check-new"})
    monkeypatch.setattr(reading, "source_notebook", lambda _name: Notebook((*cells, added)))
    before = course.marks(ASSIGNMENT)
    code, log = course.attempt("autograde", ASSIGNMENT, "--force", "--student", RIGHT)
    assert code == 1
    assert "check-new" in log
    assert course.marks(ASSIGNMENT) == before


def test_a_newer_submission_takes_the_place_of_the_older(course: Course) -> None:
    """Without --force, by its timestamp, as nbgrader does; comments and points by hand stay."""
    folder = course.path / "submitted" / WRONG / ASSIGNMENT
    by_hand(course, WRONG, "rnn_step", manual_comment="Nearly.")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC", encoding="utf-8")
    autograde_again(course, "--student", WRONG)
    (folder / f"{ASSIGNMENT}.ipynb").write_bytes(
        (course.path / "submitted" / RIGHT / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_bytes()
    )
    course.nbgrader("autograde", ASSIGNMENT)
    assert course.marks(ASSIGNMENT)[WRONG][CELL] == (0.0, None)  # no newer, so it was left as it was
    (folder / "timestamp.txt").write_text("2026-03-01 13:00:00 UTC", encoding="utf-8")
    course.nbgrader("autograde", ASSIGNMENT)
    assert course.marks(ASSIGNMENT)[WRONG][CELL] == (2.0, None)
    course.nbgrader("generate_feedback", ASSIGNMENT)
    assert "Nearly." in course.page(WRONG, ASSIGNMENT)


def test_a_fault_of_the_grader_leaves_no_mark_and_stops_nobody(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was there from an earlier submission is not taken for the mark of this one; the next run tries again."""

    def grade(found: Any, out: Path, train: bool) -> Graded:
        graded = grade_submission(found, out, train)
        return replace(graded, is_final=found.student != RIGHT)

    monkeypatch.setattr(preprocessors, "grade_submission", grade)
    by_hand(course, RIGHT, "check-pad_batch", manual_score=1.0)
    code, log = course.attempt("autograde", ASSIGNMENT, "--force")
    assert code == 1
    assert f"for student '{RIGHT}'" in log
    marks = course.marks(ASSIGNMENT)
    assert marks[RIGHT][CELL] == (None, None)
    assert marks[RIGHT]["check-pad_batch"] == (None, 1.0)
    assert marks[LAST]["check-pad_batch"] == (2.0, None)  # who comes after
    monkeypatch.undo()
    course.nbgrader("autograde", ASSIGNMENT)
    assert course.marks(ASSIGNMENT)[RIGHT][CELL] == (2.0, None)
