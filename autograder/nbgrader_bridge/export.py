"""Writes the marks of a course as a table, and says where there is no mark yet."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from autograder.reports.formats import cell
from autograder.student.core.language import _

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "status"),
)


class MarksWithStatus(ExportPlugin):
    """nbgrader's table with one column more, and no zero where a submission could not be graded."""

    def export(self, gradebook: Gradebook) -> None:
        """Writes `grades.csv`, or the file given as `--to`."""
        path = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", path)
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, COLUMNS)
            table.writeheader()
            table.writerows(self._rows(gradebook))

    def _rows(self, gradebook: Gradebook) -> Iterator[dict[str, Any]]:
        assignments, students = ({str(name) for name in names} for names in (self.assignment, self.student))
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                if (assignments and assignment.name not in assignments) or (
                    students and student.id not in students
                ):
                    continue
                try:
                    submission = gradebook.find_submission(assignment.name, student.id)
                except MissingEntry:
                    marks = (
                        _not_graded_yet() if self._has_handed_in(assignment, student) else _not_handed_in()
                    )
                else:
                    marks = _marks(submission)
                yield _person(assignment, student) | marks

    def _has_handed_in(self, assignment: Assignment, student: Student) -> bool:
        coursedir = self.parent.coursedir
        return Path(
            coursedir.format_path(coursedir.submitted_directory, student.id, assignment.name)
        ).is_dir()


def _person(assignment: Assignment, student: Student) -> dict[str, Any]:
    """Whose marks of what; names may come from files, so none of them is a formula to a spreadsheet."""
    return {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "max_score": assignment.max_score,
        "student_id": cell(student.id or ""),
        "last_name": cell(student.last_name or ""),
        "first_name": cell(student.first_name or ""),
        "email": cell(student.email or ""),
    }


def _not_handed_in() -> dict[str, Any]:
    nothing = {"raw_score": 0.0, "late_submission_penalty": 0.0, "score": 0.0}
    return nothing | {"timestamp": "", "status": _("not handed in")}


def _not_graded_yet() -> dict[str, Any]:
    return {"timestamp": "", "status": _("not graded yet")}


def _marks(submission: SubmittedAssignment) -> dict[str, Any]:
    grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
    checks = [grade for grade in grades if grade.cell_type == "code"]
    if any(grade.auto_score is None and grade.manual_score is None for grade in checks):
        return {"timestamp": submission.timestamp, "status": _("could not be graded")}
    penalty = submission.late_submission_penalty
    return {
        "timestamp": submission.timestamp,
        "raw_score": round(submission.score, 2),  # a sum of hundredths, as our own results are
        "late_submission_penalty": round(penalty, 2),
        "score": round(max(0.0, submission.score - penalty), 2),
        "status": _("waits for a person") if submission.needs_manual_grade else _("graded"),
    }
