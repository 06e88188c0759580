"""Grades one submission: bytes and a seed in, one `Result` out, whatever the bytes are."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.grading.graded import (
    Graded,
    Outcome,
    Submission,
    fingerprint,
    hash_of,
    hash_of_notebook,
    ungradable,
)
from autograder.grading.integrity import integrity_notes
from autograder.grading.measure import (
    HiddenText,
    Program,
    checkpoint_in,
    hidden_text,
    measure,
    not_handed_in,
    train,
)
from autograder.grading.read import Unreadable, read_submission
from autograder.grading.repair import Repaired, recognise, repair
from autograder.grading.similarity import KEPT, fingerprint_of
from autograder.grading.suite import Suite
from autograder.grading.text import clean, clean_line, clean_output
from autograder.sandbox import (
    CellOutcome,
    Conversation,
    Server,
    Session,
    WorkerError,
    WorkerTimeout,
)
from autograder.sandbox.errors import SandboxLost
from autograder.student.checking.student import Stopped, Student, StudentError, UnreadableReply
from autograder.student.core.code import bound_names, python, reached
from autograder.student.core.language import _
from autograder.student.core.notebook import TRAINING_TAG, Task
from autograder.student.core.results import Result, Scale, TaskResult, TestOutcome, TestResult, score_task
from autograder.student.corpora import MissingCorpus
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint, read_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.thresholds import MissingThresholds, thresholds


def grade(
    submission: Submission,
    suites: Mapping[str, Suite],
    server: Server,
    seed: int,
    training_server: Server | None = None,
) -> Graded:
    """Reads, repairs, executes, tests and scores one submission.

    Raises nothing that a submission could cause: one that cannot be graded is a `Result` that says why.
    `SandboxUnavailable` means that nothing can be graded here. With a `training_server`, whose limits are the
    budget, a notebook for which a trained model is wanted and none was handed in trains its own there.
    """
    start = time.monotonic()
    try:
        graded = _grade(submission, suites, server, seed, training_server)
    except (MissingCorpus, MissingThresholds) as error:
        graded = ungradable(submission, str(error), is_final=False)
    except Unreadable as error:
        graded = ungradable(submission, str(error))
    except SandboxLost:
        reason = _("The sandbox broke down while this submission was running in it.")
        graded = ungradable(submission, reason, is_final=False)
    provenance = _provenance(submission, suites.get(graded.result.assignment), server, seed)
    seconds = round(time.monotonic() - start, 3)
    return replace(graded, result=replace(graded.result, provenance=provenance, seconds=seconds))


def _grade(
    submission: Submission,
    suites: Mapping[str, Suite],
    server: Server,
    seed: int,
    training_server: Server | None,
) -> Graded:
    intake = read_submission(submission.data)
    assignment = submission.assignment or recognise(
        intake.notebook, {name: suite.notebook for name, suite in suites.items()}
    )
    if assignment is None:
        raise Unreadable(_("Nothing in the notebook belongs to an assignment of this course."))
    suite = suites[assignment]
    repaired = repair(intake.notebook, suite.notebook)
    program = Program([cell.source for cell in repaired.notebook.cells], repaired.skipped)
    model = _model_of(submission, suite, repaired, program, training_server)
    repairs = [
        *intake.repairs,
        *_renamed(submission.file_name, assignment),
        *repaired.repairs,
        *_trained_here(suite, submission, model, training_server),
    ]
    with server.open() as session:
        outcomes = tuple(session.execute(program.cells, skip=program.skipped))
        results = _Tests(session, suite, repaired, outcomes, model, submission.notes).run(seed)
        refusals = sorted(session.refusals)
    # Last, and in sessions of its own: nothing that has seen the hidden text can tell another task.
    results, notes = _measured(results, model, program, server, seed)
    integrity = [
        *repaired.integrity,
        *notes,
        *integrity_notes(repaired),
        *_refused(refusals),
        *_own_faults(results),
        *_unsafe(server),
    ]
    result = Result(
        student=clean_line(submission.student),
        assignment=assignment,
        status="graded",
        score=round(sum(task.score for task in results), 2),
        max_score=sum(task.max_score for task in results),
        tasks=tuple(results),
        points_by_hand=suite.notebook.points_by_hand(),
        metrics={
            name: value for task in results for test in task.tests for name, value in test.metrics.items()
        },
        scale=_scale(suite),
        repairs=tuple(map(clean, repairs)),
        integrity=tuple(map(clean, integrity)),
    )
    return Graded(result, repaired.notebook, tuple(map(_clean_outcome, outcomes)))


@dataclass(frozen=True)
class _Model:
    """A trained model that was handed in, for one task, and the text it is measured on."""

    task: Task
    files: Mapping[str, bytes]
    text: HiddenText
    notes: tuple[str, ...] = ()  # on files that were refused

    def read(self) -> Checkpoint:
        """Its checkpoint; `UnreadableCheckpoint` says what is wrong with it."""
        try:
            return checkpoint_in(self.text.model, self.files)
        except UnreadableCheckpoint as error:
            raise UnreadableCheckpoint(" ".join([str(error), *self.notes])) from None


def _measured_task(suite: Suite) -> Task | None:
    return next((task for task in suite.tasks if task.is_measured), None)


def _scale(suite: Suite) -> Scale | None:
    """What a measured model of this assignment is worth; None if it has none, or nothing to measure it by."""
    if _measured_task(suite) is None:
        return None
    model = MEASURED_MODELS[suite.assignment]
    try:
        marks = thresholds(suite.assignment)
    except MissingThresholds:  # no model was handed in, or it could not have been graded
        return None
    return Scale(model.metric.name, marks.floor["hidden"], marks.target["hidden"], model.files)


def _model_of(
    submission: Submission,
    suite: Suite,
    repaired: Repaired,
    program: Program,
    training_server: Server | None,
) -> _Model | None:
    """The model that a submission's measured task is about; None if there is no such task, or no model."""
    task = _measured_task(suite)
    if task is None:
        return None
    model = MEASURED_MODELS[suite.assignment]
    files = {name: data for name, data in submission.files.items() if name in model.files}
    if model.weights not in files and training_server is not None:
        training = [i for i, cell in enumerate(repaired.notebook.cells) if TRAINING_TAG in cell.tags]
        files = train(model, program, training, training_server)
    return _Model(task, files, hidden_text(suite.assignment), submission.notes) if files else None


def _measured(
    results: Sequence[TaskResult], model: _Model | None, program: Program, server: Server, seed: int
) -> tuple[list[TaskResult], list[str]]:
    """The results with that of the measured task completed, and what an instructor should look at."""
    finished, notes = list(results), list[str]()
    for i, result in enumerate(results):
        if model is not None and result.name == model.task.name:
            found = measure(result.name, result.tests, model.read, model.text, program, server, seed)
            finished[i] = score_task(result.name, result.max_score, found.tests)
            notes += found.integrity
    return finished, notes


class _Tests:
    """Runs the tests of a suite against a session, each task in a conversation of its own."""

    def __init__(
        self,
        session: Session,
        suite: Suite,
        repaired: Repaired,
        outcomes: Sequence[CellOutcome],
        model: _Model | None,
        notes: Sequence[str],
    ) -> None:
        self.session = session
        self.suite = suite
        self.repaired = repaired
        self.outcomes = outcomes
        self.model = model
        self.notes = notes
        self._measured = {task.name for task in suite.tasks if task.is_measured}
        # By position, as the cells' names in the worker: what does not run is empty.
        self.sources = [
            "" if i in repaired.skipped else python(cell.source)
            for i, cell in enumerate(repaired.notebook.cells)
        ]
        self._task = ""
        self._student: Student | None = None
        self._conversation: Conversation | None = None
        self._over: set[str] = set()  # tasks that have stopped; nothing more is asked of them

    def run(self, seed: int) -> list[TaskResult]:
        """The results of all tasks, in the order of the notebook."""
        absent = self.repaired.not_attempted | {
            task for task in self.repaired.missing - self._measured if self._is_missing(task)
        }
        # Whether there is a model does not depend on what stands in the cell that would train one.
        absent = (absent - self._measured) if self.model else (absent | self._measured)
        attempted = [task.name for task in self.suite.tasks if task.name not in absent]
        read_model = self.model.read if self.model else None
        try:
            tests = (
                self.suite.run(self.student_of, seed, attempted, checkpoint_of=read_model)
                if attempted
                else {}
            )
        finally:
            self._end_conversation()
        results = [self._task_result(task, tests.get(task.name)) for task in self.suite.tasks]
        return [self._with_advice(result, results) for result in results]

    def student_of(self, task: str) -> Student:
        """The student's namespace for a task; `Stopped` if her code for it cannot be run, or not any more."""
        if task in self._over:
            raise Stopped("not_run", _("Not run: the code of this task had stopped before."))
        if task != self._task or self._student is None:
            self._end_conversation()
            self._student = self._new_student(task)
            self._task = task
        return self._student

    def _new_student(self, task: str) -> Student:
        seconds = self.session.limits.scoring_cpu_seconds if task in self._measured else None
        try:
            conversation = self.session.task(cpu_seconds=seconds)
        except WorkerError as error:
            self._over.add(task)
            raise _stopped(error) from None
        self._conversation = conversation

        def ask(request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
            try:
                return conversation.ask(request, callbacks)
            except WorkerError as error:
                self._over.add(task)
                raise _stopped(error) from None
            except BaseException:
                self._end_conversation()  # a callback failed in the middle of it; the next test gets a fresh one
                raise

        student = Student(ask, self.sources)
        failure = self._failure_of_cell(task)
        if failure is not None and not student.has(task):
            self._over.add(task)
            raise failure
        return student

    def _is_missing(self, task: str) -> bool:
        """Whether nothing has been tried: no cell of the task failed, and the worker does not know the name either.

        It may have come by it in another way; what it says is only a claim, which gains it the tests.
        """
        if self._failure_of_cell(task) is not None:
            return False
        try:
            with self.session.task() as conversation:
                return not Student(conversation.ask).has(task)
        except (WorkerError, StudentError, UnreadableReply):
            return True

    def _failure_of_cell(self, task: str) -> Stopped | None:
        """Why the cell that should define the task's name did not come to its end; None if it did."""
        for cell, outcome in zip(self.repaired.notebook.cells, self.outcomes, strict=True):
            concerns = cell.grade_id == task or task in bound_names(cell.source)
            if concerns and outcome.status in ("error", "timeout", "crashed"):
                return _stopped_cell(task, outcome)
        return None

    def _end_conversation(self) -> None:
        if self._conversation is not None:
            self._conversation.close()
        self._task, self._student, self._conversation = "", None, None

    def _task_result(self, task: Task, tests: Sequence[TestResult] | None) -> TaskResult:
        if task.is_measured and tests is None:
            return TaskResult(
                task.name,
                "not_attempted",
                0.0,
                task.points,
                (not_handed_in(self.suite.assignment, self.notes),),
            )
        if task.name in self.repaired.not_attempted:
            return TaskResult(task.name, "not_attempted", 0.0, task.points)
        if tests is None:
            return TaskResult(task.name, "missing", 0.0, task.points)
        return score_task(task.name, task.points, [replace(t, message=clean(t.message)) for t in tests])

    def _with_advice(self, result: TaskResult, results: Sequence[TaskResult]) -> TaskResult:
        """Where a failed task uses another that fails as well, its message says to start with that one."""
        if result.status not in ("failed", "partial", "crashed", "timeout"):
            return result
        broken = {other.name for other in results if other.status != "passed"} - {result.name}
        used = [name for name in reached(self.sources, result.name) if name in broken]
        roots = [name for name in used if not broken & set(reached(self.sources, name)) - {name}]
        first = next((i for i, test in enumerate(result.tests) if test.outcome != "passed"), None)
        if not used or first is None:
            return result
        name = f"`{(roots or used)[0]}`"
        if any(name in test.message for test in result.tests):
            return result  # a test has found it out by itself
        advice = _("{name}, which it uses, fails its own check: start there.").format(name=name)
        tests = list(result.tests)
        tests[first] = replace(tests[first], message=f"{tests[first].message} {advice}".strip())
        return replace(result, tests=tuple(tests))


def _stopped(error: WorkerError) -> Stopped:
    return Stopped("timeout" if isinstance(error, WorkerTimeout) else "crashed", str(error))


def _stopped_cell(task: str, outcome: CellOutcome) -> Stopped:
    lines = clean(outcome.error).strip().splitlines()
    sentence = _("The cell of {task} did not run to its end, so there is no {task}: {error}").format(
        task=f"`{task}`", error=lines[-1] if lines else outcome.status
    )
    outcomes: dict[str, TestOutcome] = {"timeout": "timeout", "crashed": "crashed"}
    return Stopped(outcomes.get(outcome.status, "failed"), sentence)


def _clean_outcome(outcome: CellOutcome) -> Outcome:
    return Outcome(outcome.status, clean_output(outcome.error), clean_output(outcome.output))


# Sentences for the instructor


def _renamed(file_name: str, assignment: str) -> list[str]:
    stem = Path(file_name).stem
    if not stem or stem == assignment:
        return []
    return [
        _("The file was called {name}; it was recognised as {assignment} by its cells.").format(
            name=f"“{clean_line(file_name)}”", assignment=f"`{assignment}`"
        )
    ]


def _trained_here(
    suite: Suite, submission: Submission, model: _Model | None, training_server: Server | None
) -> list[str]:
    if training_server is None or _measured_task(suite) is None:
        return []
    if MEASURED_MODELS[suite.assignment].weights in submission.files:
        return []
    if model is not None:
        return [
            _("No trained model was handed in: the training cells of the notebook were run when grading.")
        ]
    return [
        _(
            "No trained model was handed in. The training cells of the notebook were run when grading, for up to "
            "{minutes:.0f} minutes of computing time, and left none."
        ).format(minutes=training_server.limits.cpu_seconds_total / 60)
    ]


def _refused(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [
        _("The sandbox refused what no honest notebook needs: {calls}.").format(
            calls=", ".join(map(clean_line, names))
        )
    ]


def _own_faults(tasks: Sequence[TaskResult]) -> list[str]:
    return [
        _(
            "The test {test} of {task} has a fault of its own, or was given something unforeseen: {message}"
        ).format(test=f"`{test.name}`", task=f"`{task.name}`", message=test.message)
        for task in tasks
        for test in task.tests
        if test.outcome == "error"
    ]


def _unsafe(server: Server) -> list[str]:
    if server.level != "none":
        return []
    return [_("Graded without a sandbox: this code could have read the answers and changed this result.")]


# Where a result comes from


def _provenance(submission: Submission, suite: Suite | None, server: Server, seed: int) -> dict[str, Any]:
    return {
        "autograder": importlib.metadata.version("autograder"),
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "seed": seed,
        "submission_sha256": hashlib.sha256(submission.data).hexdigest(),
        "tests_sha256": hash_of(suite.files) if suite else "",
        "reference_sha256": hash_of_notebook(suite.notebook) if suite else "",
        "package_sha256": fingerprint(),
        "limits": dataclasses.asdict(server.limits),
        "isolation": server.level,
        **_kept_of_checkpoint(submission, suite),
    }


def _kept_of_checkpoint(submission: Submission, suite: Suite | None) -> dict[str, Any]:
    """The fingerprint by which copies are found, where a checkpoint was asked for and one can be read."""
    if suite is None or _measured_task(suite) is None:
        return {}
    try:
        files = MEASURED_MODELS[suite.assignment].files
        checkpoint = read_checkpoint(*(submission.files[name] for name in files))
    except (KeyError, UnreadableCheckpoint):
        return {}
    return {KEPT: fingerprint_of(checkpoint)}


def load_suites(names: Sequence[str]) -> dict[str, Suite]:
    """The suites of these assignments, by name."""
    return {name: Suite(name) for name in names}
