"""The table of marks tells zero from none."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from nbgrader.api import Assignment, Student

from autograder.nbgrader_bridge import export
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.nbgrader_bridge.course import Course

pytestmark = pytest.mark.xdist_group("nbgrader")


def exported(course: Course, *options: str) -> dict[str, dict[str, str]]:
    """The rows of the table by student."""
    course.nbgrader("export", "--to", "table.csv", *options)
    with (course.path / "table.csv").open(encoding="utf-8", newline="") as file:
        return {row["student_id"]: row for row in csv.DictReader(file)}


def test_what_could_not_be_graded_has_no_score(course: Course) -> None:
    """Nor has what nobody has graded yet; who handed in nothing has zero, as in nbgrader's own table."""
    with course.gradebook() as gradebook:
        gradebook.update_or_create_student("late")
        gradebook.update_or_create_student("zoe", last_name="Müller, Dr.")
    (course.path / "submitted" / "late" / ASSIGNMENT).mkdir(parents=True)
    rows = exported(course)
    assert (rows["late"]["score"], rows["late"]["status"]) == ("", "not graded yet")
    assert (rows["garbage"]["score"], rows["garbage"]["status"]) == ("", "could not be graded")
    assert (rows["zoe"]["score"], rows["zoe"]["status"]) == ("0.0", "not handed in")
    assert rows["zoe"]["last_name"] == "Müller, Dr."
    assert (rows["right"]["score"], rows["right"]["status"]) == ("7.0", "graded")


def test_what_waits_for_a_person_says_so(course: Course) -> None:
    """As after a regrading, when a person's points are to be looked at again."""
    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("check-rnn_step", ASSIGNMENT, ASSIGNMENT, "right")
        grade.manual_score, grade.needs_manual_grade = 0.335, True
        gradebook.db.commit()
    row = exported(course)["right"]
    assert row["status"] == "waits for a person"
    assert row["score"] == "5.33"


def test_students_and_assignments_can_be_chosen(course: Course, tmp_path: Path) -> None:
    """By nbgrader's own options."""
    assert exported(course, "--student", "right", "--student", "garbage").keys() == {"right", "garbage"}
    assert exported(course, "--assignment", "another") == {}


def test_no_name_is_a_formula() -> None:
    """nbgrader takes the names of folders for students, and whoever hands in names a folder."""
    student = Student(id="=HYPERLINK(1)", first_name="@ada", last_name=None, email="+1")
    person = export._person(Assignment(name="rnn_basics"), student)
    assert person["student_id"] == "'=HYPERLINK(1)"
    assert (person["first_name"], person["last_name"], person["email"]) == ("'@ada", "", "'+1")
