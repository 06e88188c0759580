"""Puts what was measured of a model into words, and onto a scale between the floor and the target of its mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.student.core.language import _
from autograder.student.core.results import Result
from autograder.student.models import measured_models
from autograder.student.models.measured_models import Unit
from autograder.student.models.thresholds import MissingThresholds, thresholds

# In a result's metrics; what else may be there is shown by its own name.
PERPLEXITY, BITS, TOKENS = "perplexity", "bits_per_byte", "tokens_scored"
PARAMETERS, BYTES = "parameters", "checkpoint_bytes"
SCORED_BYTES = "bytes_scored"
KNOWN = (PERPLEXITY, BITS, TOKENS, SCORED_BYTES, f"valid_{PERPLEXITY}", f"valid_{BITS}", PARAMETERS, BYTES)
_ENDS = (25.0, 75.0)  # where floor and target stand on the scale, in percent of its width
_STEP = 2.5  # how near two models of a class may stand before one goes on top of the other


@dataclass(frozen=True)
class Bounds:
    """The numbers on hidden text that are worth nothing and everything."""

    floor: float
    target: float
    unit: Unit = measured_models.PERPLEXITY

    def place(self, number: float) -> float:
        """Where a model stands, in percent from the left: the better the further right, at most the edges.

        The scale is that of the points: equal ways are equal points.
        """
        floor, target = self.unit.scale(self.floor), self.unit.scale(self.target)
        share = (floor - self.unit.scale(number)) / (floor - target)
        return round(min(max(_ENDS[0] + share * (_ENDS[1] - _ENDS[0]), 3.0), 97.0), 2)


def bounds(assignment: str) -> Bounds | None:
    """Floor and target of an assignment; None if nothing in it is measured."""
    try:
        found = thresholds(assignment)
        return Bounds(found.floor["hidden"], found.target["hidden"], found.unit)
    except (MissingThresholds, KeyError):
        return None


def unit_of(assignment: str) -> Unit:
    """What the model of an assignment is measured in."""
    known = measured_models.MEASURED_MODELS.get(assignment)
    return known.unit if known else measured_models.PERPLEXITY


def number_of(result: Result) -> float | None:
    """What was measured of a result's model on hidden text, in its assignment's unit; None if nothing was."""
    return result.metrics.get(unit_of(result.assignment).metric)


def figure(value: float) -> str:
    """A measured number as people write it.

    >>> figure(91.27), figure(5000.0), figure(1.5234)
    ('91.3', '5,000', '1.523')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"


def size(count: float) -> str:
    """A number of bytes in words.

    >>> size(5_242_880), size(2048)
    ('5.0 MB', '2 kB')
    """
    return f"{count / 2**20:.1f} MB" if count >= 2**19 else f"{count / 2**10:.0f} kB"


def sentences(result: Result) -> list[str]:
    """What was measured, in whole sentences; none if nothing was."""
    metrics, unit, number = result.metrics, unit_of(result.assignment), number_of(result)
    if number is None:
        return []
    told = [_position(unit, number, bounds(result.assignment))]
    if unit is measured_models.BITS_PER_BYTE:
        if SCORED_BYTES in metrics:
            told.append(
                _("It was measured over {bytes} bytes of text that no student has.").format(
                    bytes=figure(metrics[SCORED_BYTES])
                )
            )
    elif BITS in metrics and TOKENS in metrics:
        told.append(
            _("That is {bits} bits per byte, measured over {tokens} tokens that no student has.").format(
                bits=figure(metrics[BITS]), tokens=figure(metrics[TOKENS])
            )
        )
    elif BITS in metrics:
        told.append(_("That is {bits} bits per byte.").format(bits=figure(metrics[BITS])))
    if (valid := metrics.get(f"valid_{unit.metric}")) is not None:
        told.append(
            _("On the validation text, which you have, it is {valid}: {percent} % {way}.").format(
                valid=figure(valid),
                percent=f"{100 * abs(valid / number - 1):.0f}",
                way=_("lower") if valid <= number else _("higher"),
            )
        )
    return told


def _position(unit: Unit, number: float, limits: Bounds | None) -> str:
    if unit is measured_models.BITS_PER_BYTE:
        return _position_in_bits(number, limits)
    numbers = {"perplexity": figure(number)}
    if limits is None:
        return _("On hidden text the model has a perplexity of {perplexity}.").format(**numbers)
    numbers |= {"floor": figure(limits.floor), "target": figure(limits.target)}
    if number >= limits.floor:
        return _(
            "On hidden text the model has a perplexity of {perplexity}: not yet below the floor of {floor}, where "
            "points begin. All points are given from {target} on."
        ).format(**numbers)
    if number > limits.target:
        return _(
            "On hidden text the model has a perplexity of {perplexity}: between the floor of {floor}, where points "
            "begin, and the target of {target}, where all are given."
        ).format(**numbers)
    return _(
        "On hidden text the model has a perplexity of {perplexity}: beyond the target of {target}, where all points "
        "are given."
    ).format(**numbers)


def _position_in_bits(number: float, limits: Bounds | None) -> str:
    numbers = {"bits": figure(number)}
    if limits is None:
        return _("On hidden text the model needs {bits} bits per byte.").format(**numbers)
    numbers |= {"floor": figure(limits.floor), "target": figure(limits.target)}
    if number >= limits.floor:
        return _(
            "On hidden text the model needs {bits} bits per byte: not yet below the floor of {floor}, where points "
            "begin. All points are given from {target} on."
        ).format(**numbers)
    if number > limits.target:
        return _(
            "On hidden text the model needs {bits} bits per byte: between the floor of {floor}, where points begin, "
            "and the target of {target}, where all are given."
        ).format(**numbers)
    return _(
        "On hidden text the model needs {bits} bits per byte: beyond the target of {target}, where all points are "
        "given."
    ).format(**numbers)


def facts(result: Result) -> list[tuple[str, str]]:
    """What else was measured: a name and a number each."""
    metrics = result.metrics
    found = []
    if PARAMETERS in metrics:
        found.append((_("parameters"), figure(metrics[PARAMETERS])))
    if BYTES in metrics:
        found.append((_("checkpoint"), size(metrics[BYTES])))
    hidden = KNOWN if number_of(result) is not None else (PARAMETERS, BYTES)
    return found + [
        (name.replace("_", " "), f"{value:.5g}")
        for name, value in sorted(metrics.items())
        if name not in hidden
    ]


def points_by_hand(result: Result) -> str:
    """What a person still has to give; empty if nothing."""
    if not result.points_by_hand:
        return ""
    if result.points_by_hand == 1:
        return _("1 point for answers in words, given by a person")
    return _("{points} points for answers in words, given by a person").format(
        points=f"{result.points_by_hand:g}"
    )


@dataclass(frozen=True)
class Dot:
    """One model of a class on the scale: how far right, how far up, and what to say of it."""

    at: float
    level: int
    label: str


def dots(results: Iterable[Result], limits: Bounds) -> list[Dot]:
    """The models of a class on one scale; those that would cover each other are stacked."""
    measured = sorted(
        ((number, result.student) for result in results if (number := number_of(result)) is not None),
        reverse=True,
    )
    placed: list[Dot] = []
    for number, student in measured:
        at = limits.place(number)
        below = [dot.level for dot in placed if abs(dot.at - at) < _STEP]
        level = next(level for level in range(len(below) + 1) if level not in below)
        placed.append(Dot(at, level, f"{student}: {figure(number)}"))
    return placed
