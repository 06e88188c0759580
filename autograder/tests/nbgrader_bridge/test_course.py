"""The whole life of a course with nbgrader's own commands, from the source notebooks to the exported marks."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT, assignment_names
from autograder.student.core.notebook import Notebook
from autograder.tests.conftest import ASSIGNMENT, FEW_TASKS
from autograder.tests.nbgrader_bridge.course import COURSE_ID, Course

pytestmark = pytest.mark.xdist_group("nbgrader")
MODELS = "rnn_language_model"


class Student:
    """A student with a folder and a login of her own, who uses the exchange."""

    def __init__(self, course: Course, name: str) -> None:
        self.course, self.name = course, name
        self.folder = course.path / "homes" / name
        self.folder.mkdir(parents=True)

    def nbgrader(self, *arguments: str) -> str:
        """A command in her folder; what it prints."""
        options = (
            f"--course={COURSE_ID}",
            f"--student={self.name}",
            f"--Exchange.cache={self.folder / 'cache'}",
        )
        return self.course.nbgrader(*arguments, *options, self.course.exchange, cwd=self.folder)

    def answer(self, assignment: str, answers: dict[str, str]) -> Path:
        """Fills in cells of the notebook she has fetched."""
        path = self.folder / assignment / f"{assignment}.ipynb"
        document = json.loads(path.read_text(encoding="utf-8"))
        for cell in document["cells"]:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if name in answers:
                cell["source"] = answers[name]
        path.write_text(json.dumps(document), encoding="utf-8")
        return path


def test_the_life_of_a_course(tmp_path: Path, few_tasks: Notebook) -> None:
    """Generate, release, fetch, submit, collect, autograde, grade by hand, feedback, export: for all assignments."""
    course = Course.new(tmp_path)
    for assignment in assignment_names():
        course.nbgrader("generate_assignment", assignment)
        course.nbgrader("release_assignment", assignment, course.exchange)
        released = course.path / "assignments" / assignment / f"{assignment}.ipynb"
        assert released.read_bytes() == (ROOT / released.relative_to(course.path)).read_bytes()

    ada, blaise = Student(course, "ada"), Student(course, "blaise")
    solutions = {task: cell.source for task, cell in few_tasks.answers().items()}
    ada.nbgrader("fetch_assignment", ASSIGNMENT)
    ada.answer(ASSIGNMENT, solutions | {"answer-batches": "Because the rows have almost the same length."})
    ada.nbgrader("submit", ASSIGNMENT)
    blaise.nbgrader("fetch_assignment", ASSIGNMENT)
    mine = blaise.answer(ASSIGNMENT, {"pad_batch": solutions["pad_batch"]})
    mine.rename(mine.with_name("mine.ipynb"))
    blaise.nbgrader("submit", ASSIGNMENT)
    ada.nbgrader("fetch_assignment", MODELS)
    model = ada.folder / MODELS / "rnn_lm.safetensors"
    model.write_bytes(b"no model at all")
    ada.nbgrader("submit", MODELS)

    for assignment in (ASSIGNMENT, MODELS):
        course.nbgrader("collect", assignment, course.exchange)
        course.nbgrader("autograde", assignment)
    assert (course.path / "submitted" / "ada" / MODELS / model.name).read_bytes() == model.read_bytes()
    assert course.needs_a_person(ASSIGNMENT) == set()  # her question in words has no points to wait for
    marks = course.marks(ASSIGNMENT)
    assert [marks["ada"][f"check-{task}"] for task in FEW_TASKS] == [(2.0, None), (2.0, None), (3.0, None)]
    assert sum(by_grader for by_grader, _by_person in marks["blaise"].values() if by_grader) == 2.0

    with course.gradebook() as gradebook:
        grade = gradebook.find_grade("check-lstm_step", ASSIGNMENT, ASSIGNMENT, "ada")
        grade.manual_score = 1.5
        comment = gradebook.find_comment("answer-batches", ASSIGNMENT, ASSIGNMENT, "ada")
        comment.manual_comment = "Well said!"
        gradebook.db.commit()

    for assignment in (ASSIGNMENT, MODELS):
        course.nbgrader("generate_feedback", assignment)
        course.nbgrader("release_feedback", assignment, course.exchange)
    for student in (ada, blaise):
        student.nbgrader("fetch_feedback", ASSIGNMENT)
    [page] = (ada.folder / ASSIGNMENT / "feedback").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert "Well said!" in text
    assert "<b>8.5</b> / 60" in text
    [page] = (blaise.folder / ASSIGNMENT / "feedback").rglob("*.html")
    assert "mine.ipynb" in page.read_text(encoding="utf-8")
    assert "safetensors" in course.page("ada", MODELS)

    course.nbgrader("export", "--to", str(tmp_path / "marks.csv"))
    with (tmp_path / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert rows["ada", ASSIGNMENT]["score"] == "8.5"
    assert rows["blaise", ASSIGNMENT]["status"] == "graded"
    assert rows["blaise", MODELS]["status"] == "not handed in"
