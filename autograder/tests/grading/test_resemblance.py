"""What two submissions have in common stands in both results, by name, and only within their assignment."""

from __future__ import annotations

from autograder.grading.resemblance import compared
from autograder.student.core.results import Result, Similar, TaskResult
from autograder.tests.reports.samples import check


def result(student: str, *mistakes: str, assignment: str = "words", **kept: object) -> Result:
    """A result with these mistakes, one task each."""
    tasks = tuple(
        TaskResult(
            f"task{name[0]}", "failed", 0.0, 2.0, (check("values", "It is right.", "failed", mistake=name),)
        )
        for name in mistakes
    )
    return Result(student, assignment, "graded", 0.0, 60.0, tasks, provenance=dict(kept))


def test_two_rare_mistakes_in_common_are_told_to_both() -> None:
    """One may be chance, and what three made is not rare."""
    results = [result("ada", "A1", "B1", "C1"), result("bob", "A1", "B1", "C1"), result("cy", "C1", "D1")]
    first, second, third = compared(results)
    assert first.similar == (Similar("bob", mistakes=("taskA: A1", "taskB: B1")),)
    assert second.similar == (Similar("ada", mistakes=("taskA: A1", "taskB: B1")),)
    assert third.similar == ()
    assert compared([result("ada", "A1"), result("bob", "A1")])[0].similar == ()


def test_one_rare_mistake_is_told_beside_similar_code() -> None:
    """Evidence stands together, in one row for a pair."""
    text = "".join(f"{number:08x}" for number in range(20))
    results = [result(name, "A1", answers={"taskA": text}) for name in ("ada", "bob")]
    assert compared(results)[0].similar == (Similar("bob", None, {"taskA": 1.0}, ("taskA: A1",)),)


def test_assignments_are_not_mixed() -> None:
    """The same ids mean other mistakes in another assignment."""
    results = [result("ada", "A1", "B1"), result("bob", "A1", "B1", assignment="pieces")]
    assert all(not each.similar for each in compared(results))
