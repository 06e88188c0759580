"""Proves the suites: recordings are current, known mistakes fail and are named, other right answers pass."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.maintain import recording
from autograder.maintain.proof import SECRET_SEEDS, Proof
from autograder.student.checking.plugin import RULES
from autograder.student.checking.recording import recorded_file
from autograder.student.checking.suite import files_of_task
from autograder.student.core.course import ASSIGNMENTS

# What is measured has no mutants: scenarios prove its scorer.
TASKS = [
    (name, task.name)
    for name in assignment_names()
    for task in source_notebook(name).tasks()
    if not task.is_measured
]
NAMES = [f"{assignment}-{task}" for assignment, task in TASKS]
MAX_BYTES = 2**20  # of all recordings of an assignment
# Known mistakes of a task that may go unnamed: another processor rounds otherwise than the one that recorded, and what
# hangs on a clock is not the same at each run.
UNNAMED = 1
MAX_UNNAMED = {"train_bpe": 3}
# Their work grows with the square of a long word or text: half of the time of their tasks. In `make test-all`.
SLOW_ANSWERS = {
    *("C36a", "C36b", "C36c", "full_recount", "recount_ids", "recount_naive", "recount_text_not_collapsed"),
    "from_the_beginning",
}
MAX_GRADING_ONLY = 3  # tests of an assignment that no recording can replay


@cache
def proof_of(assignment: str) -> Proof:
    """The assignment's suite, collected once."""
    recording.single_threaded()
    return Proof(assignment)


def left_out(assignment: str, task: str) -> set[str]:
    """Every second wrong answer, and the slow ones: those are tried in `make test-all`."""
    proof = proof_of(assignment)
    mistakes = [mistake.id for mistake in proof.suite.mistakes if mistake.task == task]
    wrong = [answer.name for answer in proof.written(proof.private / "wrong", task)]
    return SLOW_ANSWERS.union(mistakes[1::2], wrong[1::2])


@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=NAMES)
def test_the_suite_of_a_task_keeps_its_promises(assignment: str, task: str) -> None:
    """Mistakes fail at the desk and are named, right answers pass there or when graded, answers by others are caught.

    Those wrong answers were written without a look at the tests or at the known mistakes.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # mutants do what PyTorch warns of
        row = proof_of(assignment).row(task, seeds=1, is_short=True, left_out=left_out(assignment, task))
    assert [remark for remark in row.remarks if "is not named" not in remark] == []
    assert row.killed == row.mistakes > 0
    assert row.named >= row.mistakes - MAX_UNNAMED.get(task, UNNAMED), row.remarks
    assert row.accepted == row.alternatives >= 2
    assert row.tests >= 3
    assert row.caught == row.wrong, [verdict for verdict in row.verdicts if "PASSES" in verdict]


@pytest.mark.slow
@pytest.mark.parametrize(("assignment", "task"), TASKS, ids=NAMES)
def test_desk_and_grade_agree_over_twenty_secret_seeds(assignment: str, task: str) -> None:
    """On every known mistake, every alternative and every wrong answer."""
    proof = proof_of(assignment)
    assert proof.row(task, seeds=len(SECRET_SEEDS)).remarks == []


@pytest.mark.parametrize("assignment", assignment_names())
def test_recordings_stay_small(assignment: str) -> None:
    """Under a megabyte an assignment."""
    tasks = [task for name, task in TASKS if name == assignment]
    sizes = [recorded_file(ASSIGNMENTS / assignment, task).stat().st_size for task in tasks]
    assert sum(sizes) < MAX_BYTES


@pytest.mark.parametrize("assignment", assignment_names())
def test_few_tests_are_for_grading_only(assignment: str) -> None:
    """Each would be a green check that loses points."""
    cases = proof_of(assignment).cases.by_task.values()
    assert sum(case.is_grading_only for task in cases for case in task) <= MAX_GRADING_ONLY


@pytest.mark.parametrize("assignment", assignment_names())
def test_the_tests_of_a_task_stand_in_files_that_name_it(assignment: str) -> None:
    """Only those are looked at when the task is tested; the rules, which are for all tasks, always."""
    for task, cases in proof_of(assignment).cases.by_task.items():
        found = {Path(case.function.__code__.co_filename) for case in cases}
        assert found - {RULES} == set(files_of_task(task)), task


def test_a_recording_that_does_not_fit_is_noticed() -> None:
    """Another answer, one more, one less; a last bit of a float is no difference."""
    answers = {"test_a": [["call f 2", [1.0, "x"]]]}
    assert recording.is_current({"test_a": [["call f 2", [1.0 + 1e-12, "x"]]]}, answers)
    for other in (
        {},
        {"test_a": []},
        {"test_a": [["call g 2", [1.0, "x"]]]},
        {"test_a": [["call f 2", [1.01, "x"]]]},
        {"test_a": [["call f 2", [1.0, "y"]]]},
    ):
        assert not recording.is_current(other, answers)


def test_a_recording_in_single_precision_may_come_from_another_processor() -> None:
    """What stands below "f32" may differ by what float32 is rounded to; anything else, and more than that, may not."""
    answers = {"test_a": [["call f 2", {"f32": [2], "values": [-0.00218355, 0.5]}]]}
    rounded = {"test_a": [["call f 2", {"f32": [2], "values": [-0.00218367, 0.5000001]}]]}
    assert recording.is_current(rounded, answers)
    for other in ({"f32": [2], "values": [-0.0023, 0.5]}, {"f64": [2], "values": [-0.00218367, 0.5000001]}):
        assert not recording.is_current({"test_a": [["call f 2", other]]}, answers)
    doubles = {"f64": [2], "values": [-0.00218355, 0.5]}
    assert not recording.is_current(
        {"test_a": [["call f 2", {**doubles, "values": [-0.00218355, 0.50001]}]]},
        {"test_a": [["call f 2", doubles]]},
    )
