"""Reads the learning curve saved beside a trained model; anybody may have written that file, so it is only shown."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

from autograder.student.core.results import CurvePoint

MAX_POINTS = 500
_LEAST, _MOST = 1e-3, 1e12  # of perplexity and of bits per byte; a training that diverges goes beyond


def learning_curve(arguments: bytes) -> tuple[CurvePoint, ...]:
    """The curve in the bytes of a checkpoint's JSON file; empty if there is none, or nothing that can be one.

    >>> learning_curve(b'{"curve": [[1000, 900.5, 950.0], [2000, 300.0, 350.25]]}')[1].valid
    350.25
    """
    try:
        rows = json.loads(arguments.decode(json.detect_encoding(arguments)))["curve"]
        points = tuple(_point(*row) for row in rows[: MAX_POINTS + 1])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return ()
    is_curve = len(points) <= MAX_POINTS and all(
        before.tokens < after.tokens for before, after in itertools.pairwise(points)
    )
    return points if is_curve else ()


def _point(tokens: Any, train: Any, valid: Any) -> CurvePoint:
    if any(type(value) not in (int, float) for value in (tokens, train, valid)):
        raise TypeError("a point is three numbers")
    numbers = float(train), float(valid)
    if not (0 <= tokens <= 2**53 and all(math.isfinite(number) and number >= _LEAST for number in numbers)):
        raise ValueError("a point is three finite numbers")
    return CurvePoint(int(tokens), *(min(number, _MOST) for number in numbers))
