"""Puts what was measured of a model into words, and onto a scale between the floor and the target of its mark."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from autograder.student.core.language import _
from autograder.student.core.metric import BYTES_SCORED, METRICS, TOKENS_SCORED, Metric, figure
from autograder.student.core.results import Result, Scale

# In a result's metrics; what else may be there is shown by its own name.
PARAMETERS, BYTES = "parameters", "checkpoint_bytes"
KNOWN = (
    *METRICS,
    TOKENS_SCORED,
    BYTES_SCORED,
    *(f"valid_{name}" for name in METRICS),
    PARAMETERS,
    BYTES,
)
_ENDS = (25.0, 75.0)  # where floor and target stand on the scale, in percent of its width
_STEP = 2.5  # how near two models of a class may stand before one goes on top of the other


def metric_of(scale: Scale) -> Metric:
    """What the models of a scale are measured in."""
    return METRICS[scale.metric]


def place(scale: Scale, number: float) -> float:
    """Where a model stands, in percent from the left: the better the further right, at most the edges.

    The scale is that of the points: equal ways are equal points.
    """
    share = metric_of(scale).share(number, scale.floor, scale.target)
    return round(min(max(_ENDS[0] + share * (_ENDS[1] - _ENDS[0]), 3.0), 97.0), 2)


def number_of(result: Result) -> float | None:
    """What was measured of a result's model on hidden text, in its assignment's metric; None if nothing was."""
    return None if result.scale is None else result.metrics.get(result.scale.metric)


def scale_of(results: Iterable[Result]) -> Scale | None:
    """The scale of the results of one assignment; None if nothing in it is measured."""
    return next((result.scale for result in results if result.scale is not None), None)


def size(count: float) -> str:
    """A number of bytes in words.

    >>> size(5_242_880), size(2048)
    ('5.0 MB', '2 kB')
    """
    return f"{count / 2**20:.1f} MB" if count >= 2**19 else f"{count / 2**10:.0f} kB"


def sentences(result: Result) -> list[str]:
    """What was measured, in whole sentences; none if nothing was."""
    scale, number = result.scale, number_of(result)
    if scale is None or number is None:
        return []
    metric = metric_of(scale)
    told = [metric.position(number, scale.floor, scale.target), *metric.measured_over(result.metrics)]
    if (valid := result.metrics.get(f"valid_{metric.name}")) is not None:
        told.append(_beside_valid(number, valid))
    return told


def _beside_valid(number: float, valid: float) -> str:
    text = (
        _("On the validation text, which you have, it is {valid}: {percent} % lower.")
        if valid <= number
        else _("On the validation text, which you have, it is {valid}: {percent} % higher.")
    )
    return text.format(valid=figure(valid), percent=f"{100 * abs(valid / number - 1):.0f}")


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


def dots(results: Iterable[Result], scale: Scale) -> list[Dot]:
    """The models of a class on one scale; those that would cover each other are stacked."""
    measured = sorted(
        ((number, result.student) for result in results if (number := number_of(result)) is not None),
        reverse=True,
    )
    placed: list[Dot] = []
    for number, student in measured:
        at = place(scale, number)
        below = [dot.level for dot in placed if abs(dot.at - at) < _STEP]
        level = next(level for level in range(len(below) + 1) if level not in below)
        placed.append(Dot(at, level, f"{student}: {figure(number)}"))
    return placed
