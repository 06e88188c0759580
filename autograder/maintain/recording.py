"""Records an assignment at the public seed: what the reference answers, and how each known mistake fails.

A recording is what a student's desk has in the place of the reference. It is written by `make assignments` and lies in
git; a test proves that it is current.
"""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from autograder.grading.cases import Cases, Outcome
from autograder.grading.mistakes import Mistake, mutate
from autograder.grading.suite import Suite, trusted_student
from autograder.student.checking.hints import tells_a_mistake
from autograder.student.checking.naming import KnownMistake, Trace, write_mistake
from autograder.student.checking.plugin import LiveReference
from autograder.student.checking.recording import Recorder, Replay, recorded_file
from autograder.student.checking.sketch import TOLERANCE, Sketch, distance
from autograder.student.checking.student import Student
from autograder.student.checking.suite import PUBLIC_SEED
from autograder.student.core.course import ASSIGNMENTS
from autograder.student.core.files import replace_file

NUDGE = 1e-7  # by which inputs are moved, to see how far an answer moves
_SLACK = 10.0  # times what was measured: another processor may do worse than this one
_OTHER_PROCESSOR = 1e-7  # relative; a hundredth of it absolute
_OTHER_PROCESSOR_FLOAT32 = 1e-3
MAX_TOLERANCE = 1e-3  # beyond it an answer tells too little to be recognised by


class CannotRecord(RuntimeError):
    """The suite does not do what it must; the sentence says which test, and what became of it."""


@dataclass
class Recording:
    """The recording of one task."""

    task: str
    answers: dict[str, list[Any]]
    mistakes: dict[str, KnownMistake] = field(default_factory=dict)

    def to_json(self) -> str:
        """As the file holds it: one line a test and one a mistake, so that a change can be read in a diff."""
        mistakes = {name: write_mistake(mistake) for name, mistake in self.mistakes.items()}
        parts = [
            f'"answers": {_lines(self.answers)}',
            f'"mistakes": {_lines(mistakes)}',
        ]
        return "{\n" + ",\n".join(parts) + "\n}\n"


def update(
    assignment: str, on_step: Callable[[str], None] = lambda _task: None, tasks: Iterable[str] = ()
) -> list[Path]:
    """Records the tasks of an assignment (all that are not measured, if none is given); the files written.

    Recordings of tasks that are gone are removed. `CannotRecord` if the reference fails a test of its own, or a test
    cannot be replayed.
    """
    single_threaded()
    cases = Cases.of(Suite(assignment))
    folder = ASSIGNMENTS / assignment
    for path in (folder / "recorded").glob("*.json"):
        if path.stem not in cases.by_task:
            path.unlink()
    written = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mutants do what PyTorch warns of
        for task in tasks or cases.by_task:
            on_step(task)
            path = recorded_file(folder, task)
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, record_task(cases, task).to_json().encode("utf-8"))
            written.append(path)
    return written


def record_task(cases: Cases, task: str) -> Recording:
    """The recording of one task."""
    answers = record_answers(cases, task)
    recording = Recording(task, answers)
    for mistake in cases.suite.mistakes:
        if mistake.task == task:
            recording.mistakes[mistake.id] = trace(cases, mistake, answers)
    return recording


def is_current(recorded: Any, answers: Any, tolerance: float = _OTHER_PROCESSOR) -> bool:
    """Whether a recording says what would be recorded today; floats may differ as between two processors.

    Two processors round single-precision sums in other orders: tensors of float32 are told by their key "f32".
    """
    if isinstance(answers, dict):
        finest = _OTHER_PROCESSOR_FLOAT32 if "f32" in answers else tolerance
        return (
            isinstance(recorded, dict)
            and recorded.keys() == answers.keys()
            and all(is_current(recorded[key], answers[key], finest) for key in answers)
        )
    if isinstance(answers, list):
        return (
            isinstance(recorded, list)
            and len(recorded) == len(answers)
            and all(is_current(old, new, tolerance) for old, new in zip(recorded, answers, strict=True))
        )
    if isinstance(answers, float) and isinstance(recorded, float | int):
        return math.isclose(recorded, answers, rel_tol=tolerance, abs_tol=tolerance / 100)
    return bool(recorded == answers)


def record_answers(cases: Cases, task: str) -> dict[str, list[Any]]:
    """What the reference is asked and answers in each test of a task, as a recording keeps it."""
    reference = fresh(cases.suite)
    recorder = Recorder(reference)
    outcomes = cases.run(task, fresh(cases.suite), PUBLIC_SEED, recorder)
    refuse_failures(outcomes, task)
    answers = {test: asked for test, asked in recorder.answers.items() if asked}
    # Once more as at a desk: what was kept must be enough.
    refuse_failures(cases.run(task, reference, PUBLIC_SEED, Replay(answers), is_live=False), task)
    return answers


def trace(cases: Cases, mistake: Mistake, answers: Mapping[str, list[Any]]) -> KnownMistake:
    """How a mistake fails at the desk: in which tests, with which answers, and how firmly these can be told."""
    failed = _failures(cases, mistake, answers, 0.0)
    moved = _failures(cases, mistake, answers, NUDGE) if failed else {}
    return KnownMistake(
        mistake.id,
        mistake.hint,
        {
            test: _trace(outcome.sketch, moved[test].sketch if test in moved else None)
            for test, outcome in failed.items()
        },
    )


def _failures(
    cases: Cases, mistake: Mistake, answers: Mapping[str, list[Any]], nudge: float
) -> dict[str, Outcome]:
    """The tests in which a mutant answered something and failed; with moved inputs the reference answers again."""
    mutant = trusted_student(mutate(cases.suite.notebook, mistake))
    reference = LiveReference(cases.suite.reference) if nudge else Replay(answers)
    outcomes = cases.run(mistake.task, mutant, PUBLIC_SEED, reference, nudge, is_live=bool(nudge))
    return {
        test: outcome
        for test, outcome in outcomes.items()
        if tells_a_mistake(outcome.error) and outcome.sketch is not None
    }


def _trace(found: Sketch | None, moved: Sketch | None) -> Trace:
    if found is None or moved is None or found.exact != moved.exact or len(found.rows) != len(moved.rows):
        return Trace(None)
    tolerance = max(TOLERANCE, _SLACK * distance(found, moved))
    return Trace(found, tolerance) if tolerance <= MAX_TOLERANCE else Trace(None)


def fresh(suite: Suite) -> Student:
    """The reference in a namespace of its own: nothing that was asked before has left a trace in it."""
    return trusted_student([cell.source for cell in suite.notebook.definitions()])


def refuse_failures(outcomes: Mapping[str, Outcome], task: str) -> None:
    """Raises `CannotRecord` if a right answer failed a test."""
    for test, outcome in outcomes.items():
        if outcome.error is not None:
            raise CannotRecord(f"{task}: {test}: {type(outcome.error).__name__}: {outcome.error}")


def _lines(entries: Mapping[str, Any]) -> str:
    lines = (
        f" {json.dumps(name)}: {json.dumps(entry, ensure_ascii=False, separators=(',', ':'))}"
        for name, entry in entries.items()
    )
    return "{\n" + ",\n".join(lines) + "\n}"


def single_threaded() -> None:
    """Recording computes with one thread, so that the same machine gives the same bytes."""
    torch.set_num_threads(1)
