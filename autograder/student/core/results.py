"""The result of a submission: one dataclass family, written as JSON, from which every report is rendered."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

SCHEMA = 3

TestOutcome = Literal["passed", "failed", "crashed", "timeout", "error", "not_run"]
_STOPPED = ("crashed", "timeout", "not_run")
TaskStatus = Literal["passed", "partial", "failed", "crashed", "timeout", "missing", "not_attempted"]


@dataclass(frozen=True)
class TestResult:
    """What one test said. `error` is a fault of the test itself, never of the student."""

    __test__ = False  # pytest would otherwise try to collect this class

    name: str  # the test's function, unique within its task
    title: str  # the sentence that says what is promised
    outcome: TestOutcome
    message: str = ""
    hints: tuple[str, ...] = ()  # questions; the first is shown, the others on request
    mistake: str | None = None  # id of the known mistake that gives the very same answers
    supporting: bool = False  # counts only beside a test of the values that passes
    essential: bool = False  # if it fails, the task scores 0
    credit: float | None = (
        None  # in [0, 1], of a test that measures: what it gives whether it holds in full or not
    )
    metrics: dict[str, float] = field(default_factory=dict)  # what it measured

    @property
    def worth(self) -> float:
        """The share of its weight that it gives, in [0, 1]."""
        return float(self.outcome == "passed") if self.credit is None else self.credit


@dataclass(frozen=True)
class TaskResult:
    """One task: its tests and the points they give."""

    name: str
    status: TaskStatus
    score: float
    max_score: float
    tests: tuple[TestResult, ...] = ()


@dataclass(frozen=True)
class Scale:
    """What the number of an assignment's trained model is worth: the lines on hidden text that bound its mark."""

    metric: str  # under this name the number stands in the result's `metrics`, if a model could be measured
    floor: float  # worth nothing
    target: float  # worth all points
    files: tuple[str, ...] = ()  # of the model, as they are handed in


@dataclass(frozen=True)
class Late:
    """That a submission was handed in late, and what it cost."""

    seconds: int
    discount: float  # the share of the score that was taken off, in [0, 1]
    score_before: float  # without it


@dataclass(frozen=True)
class CurvePoint:
    """One point of a learning curve, in the metric of the result's scale."""

    tokens: int  # of training text so far
    train: float
    valid: float


@dataclass(frozen=True)
class Similar:
    """Another submission of the class that this one resembles: for a person to look at, it changes no mark."""

    student: str
    checkpoint: float | None = None  # the cosine of two nearly equal models; 1.0 only for the same file
    code: dict[str, float] = field(default_factory=dict)  # nearly equal answers: the share in common, by task
    mistakes: tuple[str, ...] = ()  # that both made and hardly anybody else, as "task: id"


@dataclass(frozen=True)
class Result:
    """Everything known about one graded (or ungradable) submission."""

    student: str
    assignment: str
    status: Literal["graded", "ungradable"]
    score: float
    max_score: float
    tasks: tuple[TaskResult, ...] = ()
    points_by_hand: float = 0.0  # that a person gives on top, for answers in words; not in score or max_score
    reason: str = ""  # why it could not be graded; empty when it was
    metrics: dict[str, float] = field(default_factory=dict)
    scale: Scale | None = None  # None where no task of the assignment is measured
    late: Late | None = None  # None where it was in time, or where that is not this grader's concern
    curve: tuple[CurvePoint, ...] = ()  # as the notebook recorded it while training: told, not measured
    repairs: tuple[str, ...] = ()
    integrity: tuple[str, ...] = ()
    similar: tuple[Similar, ...] = ()  # known when the class has been graded
    is_absent: bool = False  # in the roster, and nothing was handed in
    provenance: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    memory_bytes: int = (
        0  # of its program at the peak, on top of what the warm server occupies; 0 if not known
    )

    def to_json(self) -> str:
        """This result as JSON: sorted keys, no NaN, so that equal results are equal bytes."""
        text = json.dumps(
            self.document(), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False, default=vars
        )
        return f"{text}\n"

    def document(self) -> dict[str, Any]:
        """What its JSON holds; parts that are objects are to be written as their `vars`."""
        return {"schema": SCHEMA, **vars(self)}

    @classmethod
    def from_json(cls, text: str) -> Result:
        """The result that `to_json` wrote; `ValueError` if it is of another schema or damaged."""
        return cls.from_document(json.loads(text))

    @classmethod
    def from_document(cls, document: Any) -> Result:
        """The result out of what its JSON holds, which is used up; `ValueError` as for `from_json`."""
        if not isinstance(document, dict) or document.pop("schema", None) != SCHEMA:
            raise ValueError(f"not a result of schema {SCHEMA}")
        tasks = tuple(map(task_result_from, document.pop("tasks")))
        for name in ("repairs", "integrity"):
            document[name] = tuple(document[name])
        scale = document.pop("scale", None)
        late = document.pop("late", None)
        return cls(
            tasks=tasks,
            scale=None if scale is None else _scale_from(scale),
            late=None if late is None else Late(**late),
            curve=tuple(CurvePoint(**point) for point in document.pop("curve")),
            similar=tuple(map(_similar_from, document.pop("similar"))),
            **document,
        )


def task_result_from(document: dict[str, Any]) -> TaskResult:
    """The result of a task, out of the JSON that `dataclasses.asdict` makes of it; `KeyError` or `TypeError` else."""
    return TaskResult(**{**document, "tests": tuple(map(test_result_from, document["tests"]))})


def _scale_from(document: dict[str, Any]) -> Scale:
    return Scale(**{**document, "files": tuple(document["files"])})


def _similar_from(document: dict[str, Any]) -> Similar:
    return Similar(**{**document, "mistakes": tuple(document["mistakes"])})


def test_result_from(document: dict[str, Any]) -> TestResult:
    """The result of a test, out of the JSON that `dataclasses.asdict` makes of it; `KeyError` or `TypeError` else."""
    return TestResult(**{**document, "hints": tuple(document["hints"])})


def share(tests: Sequence[TestResult]) -> float:
    """The share of a task's points, in [0, 1], that its tests give.

    Every test weighs the same, with two exceptions. A *supporting* test (arguments left alone, later inputs
    change no earlier outputs) holds for many empty answers too, so it counts only if a test of the values
    passes. An *essential* test (a forbidden library) gives nothing, but takes all points if it fails. A test
    that *measures* gives its credit, essential or not.

    >>> right = TestResult("values", "", "passed")
    >>> wrong = TestResult("limits", "", "failed")
    >>> share([right, wrong])
    0.5
    >>> share([TestResult("perplexity", "", "failed", credit=0.25)])
    0.25
    """
    if not tests or any(test.essential and not test.worth for test in tests):
        return 0.0
    counted = [test for test in tests if test.credit is not None or not test.essential]
    if not any(test.worth for test in counted if not test.supporting):
        return 0.0
    return sum(test.worth for test in counted) / len(counted)


def better(first: Sequence[TestResult], second: Sequence[TestResult]) -> Sequence[TestResult]:
    """Of two results of a task, as where its check stands and at the end of the notebook, the one that counts.

    That is the first, unless the second gives all points, or gives more where the first did not come to its end. With
    other inputs a wrong answer may pass one test more: two tries must not give more points than one.
    """
    is_over = any(test.outcome in _STOPPED for test in first)
    counts = share(second) == 1 or (is_over and share(second) > share(first))
    return second if counts else first


def with_sentence(test: TestResult, sentence: str) -> TestResult:
    """The result of a test whose message goes on with a sentence, if there is one."""
    if not sentence:
        return test
    message = test.message.rstrip()
    end = "" if not message or message.endswith((".", "?", "!")) else "."
    return replace(test, message=f"{message}{end} {sentence}".strip())


def score_task(name: str, max_score: float, tests: Sequence[TestResult]) -> TaskResult:
    """The task's result: its points times `share`, rounded down to a hundredth; and one word for its state."""
    portion = share(tests)
    score = max_score if portion == 1.0 else math.floor(max_score * portion * 100) / 100
    return TaskResult(name, _status(tests, portion), score, max_score, tuple(tests))


def _status(tests: Sequence[TestResult], portion: float) -> TaskStatus:
    if tests and portion == 1.0:
        return "passed"
    if portion > 0:
        return "partial"
    outcomes = {test.outcome for test in tests}
    if "timeout" in outcomes:
        return "timeout"
    if "crashed" in outcomes:
        return "crashed"
    return "failed"
