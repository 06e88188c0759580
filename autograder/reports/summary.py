"""Says in a few lines how a class did, for a terminal: where the scores lie, what was hard, who needs a look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.reports.class_group import Group, groups_of
from autograder.student.core.language import _
from autograder.student.core.results import Result

HARDEST = 3  # tasks that are named
NAMED = 6  # students


def summary(results: Sequence[Result]) -> list[str]:
    """Lines about each assignment of which two or more submissions were graded."""
    return [line for each in groups_of(results) if len(each.graded) > 1 for line in _about(each)]


def needs_a_look(result: Result) -> bool:
    """Whether a person should look at a submission: it was not graded, has no points, or there is something to see."""
    is_odd = result.status == "ungradable" or not result.score or bool(result.integrity or result.similar)
    return is_odd and not result.is_absent


def _about(found: Group) -> Iterator[str]:
    lower, median, upper = found.quartiles
    text = _("{assignment}: of {max} points mean {mean}, median {median}, quartiles {lower} and {upper}")
    yield text.format(
        assignment=found.assignment,
        max=f"{found.max_score:g}",
        mean=f"{found.mean:.1f}",
        median=f"{median:.1f}",
        lower=f"{lower:.1f}",
        upper=f"{upper:.1f}",
    )
    hardest = [
        _("{task} ({share} of its points)").format(task=task.name, share=f"{task.share:.0%}")
        for task in found.hardest[:HARDEST]
    ]
    if hardest:
        text = _("{assignment}: hardest were {tasks}")
        yield text.format(assignment=found.assignment, tasks=", ".join(hardest))
    looks = [result.student for result in found.results if needs_a_look(result)]
    if looks:
        text = _("{assignment}: {count} need a look: {students}")
        yield text.format(assignment=found.assignment, count=len(looks), students=_named(looks))
    if found.absent:
        text = _("{assignment}: {count} handed in nothing: {students}")
        yield text.format(assignment=found.assignment, count=len(found.absent), students=_named(found.absent))


def _named(students: Sequence[str]) -> str:
    return ", ".join(students[:NAMED]) + (" …" if len(students) > NAMED else "")
