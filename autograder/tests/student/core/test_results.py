"""Results and scores: what a task's tests are worth, and JSON that says the same."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.student.core.results import (
    SCHEMA,
    CurvePoint,
    Result,
    Scale,
    Similar,
    TestResult,
    score_task,
    share,
)

VALUES = TestResult("values", "The values are right.", "passed")
WRONG = dataclasses.replace(VALUES, name="limits", outcome="failed")
KIND = dataclasses.replace(VALUES, name="arguments", supporting=True)
RULE = dataclasses.replace(VALUES, name="rules", essential=True)


@pytest.mark.parametrize(
    ("tests", "expected"),
    [
        ([], 0.0),
        ([VALUES], 1.0),
        ([VALUES, WRONG], 0.5),
        ([WRONG, KIND], 0.0),  # an empty answer leaves its arguments alone as well
        ([VALUES, WRONG, KIND, KIND], 0.75),
        ([VALUES, RULE], 1.0),  # keeping a rule is worth nothing by itself
        ([WRONG, RULE], 0.0),
        ([VALUES, dataclasses.replace(RULE, outcome="failed")], 0.0),
        ([dataclasses.replace(VALUES, outcome="error")], 0.0),
    ],
)
def test_share_of_a_task(tests, expected: float) -> None:
    """Equal weights; supporting tests need a value test beside them; essential ones take all."""
    assert share(tests) == expected


@pytest.mark.parametrize(
    ("outcomes", "status"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "failed"], "partial"),
        (["failed", "failed"], "failed"),
        (["timeout", "not_run"], "timeout"),
        (["failed", "crashed"], "crashed"),
    ],
)
def test_status_of_a_task(outcomes: list[str], status: str) -> None:
    """One word for a task's state."""
    tests = [dataclasses.replace(VALUES, name=str(i), outcome=o) for i, o in enumerate(outcomes)]
    assert score_task("rnn_step", 2, tests).status == status


def test_scores_are_rounded_down_to_hundredths() -> None:
    """Never more than earned, and the maximum exactly when all is right."""
    assert score_task("t", 2, [VALUES, VALUES, WRONG]).score == 1.33
    assert score_task("t", 0.1, [VALUES]).score == 0.1


def test_json_round_trip() -> None:
    """What is written can be read again, and equal results are equal bytes."""
    result = Result("ada", "rnn_basics", "graded", 1.0, 2.0, (score_task("t", 2, [VALUES, WRONG]),))
    measured = dataclasses.replace(
        result, scale=Scale("perplexity", 100.0, 25.0, ("a.safetensors", "a.json"))
    )
    assert Result.from_json(measured.to_json()) == measured
    told = dataclasses.replace(
        measured,
        curve=(CurvePoint(1000, 900.5, 950.0), CurvePoint(2000, 300.0, 350.25)),
        similar=(Similar("bob", 1.0, {"t": 0.9}, ("t: A01", "t: A02")),),
        is_absent=True,
    )
    assert Result.from_json(told.to_json()) == told
    assert Result.from_json(result.to_json()) == result
    assert Result.from_json(result.to_json()).to_json() == result.to_json()


@pytest.mark.parametrize("text", ["[]", "{}", '{"schema": 1}'])
def test_json_of_another_schema_is_refused(text: str) -> None:
    """An old or foreign file is not read as something else."""
    with pytest.raises(ValueError, match=f"schema {SCHEMA}"):
        Result.from_json(text)
