"""Takes a submission in: its notebook, and the assignment of this course that it belongs to. Runs none of it."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.grading.graded import Submission
from autograder.grading.read import Intake, Unreadable, read_submission
from autograder.grading.repair import recognise
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook


def take_in(submission: Submission, sources: Mapping[str, Notebook]) -> tuple[Intake, str]:
    """The notebook of a submission and the name of its assignment, by the source notebooks of the course.

    Raises `Unreadable` if there is no notebook in it, or one of another course.
    """
    intake = read_submission(submission.data)
    assignment = submission.assignment or recognise(intake.notebook, sources)
    if assignment is None:
        raise Unreadable(_("No cell of the notebook belongs to an assignment of this course."))
    return intake, assignment
