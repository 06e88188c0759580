"""Tells how late a hand-in is and what that costs; the mark before it stays in the result.

The time is that of a platform: in its names, in the archive that it gave out, or nbgrader's. What a student's own
files say about time is ignored.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from autograder.grading.find import Found
from autograder.grading.roster import Roster
from autograder.student.core.language import _, span
from autograder.student.core.results import Late, Result

_RATE = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)%/(day|hour)", re.IGNORECASE)
_MAX = re.compile(r"max=(\d{1,3}(?:\.\d{1,3})?)%", re.IGNORECASE)


class BadPolicy(ValueError):
    """A due date or a policy that cannot be read; the sentence says what it must look like."""


@dataclass(frozen=True)
class Policy:
    """What is taken off for every day or hour that has begun, as a share of the mark, and the most of it."""

    share: float = 0.0
    seconds: int = 86400  # a day or an hour
    most: float = 1.0

    def discount(self, late: float) -> float:
        """The share of the mark, in [0, 1], that so many seconds cost.

        >>> Policy(0.1, most=0.5).discount(86401)
        0.2
        """
        return min(self.most, round(self.share * math.ceil(late / self.seconds), 6)) if late > 0 else 0.0


def policy_from(text: str) -> Policy:
    """The policy in a text such as "10%/day,max=50%"; "none" takes nothing off.

    >>> policy_from("10%/day,max=50%")
    Policy(share=0.1, seconds=86400, most=0.5)
    """
    first, *rest = [part.strip() for part in text.split(",")]
    rate, most = _RATE.fullmatch(first), _MAX.fullmatch(rest[0]) if rest else None
    if text.strip().casefold() == "none":
        return Policy()
    if rate is None or len(rest) > 1 or bool(rest) != bool(most):
        raise BadPolicy(
            _("{text} is not a late policy. Write one as in 10%/day,max=50%, or none.").format(
                text=f"“{text}”"
            )
        )
    seconds = 86400 if rate[2].lower() == "day" else 3600
    return Policy(min(1.0, float(rate[1]) / 100), seconds, min(1.0, float(most[1]) / 100) if most else 1.0)


def due_from(text: str) -> datetime:
    """The due date in a text such as "2026-11-20T23:59" or "2026-11-20 23:59+09:00"; a day alone ends at midnight."""
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        raise BadPolicy(
            _(
                "{text} is not a due date. Write one as in 2026-11-20T23:59, in this machine's time zone."
            ).format(text=f"“{text}”")
        ) from None
    return due + timedelta(days=1) if len(text.strip()) <= len("2026-11-20") else due


def in_seconds(time: datetime | None) -> float:
    """A time as a number; without a zone it is this machine's, and no time is before all others."""
    try:
        return -math.inf if time is None else time.timestamp()
    except (OverflowError, OSError, ValueError):
        return -math.inf


@dataclass(frozen=True)
class Deadline:
    """When the work of a class was due, and what it costs to be late."""

    due: datetime
    policy: Policy = Policy()
    roster: Roster | None = None

    def due_for(self, student: str) -> datetime:
        """When the work of this student was due."""
        line = self.roster.student(student) if self.roster else None
        extension = line.extension if line else None
        if isinstance(extension, timedelta):
            return self.due + extension
        if extension is not None and extension.tzinfo is None:
            return extension.replace(tzinfo=self.due.tzinfo)
        return extension or self.due

    def seconds_late(self, found: Found) -> float | None:
        """How late a hand-in is, 0 if it is not; None if nobody knows when it was handed in."""
        if found.when is None:
            return None
        due = self.due_for(found.student)
        when = found.when if found.when.tzinfo else found.when.replace(tzinfo=due.tzinfo)
        late = in_seconds(when) - in_seconds(due)
        return max(0.0, late) if math.isfinite(late) else None

    def is_late(self, found: Found) -> bool:
        """Whether a hand-in is known to be late."""
        return bool(self.seconds_late(found))

    def applied(self, result: Result, found: Found) -> Result:
        """The result with what lateness costs; a sentence where it is not known."""
        late = self.seconds_late(found)
        if found.problem or result.status != "graded":
            return result
        if late is None:
            sentence = (
                _(
                    "The platform marks this hand-in as late, but does not say by how much: nothing was taken off."
                )
                if found.is_marked_late
                else _("It is not known when this was handed in: nothing was taken off for being late.")
            )
            return replace(result, repairs=(*result.repairs, sentence))
        if not late:
            return result
        discount = self.policy.discount(late)
        score = math.floor(result.score * (1 - discount) * 100 + 1e-6) / 100
        sentence = _(
            "Handed in {late} late: {discount:.0%} were taken off, from {before:g} to {score:g} points."
        )
        said = sentence.format(late=span(late), discount=discount, before=result.score, score=score)
        return replace(
            result,
            score=score,
            late=Late(round(late), discount, result.score),
            repairs=(*result.repairs, said),
        )
