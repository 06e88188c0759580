"""Decides whether a run of `autograder grade` ends with exit code 1, for those who grade in CI."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.student.core.language import _

if TYPE_CHECKING:
    from autograder.student.core.results import Result

_UNGRADABLE, _BELOW = "ungradable", "below="
_SHOWN = 10  # students in the sentence


class NoSuchRule(ValueError):
    """A rule that cannot be read; the message is a sentence that says which there are."""


@dataclass(frozen=True)
class FailOn:
    """What a run fails on: a submission that could not be graded, and one with fewer points than these.

    What could not be graded has not reached any number of points either.
    """

    below: float = 0.0

    def is_met_by(self, result: Result) -> bool:
        """Whether this submission makes the run fail."""
        return result.status == "ungradable" or result.score < self.below

    def sentence(self, results: Sequence[Result]) -> str:
        """Whom the run fails on, in words; empty if it does not fail."""
        names = [f"{each.student} ({_points(each)})" for each in results if self.is_met_by(each)]
        shown = ", ".join([*names[:_SHOWN], *(["…"] if len(names) > _SHOWN else [])])
        text = _("--fail-on is met by {count} of {all} submissions: {names}")
        return text.format(count=len(names), all=len(results), names=shown) if names else ""


def fail_on(rules: Sequence[str]) -> FailOn | None:
    """What the rules of a command line say together; None if there are none.

    >>> fail_on(["ungradable", "below=30"])
    FailOn(below=30.0)
    """
    return FailOn(max(map(_least, rules))) if rules else None


def _least(rule: str) -> float:
    """The points that a submission must have by this rule."""
    if rule == _UNGRADABLE:
        return 0.0
    try:
        points = float(rule.removeprefix(_BELOW)) if rule.startswith(_BELOW) else math.nan
    except ValueError:
        points = math.nan
    if not 0 < points < math.inf:
        raise NoSuchRule(
            _(
                "There is no rule {rule} for --fail-on. There are: ungradable, below=N with a number of points."
            ).format(rule=rule)
        )
    return points


def _points(result: Result) -> str:
    return _("not graded") if result.status == "ungradable" else f"{result.score:g} / {result.max_score:g}"
