"""Whole submissions, honest and hostile, and the result each must get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result
from autograder.grading.graded import Submission
from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.tests.scenarios.apply import scenario_bytes

HERE = Path(__file__).parent
SEED = 20_26
# Two more loops that use all the time a task has; the plain one runs in `make test`.
LONG = {"endless_loop_in_some_cases", "endless_loop_that_swallows_exceptions"}
FOLDERS = [
    pytest.param(path.parent, id=path.parent.name, marks=pytest.mark.slow if path.parent.name in LONG else ())
    for path in sorted(HERE.glob("*/expected.json"))
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_scenario(folder: Path, server: Server, suites: dict[str, Suite], few_tasks: Notebook) -> None:
    """Status, score and words of the result are those the scenario says."""
    data, file_name = scenario_bytes(folder, few_tasks)
    graded = grade(Submission("pupil", data, file_name), suites, server, SEED)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    _compare(graded.result, expected)
    shown = graded.result.to_json() + "".join(outcome.error + outcome.output for outcome in graded.outcomes)
    for word in expected.get("shows", []):
        assert word in shown
    for word in expected.get("absent", []):
        assert word not in shown
    assert not any(letter in shown for letter in "\x1b\x00\r")


def _compare(result: Result, expected: dict[str, object]) -> None:
    assert result.status == expected.get("status", "graded"), result.reason
    found = {task.name: task.status for task in result.tasks}
    told = [f"{task.name} {test.name}: {test.message}" for task in result.tasks for test in task.tests]
    told += [*result.repairs, *result.integrity]
    for name, status in dict(expected.get("tasks", {})).items():  # type: ignore[call-overload]
        assert found[name] == status, "\n".join(told)
    if "score" in expected:
        assert result.score == expected["score"], "\n".join(told)
    texts = {"repairs": result.repairs, "integrity": result.integrity, "appears": (result.to_json(),)}
    for part, text in texts.items():
        for word in expected.get(part, []):  # type: ignore[attr-defined]
            assert word in "\n".join(text), part
    if "repairs" not in expected:
        assert result.repairs == ()
    if "integrity" not in expected:
        assert result.integrity == ()
