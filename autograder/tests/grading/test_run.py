"""One submission in, one result out: reproducible, clean, and never an exception."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.grading.graded import Graded, Submission
from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.grading.task_runner import TaskRunner
from autograder.sandbox import Server, Session
from autograder.sandbox.budget import Budget
from autograder.sandbox.errors import TurnOver
from autograder.sandbox.processes import children_of
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result, TaskResult
from autograder.tests.conftest import every_third_quick
from autograder.tests.scenarios.apply import scenario_bytes

SCENARIOS = Path(__file__).parents[1] / "scenarios"
Suites = dict[str, Suite]


def submission(name: str, source: Notebook) -> Submission:
    """The submission of a scenario."""
    data, file_name = scenario_bytes(SCENARIOS / name, source)
    return Submission("pupil", data, file_name)


def untimed(graded: Graded) -> str:
    """The result without its time and memory."""
    return replace(graded.result, seconds=0.0, memory_bytes=0).to_json()


@pytest.mark.parametrize(
    "name", every_third_quick(["honest_mistake", "prints_garbage", "starts_processes", "right"])
)
def test_equal_bytes_and_seeds_give_equal_results(
    name: str, server: Server, suites: Suites, few_tasks: Notebook
) -> None:
    """Byte for byte, time and memory apart, whatever was graded in between."""
    first = grade(submission(name, few_tasks), suites, server, 1)
    grade(submission("global_state", few_tasks), suites, server, 2)
    second = grade(submission(name, few_tasks), suites, server, 1)
    assert untimed(first) == untimed(second)
    assert first.outcomes == second.outcomes


@pytest.mark.parametrize(("name", "processes"), [("right", 1), ("answers_that_disturb_each_other", 3)])
def test_right_answers_share_a_process(
    name: str,
    processes: int,
    server: Server,
    suites: Suites,
    few_tasks: Notebook,
    opened: list[Session],
) -> None:
    """One process for all, whatever they forbid; whoever fails there gets one of its own."""
    result = grade(submission(name, few_tasks), suites, server, 1).result
    assert result.score == result.max_score
    assert len(opened) == processes


@pytest.mark.parametrize("account", ["cells", "tasks", "grader"])
def test_a_turn_ends_without_a_result(
    account: str, server: Server, suites: Suites, few_tasks: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever it is used up: what came out so far is nobody's mark."""

    def look(budget: Budget, used: str, _more: float = 0.0) -> None:
        budget.is_turn_over |= used == account

    monkeypatch.setattr(Budget, "look", look)
    with pytest.raises(TurnOver):
        grade(submission("right", few_tasks), suites, server, 1, is_turn=True)


def kill_below(server: Server, oldest: int) -> None:
    """Kills the processes of a warm server: 0 is the server itself, 1 the keeper, 2 the worker and all its forks."""
    assert server._process is not None
    generations = [[server._process.pid]]
    while generations[-1]:
        generations.append([child for parent in generations[-1] for child in children_of(parent)])
    generations = generations[1:] if server.level == "strong" else generations  # bubblewrap is two processes
    for process in [process for generation in generations[oldest:] for process in generation]:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("oldest", [0, *(pytest.param(age, marks=pytest.mark.slow) for age in (1, 2))])
def test_what_is_killed_by_somebody_else_is_done_again(
    oldest: int, server: Server, suites: Suites, few_tasks: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and the result is what it would have been."""
    undisturbed = grade(submission("honest_mistake", few_tasks), suites, server, 1)
    runs = TaskRunner.run
    kills = [oldest]

    def killing(runner: TaskRunner, seed: int) -> list[TaskResult]:
        if kills:
            kill_below(server, kills.pop())
        return runs(runner, seed)

    monkeypatch.setattr(TaskRunner, "run", killing)
    disturbed = grade(submission("honest_mistake", few_tasks), suites, server, 1)
    assert not kills
    assert untimed(disturbed) == untimed(undisturbed)


def test_what_is_killed_each_time_is_believed(server: Server, suites: Suites, few_tasks: Notebook) -> None:
    """A notebook that kills itself is no fault of the machine: it gets its marks, not a second look by a person."""
    data, name = scenario_bytes(SCENARIOS / "right", few_tasks)
    document = json.loads(data)
    document["cells"].append(
        {"cell_type": "code", "source": "import os; os.kill(os.getpid(), 9)", "metadata": {}, "outputs": []}
    )
    graded = grade(Submission("pupil", json.dumps(document).encode(), name), suites, server, 1)
    assert graded.is_final
    assert graded.result.score == graded.result.max_score
    assert graded.outcomes[-1].status == "crashed"


def test_secret_inputs_are_in_nothing_that_is_told(
    server: Server, suites: Suites, few_tasks: Notebook
) -> None:
    """An answer that puts its inputs into an exception tells those of its own check, whatever the secret seed."""
    first, second = (
        grade(submission("hidden_inputs_in_an_exception", few_tasks), suites, server, seed).result
        for seed in (1, 2)
    )
    assert first.tasks == second.tasks
    assert any("canary" in test.message for task in first.tasks for test in task.tests)


def test_another_seed_tells_a_student_the_same(server: Server, suites: Suites, few_tasks: Notebook) -> None:
    """Marks rest on inputs of a secret seed; what is said of a failure comes from those of her own checks."""
    first, second = (grade(submission("honest_mistake", few_tasks), suites, server, seed) for seed in (1, 2))
    assert first.result.score == second.result.score
    messages, others = (
        [test.message for task in graded.result.tasks for test in task.tests] for graded in (first, second)
    )
    assert messages == others
    failed = [test for task in first.result.tasks for test in task.tests if test.outcome == "failed"]
    assert failed
    assert all(test.message for test in failed)


def test_provenance_says_where_a_mark_comes_from(server: Server, suites: Suites, few_tasks: Notebook) -> None:
    """Versions, seed, hashes, limits and the level of isolation."""
    provenance = grade(submission("untouched", few_tasks), suites, server, 5).result.provenance
    assert provenance["seed"] == 5
    assert provenance["isolation"] == server.level
    assert provenance["limits"]["memory_bytes"] == server.limits.memory_bytes
    assert all(len(provenance[name]) == 64 for name in provenance if name.endswith("_sha256"))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "JSON"),
        (b'{"cells": []}', "No cell of the notebook"),
        (b"[]", "not an object"),
    ],
)
def test_what_cannot_be_graded_says_why(data: bytes, word: str, server: Server, suites: Suites) -> None:
    """It is no zero: the status tells them apart."""
    result = grade(Submission("p\x1b[31m\nq", data), suites, server, 1).result
    assert result.status == "ungradable"
    assert word in result.reason
    assert result.student == "p q"
    assert Result.from_json(result.to_json()) == result


def test_a_graded_submission_survives_its_json(server: Server, suites: Suites, few_tasks: Notebook) -> None:
    """What the cache keeps is everything a page needs."""
    graded = grade(submission("prints_garbage", few_tasks), suites, server, 1)
    assert Graded.from_json(graded.to_json()) == graded
    assert len(graded.outcomes) == len(graded.notebook.cells)
    json.loads(graded.result.to_json())


def test_a_failed_task_points_to_the_one_it_uses(server: Server, suites: Suites, few_tasks: Notebook) -> None:
    """Once: in the tests' own words, or in ours."""
    result = grade(submission("honest_mistake", few_tasks), suites, server, 1).result
    forward = next(task for task in result.tasks if task.name == "rnn_forward")
    assert any("`rnn_step`" in test.message for test in forward.tests)
    step = next(task for task in result.tasks if task.name == "rnn_step")
    assert not any("`rnn_forward`" in test.message for test in step.tests)


def test_an_assignment_can_be_given_from_outside(server: Server, suites: Suites) -> None:
    """Then a notebook with nothing of the course in it is graded, and has nothing."""
    data = b'{"cells": [{"cell_type": "code", "source": "x = 1"}]}'
    result = grade(Submission("pupil", data, "x.ipynb", "rnn_basics"), suites, server, 1).result
    assert result.status == "graded"
    assert {task.status for task in result.tasks} == {"missing"}
