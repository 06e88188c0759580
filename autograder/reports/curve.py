"""Draws the learning curve of a measured model: where each line, tick and label goes in a picture of fixed size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.reports.measured import metric_of
from autograder.student.core.metric import figure
from autograder.student.core.results import CurvePoint, Result, Scale

LEFT, RIGHT, TOP, BOTTOM = (
    52.0,
    548.0,
    12.0,
    192.0,
)  # of the area in which the lines are, in templates/scale.html.j2
MOST = 6  # ticks
_HIGHEST = (
    20.0  # times the floor: what is worse, as at the very beginning or when a training diverges, is cut off
)


@dataclass(frozen=True)
class Level:
    """A horizontal line and what stands beside it."""

    y: float
    text: str


@dataclass(frozen=True)
class Picture:
    """A learning curve, ready to be drawn: corners as SVG writes them, better models further down."""

    train: str
    valid: str
    best: tuple[float, float]  # of the validation text
    ticks: tuple[Level, ...]
    floor: Level
    target: Level
    first: CurvePoint
    last: CurvePoint
    lowest: float  # number on the validation text


def picture(result: Result) -> Picture | None:
    """The learning curve that came with a result; None if none did, or nothing to draw it beside."""
    if result.scale is None or len(result.curve) < 2:
        return None
    return _picture(result.curve, result.scale)


def _picture(points: Sequence[CurvePoint], scale: Scale) -> Picture:
    metric = metric_of(scale)
    numbers = [number for point in points for number in (point.train, point.valid)]
    low = min(*numbers, scale.target)
    high = max(min(max(numbers), _HIGHEST * scale.floor), scale.floor)
    bottom, top = metric.scale(low), metric.scale(high)
    end = points[-1].tokens

    def y(number: float) -> float:
        share = (top - metric.scale(min(number, high))) / (top - bottom)
        return round(TOP + share * (BOTTOM - TOP), 1)

    def x(point: CurvePoint) -> float:
        return round(LEFT + point.tokens / end * (RIGHT - LEFT), 1)

    best = min(points, key=lambda point: point.valid)
    return Picture(
        train=" ".join(f"{x(point)},{y(point.train)}" for point in points),
        valid=" ".join(f"{x(point)},{y(point.valid)}" for point in points),
        best=(x(best), y(best.valid)),
        ticks=tuple(Level(y(number), f"{number:g}") for number in ticks(low, high)),
        floor=Level(y(scale.floor), figure(scale.floor)),
        target=Level(y(scale.target), figure(scale.target)),
        first=points[0],
        last=points[-1],
        lowest=best.valid,
    )


def ticks(low: float, high: float) -> list[float]:
    """Round numbers between two positive ones: 1, 2, 5, 10 … where the range is wide, else in equal steps.

    >>> ticks(70, 1800), ticks(1.48, 2.31)
    ([100, 200, 500, 1000], [1.6, 1.8, 2.0, 2.2])
    """
    if high > 4 * low:
        found = [number for number in _series(low, high) if low <= number <= high]
        return found[:: math.ceil(len(found) / MOST)]
    step = next(step for step in _series((high - low) / MOST, high) if (high - low) / step <= MOST)
    return [round(at * step, 6) for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _series(low: float, high: float) -> Iterator[float]:
    """1, 2, 5 times the powers of ten, from below `low` to above `high`."""
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 2):
        for digit in (1, 2, 5):
            yield digit * 10**power if power >= 0 else digit / 10**-power
