"""Grades one submission: bytes and a seed in, one `Result` out, whatever the bytes are."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from autograder.grading.graded import (
    Earlier,
    Graded,
    Outcome,
    Submission,
    Tested,
    ungradable,
)
from autograder.grading.halts import MAX_ROUNDS, Halt, explained, halts_in, taken_out, with_halts
from autograder.grading.intake import take_in
from autograder.grading.integrity import integrity_notes, unread_notes
from autograder.grading.learning_curve import learning_curve
from autograder.grading.measure import (
    HiddenText,
    Measurement,
    Program,
    checkpoint_in,
    hidden_text,
    measure,
    train,
    without_credit,
)
from autograder.grading.provenance import provenance_of
from autograder.grading.read import Intake, Unreadable, with_modules
from autograder.grading.repair import Repaired, repair
from autograder.grading.reuse import holds, kept_tasks
from autograder.grading.suite import Suite
from autograder.grading.task_runner import TaskRunner
from autograder.grading.text import clean, clean_line, clean_output
from autograder.sandbox import (
    CellOutcome,
    Limits,
    Server,
)
from autograder.sandbox.budget import Budget
from autograder.sandbox.endings import about_limit
from autograder.sandbox.errors import SandboxLost, TurnOver
from autograder.student.checking.processes import starts_processes, with_advice
from autograder.student.core.language import _
from autograder.student.core.notebook import TRAINING_TAG, Task
from autograder.student.core.results import (
    Result,
    Scale,
    TaskResult,
    TestResult,
    score_task,
    with_sentence,
)
from autograder.student.corpora import MissingCorpus
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.thresholds import MissingThresholds, thresholds

_STARTING = frozenset({"fork", "vfork", "clone", "clone3"})  # system calls that start a process


def grade(
    submission: Submission,
    suites: Mapping[str, Suite],
    server: Server,
    seed: int,
    training_server: Server | None = None,
    is_turn: bool = False,
    earlier: Earlier | None = None,
    taken: tuple[Intake, str] | None = None,
) -> Graded:
    """Reads, repairs, executes, tests and scores one submission, `taken` in already or not.

    Raises nothing that a submission could cause: one that cannot be graded is a `Result` that says why.
    `SandboxUnavailable` means that nothing can be graded here. With a `training_server`, whose limits are the
    budget, a notebook for which a trained model is wanted and none was handed in trains its own there. If it only
    `is_turn`, `TurnOver` means that the submission needs more than its turn. Of an `earlier` result it takes over what
    is still right (`reuse`).
    """
    start = time.monotonic()
    budget = Budget(server.limits, is_turn)
    try:
        taken = taken or take_in(submission, {name: suite.notebook for name, suite in suites.items()})
        attempt = partial(_grade, submission, taken, suites, server, seed, training_server, budget)
        graded = _despite_kills(attempt, server, earlier)
    except (MissingCorpus, MissingThresholds) as error:
        graded = ungradable(submission, str(error), is_final=False)
    except Unreadable as error:
        graded = ungradable(submission, str(error))
    except SandboxLost:
        reason = _("The sandbox failed while it ran this submission.")
        graded = ungradable(submission, reason, is_final=False)
    suite = suites.get(graded.result.assignment)
    provenance = provenance_of(submission, suite, graded.notebook, server, seed)
    seconds = round(time.monotonic() - start, 3)
    return replace(graded, result=replace(graded.result, provenance=provenance, seconds=seconds))


def _despite_kills(
    attempt: Callable[[Earlier | None], Graded], server: Server, earlier: Earlier | None
) -> Graded:
    """Grades a submission, and once more if something was killed meanwhile: the machine short of memory, or a person.

    A submission can kill itself as well: both times draw on one budget, and what happens twice is its own doing.
    """
    before = server.kills
    with suppress(SandboxLost):
        graded = attempt(earlier)
        if server.kills == before:
            return graded
    return attempt(None)


def _grade(
    submission: Submission,
    taken: tuple[Intake, str],
    suites: Mapping[str, Suite],
    server: Server,
    seed: int,
    training_server: Server | None,
    budget: Budget,
    earlier: Earlier | None,
) -> Graded:
    kept = kept_tasks(earlier)
    intake, assignment = taken
    suite = suites[assignment]
    notebook = with_modules(intake.notebook, submission.files)
    repaired = repair(notebook, suite.notebook, suite.released_points)
    program = Program([cell.source for cell in repaired.notebook.cells], repaired.skipped)
    model = _model_of(submission, suite, repaired, program, training_server)
    repairs = [
        *intake.repairs,
        *submission.module_notes,
        *_renamed(submission.file_name, assignment),
        *repaired.repairs,
        *_trained_here(suite, submission, model, training_server),
    ]
    read_model = model.read if model else None
    halts: list[Halt] = []
    for rounds_left in reversed(range(MAX_ROUNDS)):
        with server.open(budget=budget) as session:
            outcomes = tuple(session.execute(program.cells, program.skipped))
            mended, new = taken_out(program, outcomes, halts)
            if not new or not rounds_left:
                halts += halts_in(program, outcomes)
                outcomes = with_halts(outcomes, halts)
                runner = TaskRunner(session, suite, repaired, outcomes, read_model, submission.notes, kept)
                single = runner.run(seed)
                refusals = sorted(session.refusals)
                break
        program = mended  # once more from the start, without what is not on this machine
        halts += new
    program = mended
    cleaned = tuple(_clean_outcome(each, server.limits) for each in outcomes)
    if earlier and kept and not budget.is_turn_over and not holds(earlier, cleaned, single):
        return _grade(submission, taken, suites, server, seed, training_server, budget, None)
    own = ["" if i in repaired.skipped else cell.source for i, cell in enumerate(repaired.notebook.cells)]
    results = [
        replace(each, tests=tuple(with_advice(_with_limits(each.tests, server.limits), own, each.name)))
        for each in explained(runner.with_advice(single), halts)
    ]
    # Last, and in sessions of its own: nothing that has seen the hidden text can tell another task.
    before = None
    if earlier and model and model.task.name in kept:
        before = Measurement(earlier.graded.tested.hidden, earlier.graded.tested.notes)
    results, found = _measured(results, model, program, server, seed, budget, before)
    if budget.is_turn_over:
        raise TurnOver
    integrity = [
        *repaired.integrity,
        *found.integrity,
        *integrity_notes(repaired, suite.notebook),
        *unread_notes(repaired, outcomes),
        *_refused([] if starts_processes(own) and _STARTING.issuperset(refusals) else refusals),
        *_own_faults(results),
        *_only_read(runner),
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
        curve=learning_curve(model.arguments) if model else (),
        repairs=tuple(map(clean, repairs)),
        integrity=tuple(map(clean, integrity)),
        memory_bytes=max(session.peak_memory, earlier.graded.result.memory_bytes if earlier and kept else 0),
    )
    tested = Tested(tuple(single), found.tests, found.integrity, tuple(refusals), runner.has_taken_away)
    return Graded(result, repaired.notebook, cleaned, tested=tested)


@dataclass(frozen=True)
class _Model:
    """A trained model that was handed in, for one task, and the text it is measured on."""

    task: Task
    files: Mapping[str, bytes]
    text: HiddenText
    notes: tuple[str, ...] = ()  # on files that were refused

    @property
    def arguments(self) -> bytes:
        """The file beside its weights; empty if it was not handed in."""
        return self.files.get(self.text.model.arguments, b"")

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
    results: Sequence[TaskResult],
    model: _Model | None,
    program: Program,
    server: Server,
    seed: int,
    budget: Budget,
    before: Measurement | None,
) -> tuple[list[TaskResult], Measurement]:
    """The results with that of the measured task completed, and its measurement: what was found `before`, or anew."""
    finished, found = list(results), Measurement()
    for i, result in enumerate(results):
        if model is not None and result.name == model.task.name:
            tests = without_credit(result.tests)
            if tests and all(test.outcome == "passed" for test in tests):
                found = before or measure(
                    result.name, tests, model.read, model.text, program, server, seed, budget
                )
            finished[i] = score_task(result.name, result.max_score, (*tests, *found.tests))
    return finished, found


def _with_limits(tests: Sequence[TestResult], limits: Limits) -> list[TestResult]:
    return [with_sentence(test, about_limit(test.message, limits)) for test in tests]


def _clean_outcome(outcome: CellOutcome, limits: Limits) -> Outcome:
    error = "\n".join(filter(None, [outcome.error.rstrip("\n"), about_limit(outcome.error, limits)]))
    return Outcome(outcome.status, clean_output(error), clean_output(outcome.output))


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
        ).format(minutes=training_server.limits.cpu_seconds_per_cell / 60)
    ]


def _refused(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    return [
        _("The sandbox refused system calls that no notebook needs: {calls}.").format(
            calls=", ".join(map(clean_line, names))
        )
    ]


def _own_faults(tasks: Sequence[TaskResult]) -> list[str]:
    return [
        _(
            "The test {test} of {task} could not run. Either the test has a bug, or it does not expect "
            "such an answer: {message}"
        ).format(test=f"`{test.name}`", task=f"`{task.name}`", message=test.message)
        for task in tasks
        for test in task.tests
        if test.outcome == "error"
    ]


def _only_read(runner: TaskRunner) -> list[str]:
    if runner.has_taken_away:
        return []
    return [
        _("This machine cannot block the functions that tasks forbid: only the source was searched for them.")
    ]


def _unsafe(server: Server) -> list[str]:
    if server.level != "none":
        return []
    return [_("Graded without a sandbox: this code could have read the answers and changed this result.")]


def load_suites(names: Sequence[str]) -> dict[str, Suite]:
    """The suites of these assignments, by name."""
    return {name: Suite(name) for name in names}
