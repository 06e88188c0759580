"""Where only some tests have changed only their tasks are tested again, and the result is that of grading in full."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import autograder.grading.suite
import autograder.student.checking.suite
from autograder.assignments.sources import assignment_names
from autograder.grading import many, processes, store, task_keys
from autograder.grading.find import Found, find_submissions
from autograder.grading.graded import Earlier, Graded, Outcome, Submission, Tested, ungradable
from autograder.grading.jobs import Job
from autograder.grading.many import grade_all, label
from autograder.grading.reuse import holds, kept_tasks
from autograder.grading.run import grade
from autograder.grading.store import remember, remembered
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.student.core.course import ASSIGNMENTS
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result, TaskResult, TestOutcome, TestResult
from autograder.tests.conftest import ASSIGNMENT, FEW_TASKS
from autograder.tests.scenarios.apply import scenario_bytes

SEED = 7
MARK = 'pytest.mark.task("rnn_step")'
ADDED = f'\n@{MARK}\ndef test_added(student):\n    """One more promise."""\n    assert BODY\n'
VERSIONS = {
    "as it is": lambda text: text,
    "strict": lambda text: text + ADDED.replace("BODY", "False"),
    "lenient": lambda text: text.replace(MARK, 'pytest.mark.task("nobodys")') + ADDED.replace("BODY", "True"),
}
HANDED_IN = {
    "right": "",
    # Where to start depends on what becomes of another task.
    "the first is wrong": "# %% rnn_step\ndef rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh.T)\n",
    "the second is wrong": "# %% rnn_forward\ndef rnn_forward(x, h0, *W):\n    return rnn_step(x[0], h0, *W), h0\n",
    "nothing": "# %% rnn_step\nraise NotImplementedError\n",
    # A statement that stops elsewhere is named in the message of a task.
    "a name is missing": "# %% + first\n1 / 0; ONE = 1\n\n# %% rnn_forward\ndef rnn_forward(*_):\n    return ONE\n",
}

QUICK = (("the second is wrong", "strict"), ("a name is missing", "as it is"))


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts a version of the tests of `rnn_step` into a copy of the assignment, which is graded by from then on."""
    unused = shutil.ignore_patterns("wrong", "alternatives", "mistakes")

    def write(version: str) -> None:
        course = tmp_path / version
        shutil.copytree(ASSIGNMENTS / ASSIGNMENT, course / ASSIGNMENT, ignore=unused)
        path = course / ASSIGNMENT / "tests" / "test_vanilla.py"
        path.write_text(VERSIONS[version](path.read_text(encoding="utf-8")), encoding="utf-8")
        for module in (autograder.grading.suite, autograder.student.checking.suite, task_keys):
            monkeypatch.setattr(module, "ASSIGNMENTS", course)
        for name in [name for name in sys.modules if name.endswith(f"{ASSIGNMENT}.tests.{path.stem}")]:
            monkeypatch.delitem(sys.modules, name)  # a grader process imports a test file once
        task_keys.task_keys.cache_clear()

    yield write
    task_keys.task_keys.cache_clear()


@pytest.fixture
def tested(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with the tasks of each run of the suite."""
    seen: list[str] = []
    run = Suite.run

    def count(suite: Suite, student_of: Any, seed: int, tasks: Sequence[str], **options: Any) -> Any:
        seen.extend(tasks)
        return run(suite, student_of, seed, tasks, **options)

    monkeypatch.setattr(Suite, "run", count)
    return seen


def submission(cells: str, folder: Path, source: Notebook) -> Submission:
    """The solution with these cells in it."""
    folder.mkdir()
    (folder / "notebook.json").write_text('{"start": "solved"}', encoding="utf-8")
    (folder / "cells.py").write_text(cells, encoding="utf-8")
    data, file_name = scenario_bytes(folder, source)
    return Submission("pupil", data, file_name)


def untimed(graded: Graded) -> str:
    """Everything that came of it, without time and memory."""
    return replace(graded, result=replace(graded.result, seconds=0.0, memory_bytes=0)).to_json()


@pytest.mark.parametrize(
    ("name", "before"),
    [
        pytest.param(name, before, marks=() if (name, before) in QUICK else pytest.mark.slow)
        for name in HANDED_IN
        for before in ("as it is", "strict")
    ],
)
def test_a_changed_test_is_run_alone_and_gives_what_grading_in_full_gives(
    name: str,
    before: str,
    tmp_path: Path,
    edit: Callable[[str], None],
    tested: list[str],
    server: Server,
    few_tasks: Notebook,
) -> None:
    """Byte for byte, time and memory apart: marks, messages, what is kept for the next time."""
    job = Job(submission(HANDED_IN[name], tmp_path / "work", few_tasks), SEED)

    def graded(earlier: Earlier | None = None) -> Graded:
        suites = {ASSIGNMENT: Suite(ASSIGNMENT, few_tasks)}
        return grade(job.submission, suites, server, SEED, earlier=earlier)

    edit(before)
    remember(tmp_path, job, graded())
    edit("lenient" if before == "strict" else "strict")
    assert set(tested) == set(FEW_TASKS)
    earlier = remembered(tmp_path, job)
    assert earlier is not None
    assert earlier.stale == {"rnn_step"}
    tested.clear()
    again = graded(earlier)
    assert set(tested) == {"rnn_step"}
    in_full = graded()
    assert set(tested) == set(FEW_TASKS)
    assert untimed(again) == untimed(in_full)
    assert again.result.tasks[1] != earlier.graded.result.tasks[1]


# What is taken over, and what is not


def task(name: str, outcome: TestOutcome = "failed") -> TaskResult:
    """A task with one test that ended so."""
    return TaskResult(name, "failed", 0.0, 1.0, (TestResult("test", "", outcome),))


def earlier(tested: Tested, outcomes: Sequence[Outcome] = (), stale: str = "b") -> Earlier:
    """An earlier run in which this was found."""
    result = Result("ada", ASSIGNMENT, "graded", 0.0, 2.0)
    return Earlier(Graded(result, outcomes=tuple(outcomes), tested=tested), frozenset({stale}))


def test_the_other_tasks_are_taken_over() -> None:
    """In whatever state they are."""
    found = Tested((task("a"), task("b", "error"), task("c", "not_run")))
    assert kept_tasks(earlier(found)) == {"a": task("a"), "c": task("c", "not_run")}
    assert kept_tasks(None) == {}


@pytest.mark.parametrize(
    "found",
    [
        Tested((task("a"), task("b", "crashed"))),
        Tested((task("a", "timeout"), task("b"))),
        Tested((task("a", "error"), task("b"))),
        Tested((task("a"), task("b")), refusals=("ptrace",)),
        Tested((task("a"), task("b")), has_taken_away=False),
    ],
)
def test_nothing_is_taken_over_where_a_task_may_have_touched_another(found: Tested) -> None:
    """What ended the program, a fault of a test, and what is told once for all tasks."""
    assert kept_tasks(earlier(found)) == {}


def test_nothing_is_taken_over_from_a_program_that_ran_otherwise() -> None:
    """Cells that end in another way, or not at all, or a task that ends the program now; output may differ."""
    found = Tested((task("a"), task("b")))
    fine, failed = Outcome("ok", "", "1.2 s"), Outcome("error", "ValueError", "")
    assert holds(earlier(found, [fine]), [Outcome("ok", "", "1.3 s")], found.tasks)
    assert not holds(earlier(found, [fine]), [failed], found.tasks)
    assert not holds(earlier(found, [failed]), [Outcome("error", "KeyError", "")], found.tasks)
    for status in ("crashed", "timeout"):
        assert not holds(earlier(found, [Outcome(status, "", "")]), [Outcome(status, "", "")], found.tasks)
    assert not holds(earlier(found, [fine]), [fine], [task("a"), task("b", "timeout")])


def test_what_does_not_hold_is_graded_in_full(
    tested: list[str], tmp_path: Path, server: Server, few_tasks: Notebook
) -> None:
    """As if there had been no earlier run."""
    suites = {ASSIGNMENT: Suite(ASSIGNMENT, few_tasks)}
    handed_in = submission("", tmp_path / "work", few_tasks)
    first = grade(handed_in, suites, server, SEED)
    tested.clear()
    other = replace(first, outcomes=tuple(replace_status(each) for each in first.outcomes))
    again = grade(handed_in, suites, server, SEED, earlier=Earlier(other, frozenset({"rnn_step"})))
    assert set(tested) == set(FEW_TASKS)
    assert untimed(again) == untimed(first)


def replace_status(outcome: Outcome) -> Outcome:
    """The outcome of a cell that did not run."""
    return outcome._replace(status="skipped")


# A class


@pytest.fixture
def found(tmp_path: Path) -> list[Found]:
    """A class of one."""
    (tmp_path / "a.ipynb").write_text("one", encoding="utf-8")
    return label(find_submissions([tmp_path]))


def test_where_only_tests_have_changed_the_earlier_result_comes_along(
    found: list[Found], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the tasks that these are of; nobody can take anything over where a model may be trained anew."""
    given: list[Earlier | None] = []

    def grades(
        _self: object, pending: Sequence[int], read: Callable[[int], Job], _jobs: int
    ) -> Iterator[tuple]:
        for number in pending:
            job = read(number)
            given.append(job.earlier)
            yield number, job, Graded(Result(job.submission.student, "x", "graded", 0.0, 0.0))

    monkeypatch.setattr(processes.Graders, "map", grades)
    keys = {"first": "1", "second": "2", "third": "3"}
    monkeypatch.setattr(store, "task_keys", lambda _assignment: dict(keys))
    for train in (False, True):
        grade_all(found, tmp_path / "out", seed=7, train=train)
        grade_all(found, tmp_path / "out", seed=7, train=train)
        keys |= {"first": f"other {train}"}
        del keys["third" if train else "second"]
        grade_all(found, tmp_path / "out", seed=7, train=train)
        keys |= {"second": "2", "third": "3"}
    first, then, trained, trained_then = given
    assert first is trained is trained_then is None
    assert then is not None
    assert then.stale == {"first", "second"}
    assert then.graded.result.student == "a"


def test_tests_are_hashed_before_anybody_is_graded_by_them(
    found: list[Found], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is edited while a class is graded is then run again the next time, and not taken for graded by."""
    order: list[str] = []

    def grades(
        _self: object, pending: Sequence[int], read: Callable[[int], Job], _jobs: int
    ) -> Iterator[tuple]:
        order.append("graded")
        return ((number, job := read(number), ungradable(job.submission, "")) for number in pending)

    monkeypatch.setattr(processes.Graders, "map", grades)
    monkeypatch.setattr(many, "task_keys", order.append)
    grade_all(found, tmp_path / "out", seed=7)
    assert order == [*assignment_names(), "graded"]
    grade_all(found, tmp_path / "out", seed=7)
    assert order == [*assignment_names(), "graded", "graded"]  # nothing is pending
