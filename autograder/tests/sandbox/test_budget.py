"""Each limit of a submission, something that reaches it, and the sentence that says so."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.sandbox import Limits, Server, WorkerError, processes
from autograder.sandbox.budget import TURN, Budget
from autograder.sandbox.endings import about_limit
from autograder.sandbox.errors import TurnOver
from autograder.sandbox.keeper import _Keeper
from autograder.tests.sandbox.conftest import SMALL

pytestmark = pytest.mark.quick_at("strong")  # the budget is counted outside of the jail

ENDLESS = "while True: pass"
SLEEPS = "import time; time.sleep(1000)"
CALLS = "import sys; harness = sys._getframe(1).f_locals['self']\nwhile True: harness.call_back(0, [])"
FILLS = "for i in range(9): open(f'{i}', 'wb').write(bytes(2**20 - 1))\nimport time; time.sleep(1000)"

# What is changed of the limits, the cells, and what is said of the last of them.
CELLS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "one cell": ({}, [ENDLESS], "more than 1 seconds of computing time"),
    "all cells": ({"cpu_seconds_total": 2.0}, [ENDLESS, ENDLESS], "All cells together have 2 seconds"),
    "sleeping": ({"idle_seconds": 1.0}, [SLEEPS], "without computing anything"),
    "disk": ({}, [FILLS], "wrote more to the disk"),
    "restarts": (
        {"restarts": 1},
        ["import os; os._exit(0)"] * 3 + ["x = 1"],
        "too many cells before it ended the whole program",
    ),
}
# The same of the last of some tasks.
TASKS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "one task": ({"task_cpu_seconds": 1.0}, [ENDLESS], "more than 1 seconds of computing time"),
    "all tasks": (
        {"task_cpu_seconds": 2.0, "tasks_cpu_seconds": 2.0},
        [ENDLESS],
        "All tasks together have 2 seconds",
    ),
    "sleeping": ({"idle_seconds": 1.0}, [SLEEPS], "without computing anything"),
    "waiting": ({"waiting_seconds": 0.7}, [SLEEPS, ENDLESS], "minutes that a notebook has"),
    "the grader's own work": ({"grader_cpu_seconds": 0.0}, ["answer = 1"], "grader's own work"),
    "calls": ({"calls": 5}, [CALLS], "called a function of the test more than 5 times"),
    "replies": ({"reply_bytes": 2**20}, ["answer = b'x' * 2**21"], "larger than the 1 MB"),
    "disk": ({}, [FILLS], "wrote more to the disk"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_reaches(server: Server, name: str) -> None:
    """It is stopped, says why, and a cell behind it runs, but where all are stopped."""
    changed, cells, sentence = CELLS[name]
    with server.open(budget=Budget(replace(SMALL, **changed))) as session:
        outcomes = session.execute([*cells, "last = 1"])
    assert sentence in outcomes[len(cells) - 1].error
    assert outcomes[-1].status == ("crashed" if name == "restarts" else "ok")


@pytest.mark.parametrize("name", TASKS)
def test_a_task_reaches(server: Server, name: str) -> None:
    """It is stopped and says why."""
    changed, tasks, sentence = TASKS[name]
    said = []
    with server.open(budget=Budget(replace(SMALL, **changed))) as session:
        for code in tasks:
            with pytest.raises(WorkerError) as stopped, session.task() as task:
                task.ask({"run": code}, {0: lambda: None})
            said.append(str(stopped.value))
    assert sentence in said[-1]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory", "2048 MB of memory"),
        ("MemoryError", "2048 MB of memory"),
        ("OSError: [Errno 24] Too many open files: 'x'", "128 files open"),
        ("OSError: [Errno 27] File too large", "64 MB"),
        ("RuntimeError: can't start new thread", "64 threads"),
        ("ValueError: too many values", ""),
    ],
)
def test_what_python_says_itself_is_explained(error: str, sentence: str) -> None:
    """Where the kernel refuses more, the message goes on with how much there is."""
    said = about_limit(error, Limits())
    assert sentence in said if sentence else not said


class TestBudget:
    def test_something_is_left_for_what_comes_behind(self) -> None:
        """Each may use half of what is left, and no more than is usual."""
        budget = Budget(Limits(tasks_cpu_seconds=40.0))
        granted = []
        for _task in range(4):
            granted.append(budget.allowance("tasks", 15.0))
            budget.charge("tasks", granted[-1])
        assert granted == [15.0, 12.5, 6.25, 3.125]

    def test_a_quick_task_behind_endless_ones_still_runs(self, server: Server) -> None:
        """Whatever others have used, a task has a second."""
        limits = replace(SMALL, task_cpu_seconds=1.0, tasks_cpu_seconds=0.0)
        with server.open(budget=Budget(limits)) as session, session.task() as task:
            assert task.ask({"run": "answer = sum(range(10**5))"}) == 4999950000

    def test_it_is_one_for_all_sessions(self, server: Server) -> None:
        """What the first has used the second has no more; scoring draws on its own account."""
        budget = Budget(SMALL)
        for is_scoring in (False, True):
            with server.open(budget=budget, is_scoring=is_scoring) as session:
                session.execute(["import time\nwhile time.process_time() < 0.5: pass"])
        assert SMALL.cpu_seconds_total - 2 < budget.left("cells") < SMALL.cpu_seconds_total
        assert budget.left("scoring") < SMALL.scoring_cpu_seconds_total

    def test_a_busy_worker_is_not_idle(self, server: Server) -> None:
        """What computes for longer than anybody may sleep is not charged as sleep."""
        budget = Budget(replace(SMALL, idle_seconds=0.6))
        with server.open(budget=budget) as session, session.task(cpu_seconds=2) as task:
            task.ask(
                {"run": "import time\nend = time.process_time() + 1\nwhile time.process_time() < end: pass"}
            )
        assert budget.left("idle") == 0.6

    def test_who_waits_for_the_keeper_is_not_idle(self) -> None:
        """A question that the keeper has not answered yet, on a busy machine, is no sleep of the worker's."""
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as sleeper:
            while not processes.is_at_rest(sleeper.pid):
                pass
            asked, asking = os.pipe()
            worker = SimpleNamespace(pid=sleeper.pid, listener=asked)
            keeper: Any = SimpleNamespace(worker=worker, _awake=list, _used=len)
            assert _Keeper._look(keeper, interrupt=False)["is_idle"]
            os.write(asking, b"?")
            assert not _Keeper._look(keeper, interrupt=False)["is_idle"]
            os.close(asked)
            os.close(asking)


class TestTurns:
    @pytest.mark.parametrize("cell", [ENDLESS, SLEEPS])
    def test_a_turn_ends_in_a_cell(self, server: Server, cell: str) -> None:
        """Long before the limit itself, and nothing that came out is used."""
        limits = replace(SMALL, cpu_seconds_total=3.0, idle_seconds=3.0)
        with pytest.raises(TurnOver), server.open(budget=Budget(limits, is_turn=True)) as session:
            session.execute([cell])

    def test_a_busy_machine_ends_nobodys_turn(self) -> None:
        """Waiting is no use of anything."""
        budget = Budget(Limits(), is_turn=True)
        budget.charge("waiting", budget.limits.waiting_seconds)
        assert not budget.is_turn_over

    def test_without_a_turn_the_limits_alone_hold(self) -> None:
        """Nobody waits."""
        budgets = [Budget(Limits(), is_turn) for is_turn in (True, False)]
        for budget in budgets:
            budget.charge("tasks", 1.1 * TURN * budget.limits.tasks_cpu_seconds)
        assert [budget.is_turn_over for budget in budgets] == [True, False]
