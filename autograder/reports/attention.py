"""Lists which students need help, a decision by a person or a reminder, and what has changed since the last run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.reports.labels import number
from autograder.student.core.language import _, plural
from autograder.student.core.results import Result

HELP_BELOW = 0.5  # who has a smaller share of the points needs help
Mark = tuple[str, float]  # a result in short: its status and score
Marks = Mapping[tuple[str, str], Mark]  # by student and assignment


@dataclass(frozen=True)
class Helped:
    """A student who needs help, and the tasks that she tried without a point."""

    result: Result
    tried: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A mark that is not what it was: in words, since it may not have been one."""

    result: Result
    before: str
    now: str


def in_need_of_help(graded: Iterable[Result]) -> list[Helped]:
    """Who has less than half of the points, the fewest first."""
    found = [
        Helped(result, tuple(task.name for task in result.tasks if task.tests and not task.score))
        for result in graded
        if result.score < HELP_BELOW * result.max_score
    ]
    return sorted(found, key=lambda each: each.result.score)  # stable: in the order of the class


def waiting(result: Result) -> list[str]:
    """What a person has to decide about one submission, in sentences; its points by hand are not among it."""
    told = []
    if result.status == "ungradable" and not result.is_absent:
        told.append(_("It could not be graded: {reason}").format(reason=result.reason))
    for task in result.tasks:
        if any(test.outcome == "error" for test in task.tests):
            told.append(_("A test of {task} could not be carried out.").format(task=f"`{task.name}`"))
    if result.integrity:
        told.append(
            plural(
                "{count} note on integrity, below.",
                "{count} notes on integrity, below.",
                len(result.integrity),
            )
        )
    if result.similar:
        told.append(
            plural(
                "It resembles {count} other, below.",
                "It resembles {count} others, below.",
                len(result.similar),
            )
        )
    return told


def late(results: Iterable[Result]) -> list[Result]:
    """Who handed in late, the latest first."""
    found = [(result.late.seconds, result) for result in results if result.late]
    return [result for _seconds, result in sorted(found, key=lambda each: -each[0])]


def absent(results: Sequence[Result], everybody: Iterable[str]) -> list[str]:
    """Those of `everybody` who handed nothing in for the assignment of these results."""
    there = {result.student for result in results if not result.is_absent}
    return sorted(set(everybody) - there)


def changes(results: Iterable[Result], before: Marks) -> list[Change]:
    """The results that are not what they were when the class was graded last, in the order of the class."""
    return [
        Change(result, _in_words(old), _in_words(new))
        for result in results
        if (new := mark_of(result)) != (old := before.get((result.student, result.assignment)))
    ]


def mark_of(result: Result) -> Mark:
    """What a later run compares a result with."""
    return ("absent" if result.is_absent else result.status), result.score


def _in_words(mark: Mark | None) -> str:
    if mark is None:
        return _("new")
    status, score = mark
    if status == "graded":
        return number(score)
    return _("nothing") if status == "absent" else _("not graded")
