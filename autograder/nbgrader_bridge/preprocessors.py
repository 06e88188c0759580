"""The steps of nbgrader's pipelines that are ours: grading in the sandbox, marks into the gradebook, a safe release."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Unicode

from autograder.grading.graded import Graded, Outcome
from autograder.nbgrader_bridge.engine import grade_submission
from autograder.nbgrader_bridge.notebooks import SUBMITTED_ID
from autograder.nbgrader_bridge.reading import submission_of
from autograder.reports import labels
from autograder.student.core.language import _
from autograder.student.core.notebook import CHECK_PREFIX
from autograder.student.core.results import Result, TaskResult
from autograder.student.models.model_files import FILE_LIMITS

RECORD = "autograder"  # in the metadata of an autograded notebook: what the feedback page is made of


class CouldNotGrade(RuntimeError):
    """A fault of the grader's, not of the submission: no mark is given, and the next run tries again."""


class GradeInSandbox(NbGraderPreprocessor):
    """In the place of nbgrader's Execute: our engine grades what was handed in, and its marks go into the cells."""

    folder = Unicode(
        "graded",
        help="Where seed, cache and results are, below the course's root: as for `autograder grade`.",
    ).tag(config=True)
    train = Bool(
        False, help="Train where a model is measured and none was handed in: as `autograder grade --train`."
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The notebook with outputs and, in each check cell, one number: the points of its task."""
        names = resources["nbgrader"]
        converter = self.parent.parent  # we belong to an exporter, and that to nbgrader's Autograde
        submission = submission_of(converter, resources)
        try:
            graded = grade_submission(
                submission.found, Path(converter.coursedir.root, self.folder), self.train
            )
            if not graded.is_final:
                raise CouldNotGrade(graded.result.reason)
        except BaseException:
            # Those of an earlier submission, or nbgrader's zero for a file that has another name.
            forget_marks(names)
            raise
        result = replace(graded.result, repairs=(*submission.notes, *graded.result.repairs))
        for note in result.repairs:
            self.log.info("%s: %s", names["student"], note)
        for note in result.integrity:
            self.log.warning("%s: %s", names["student"], note)
        if result.status == "ungradable":
            self.log.warning(
                _(
                    "{student} could not be graded. This is not a zero: a person has to look at it. {reason}"
                ).format(student=names["student"], reason=result.reason)
            )
        write_outputs(nb, graded.outcomes, result)
        # Neither the seed nor what is for the instructor only: students read pages that are made of this.
        told = replace(graded, result=replace(result, provenance={}, integrity=()))
        nb.metadata[RECORD] = {"graded": told.to_json(), "file_name": _writable(submission.found.file_name)}
        return nb, resources


def _writable(name: str) -> str:
    """A file's name as text that can be written: a name may have bytes that are not letters in UTF-8."""
    return name.encode("utf-8", errors="replace").decode("utf-8")


def forget_marks(names: dict[str, str]) -> None:
    """No mark at all for a submission, until it is graded: what could not be graded is not zero."""
    with Gradebook(names["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(
            names["notebook"], names["assignment"], names["student"]
        )
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        gradebook.db.commit()


def write_outputs(nb: NotebookNode, outcomes: tuple[Outcome, ...], result: Result) -> None:
    """Puts what cells printed under them, and under each check what came of its task.

    The last output of a check is its only `execute_result`, a finite number in [0, points]: nbgrader gives full marks
    for anything else that it finds there.
    """
    tasks = {task.name: task for task in result.tasks}
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        place = cell.id.removeprefix(SUBMITTED_ID)
        cell.outputs = (
            _outputs(outcomes[int(place)]) if place.isdigit() and int(place) < len(outcomes) else []
        )
        if utils.is_grade(cell) and result.status == "graded":
            task = tasks[cell.metadata.nbgrader["grade_id"].removeprefix(CHECK_PREFIX)]
            score = _points(task, float(cell.metadata.nbgrader["points"]))
            cell.outputs = [
                new_output("stream", name="stdout", text=_told(task)),
                new_output("execute_result", data={"text/plain": repr(score)}, execution_count=None),
            ]


def _outputs(outcome: Outcome) -> list[NotebookNode]:
    outputs = []
    if outcome.output:
        outputs.append(new_output("stream", name="stdout", text=outcome.output))
    if outcome.error:
        lines = outcome.error.strip().splitlines()
        outputs.append(new_output("error", ename=outcome.status, evalue=lines[-1], traceback=lines))
    return outputs


def _points(task: TaskResult, points: float) -> float:
    """The task's score as nbgrader can take it. `CouldNotGrade` if it is none: NaN is not a mark."""
    if not math.isfinite(task.score):
        raise CouldNotGrade(_("The score of {task} is not a number.").format(task=f"`{task.name}`"))
    return min(max(task.score, 0.0), points)


def _told(task: TaskResult) -> str:
    """What the student's page says of a task, as plain text."""
    lines = [f"{labels.task_sign(task.status)} {labels.task_word(task.status)}", labels.task_sentence(task)]
    for test in task.tests:
        lines.append(f"{labels.test_sign(test.outcome)} {test.title}")
        if test.outcome != "passed":
            lines += [f"    {text}" for text in (test.message, *test.hints) if text]
    return "\n".join(line for line in lines if line) + "\n"


class SaveMarks(SaveAutoGrades):
    """Writes the marks of an autograded notebook into the gradebook; none where none can be given."""

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        grade = self.gradebook.find_grade(
            cell.metadata["nbgrader"]["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        if self.is_ungradable:
            grade.auto_score, grade.needs_manual_grade = None, True
        elif utils.is_solution(cell) and not float(cell.metadata["nbgrader"]["points"]):
            # A question to think about: nobody waits for points where there are none to give.
            grade.auto_score, grade.needs_manual_grade = 0.0, False
        else:
            super()._add_score(cell, resources)
        self.gradebook.db.commit()

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The same notebook; its marks are in the gradebook."""
        self.is_ungradable = Graded.from_json(nb.metadata[RECORD]["graded"]).result.status == "ungradable"
        return super().preprocess(nb, resources)


class RefuseTrainedModels(NbGraderPreprocessor):
    """Ends `nbgrader generate_assignment` where it would give the instructor's own trained model to the students.

    nbgrader releases every file that lies beside a source notebook, and that is where running it leaves the model.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """The same notebook; `RuntimeError` names the file that has to go."""
        folder = Path(resources["metadata"]["path"])
        for name in FILE_LIMITS:
            if (folder / name).exists():
                raise RuntimeError(
                    _(
                        "{path} would be given to the students together with the notebook. Move it to another folder."
                    ).format(path=folder / name)
                )
        return nb, resources
