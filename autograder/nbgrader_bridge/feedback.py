"""Writes our page for students where nbgrader writes its own: marks, messages, hints, and what a person has added."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbgrader.api import Grade, Gradebook
from traitlets import Bool, default

from autograder.assignments.sources import model_answers, source_notebook
from autograder.grading.graded import Graded
from autograder.nbgrader_bridge.preprocessors import RECORD
from autograder.reports.feedback import ByHand, feedback_page
from autograder.reports.page import write_text
from autograder.student.core.language import _
from autograder.student.core.notebook import CHECK_PREFIX
from autograder.student.core.results import Result

# What `nbgrader release_feedback` reads beside the page: it ends, for the whole class, where one has neither.
_TIMESTAMP, _SECRET = "timestamp.txt", "submission_secret.txt"
_LONG_AGO = "1970-01-01 00:00:00 UTC"  # older than any hand-in, so that the next one counts as newer


class FeedbackPage(Exporter):
    """nbgrader's exporter for feedback: from an autograded notebook to the page, by way of its `Result`.

    The notebook itself is not shown, so that nothing in it can reach a student by mistake.
    """

    model_answers = Bool(
        False, help="Show the model answers to the questions in words, folded: once everything is handed in."
    ).tag(config=True)

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **_options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page as text. `RuntimeError` if the notebook was autograded by something else."""
        assert resources is not None  # nbgrader always says whose notebook it is
        assert self.parent is not None
        names, coursedir = resources["nbgrader"], self.parent.coursedir
        folder = coursedir.format_path(coursedir.feedback_directory, names["student"], names["assignment"])
        prepare_for_release(Path(folder))
        document = json.loads(Path(filename).read_text(encoding="utf-8"))
        try:
            record = document["metadata"][RECORD]
            graded, file_name = Graded.from_json(record["graded"]), record["file_name"]
            result, by_hand = with_gradebook(graded.result, names)
        except KeyError:  # no record of ours, or of other tasks than the gradebook has now
            raise RuntimeError(
                _(
                    "{path} was not graded by this course's autograder as it is now. Run “nbgrader autograde "
                    "{assignment} --force”."
                ).format(path=filename, assignment=names["assignment"])
            ) from None
        notebook = graded.notebook if graded.notebook.cells else None
        answers = model_answers(names["assignment"]) if self.model_answers else {}
        page = feedback_page(result, notebook, graded.outcomes, by_hand, answers)
        # `nbgrader fetch_feedback` asks for a page with the name of the file as the student has it.
        write_text(Path(folder, f"{Path(file_name).stem}.html"), page)
        resources["output_extension"] = self.file_extension
        return page, resources


def prepare_for_release(folder: Path) -> None:
    """Leaves in a feedback folder what its release needs, and nothing else.

    nbgrader has copied there all that was handed in, and releases every page among it: a student who gets a link
    into the hand-in would be sent what the link leads to. Work that did not come through the exchange lacks the two
    files; with a secret that nobody knows its page is released to nobody, and everybody else's as well as ever.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name not in (_TIMESTAMP, _SECRET):
            path.unlink()
    for name, text in ((_TIMESTAMP, _LONG_AGO), (_SECRET, secrets.token_hex(64))):
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="utf-8")


def with_gradebook(result: Result, names: dict[str, str]) -> tuple[Result, ByHand | None]:
    """The result with the points as they are in the gradebook now, and what a person has added there.

    None instead if no mark has been given at all. `KeyError` if the gradebook does not know one of the tasks.
    """
    with Gradebook(names["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(
            names["notebook"], names["assignment"], names["student"]
        )
        grades: dict[str, Grade] = {grade.name: grade for grade in notebook.grades}
        penalty = notebook.late_submission_penalty or 0.0
        comments = {
            comment.name: comment.manual_comment for comment in notebook.comments if comment.manual_comment
        }
        tasks, changed = [], {}
        for task in result.tasks:
            grade = grades[CHECK_PREFIX + task.name]
            if grade.score != task.score:
                changed[task.name] = task.score
            tasks.append(replace(task, score=grade.score))
        in_words = {
            cell.grade_id
            for cell in source_notebook(result.assignment or names["assignment"]).cells
            if cell.is_by_hand
        }
        written = [grades[name] for name in grades if name in in_words and grades[name].max_score]
        is_marked = result.status == "graded" or any(
            grade.manual_score is not None for grade in grades.values()
        )
        by_hand = ByHand(
            score=notebook.score - penalty,
            max_score=_points(grades.values()),
            points={
                grade.name: (grade.score, grade.max_score) for grade in written if not _is_waiting(grade)
            },
            comments=comments,
            changed=changed,
            late_penalty=penalty,
            extra=sum(grade.extra_credit or 0.0 for grade in grades.values()),
        )
        to_come = _points(grade for grade in written if _is_waiting(grade))
    told = replace(result, tasks=tuple(tasks), points_by_hand=to_come)
    return told, by_hand if is_marked else None


def _is_waiting(grade: Grade) -> bool:
    """Whether nobody has given points yet."""
    return grade.auto_score is None and grade.manual_score is None


def _points(grades: Iterable[Grade]) -> float:
    return float(sum(grade.max_score for grade in grades))
