"""Sketches what somebody answered in a test, so that a known mistake can be recognised without its code.

A sketch has two parts. The *exact* part is a hash of everything that rounding cannot change: types, keys, shapes,
dtypes, integers, strings, where inf and nan stand, side effects, the type of an exception and the request it came at.
The *float* part has, for each reply, the norm of its floats and four projections of them on fixed random signs, raw;
they are compared within a tolerance. Two answers that agree in both count as the same.

>>> ours = sketch([{"result": torch.tensor([1.0, 2.0])}])
>>> matches(ours, sketch([{"result": torch.tensor([1.0, 2.0 + 1e-9])}]), TOLERANCE)
True
>>> matches(ours, sketch([{"result": torch.tensor([2.0, 1.0])}]), TOLERANCE)
False
"""

from __future__ import annotations

import functools
import hashlib
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import torch

from autograder.student.core.values import Ref

TOLERANCE = 2e-6  # of the norm; recording measures a larger one where an answer needs it
PROJECTIONS = 4
MAX_ROWS = 8  # replies with floats that are sketched one by one; all later ones together
_DIGITS = 9
_SMALL = 1e-9  # below this a norm is that of rounding errors


@dataclass(frozen=True)
class Sketch:
    """What is kept of the answers in one test."""

    exact: str
    rows: tuple[tuple[float, ...], ...]  # norm and projections, one row a reply

    def to_json(self) -> list[Any]:
        """As it stands in a recording."""
        return [self.exact, [[float(f"{number:.{_DIGITS}g}") for number in row] for row in self.rows]]


def from_json(document: Sequence[Any]) -> Sketch:
    """The sketch that `to_json` wrote."""
    return Sketch(document[0], tuple(tuple(map(float, row)) for row in document[1]))


def sketch(replies: Sequence[Any]) -> Sketch:
    """The sketch of a transcript: all replies of one test, in order."""
    digest = hashlib.sha256()
    rows: list[list[float]] = []
    for reply in replies:
        floats: list[float | numpy.ndarray[Any, Any]] = []
        for word in _exact(reply, floats):
            digest.update(word.encode("utf-8", errors="replace"))
            digest.update(b"\0")
        if floats:
            rows.append([*map(float, numpy.concatenate([numpy.atleast_1d(f) for f in floats]))])
    if len(rows) > MAX_ROWS:
        rows[MAX_ROWS - 1 :] = [[number for row in rows[MAX_ROWS - 1 :] for number in row]]
    return Sketch(digest.hexdigest()[:12], tuple(_row(row) for row in rows))


def matches(ours: Sketch, theirs: Sketch, tolerance: float) -> bool:
    """Whether two sketches are of the same answers, as far as can be told; symmetric."""
    return (
        ours.exact == theirs.exact
        and len(ours.rows) == len(theirs.rows)
        and distance(ours, theirs) <= tolerance
    )


def distance(ours: Sketch, theirs: Sketch) -> float:
    """How far the floats of two sketches with equal exact parts are apart, as a share of the larger norm."""
    found = 0.0
    for a, b in zip(ours.rows, theirs.rows, strict=True):
        scale = max(a[0], b[0], _SMALL)
        found = max(found, *(abs(x - y) / scale for x, y in zip(a, b, strict=True)))
    return found


def _row(values: Sequence[float]) -> tuple[float, ...]:
    vector = numpy.asarray(values, dtype=numpy.float64)
    scale = float(numpy.abs(vector).max()) or 1.0  # so that no square overflows
    vector = vector / scale
    signs = _signs(_padded(len(vector)))[:, : len(vector)]
    norm = math.sqrt(float(vector @ vector))
    return (scale * norm, *(scale * float(number) for number in signs @ vector))


def _padded(length: int) -> int:
    return 1 << max(6, (length - 1).bit_length())


@functools.lru_cache(maxsize=32)
def _signs(length: int) -> numpy.ndarray[Any, Any]:
    """(PROJECTIONS, length) of +1 and -1, the same on every machine."""
    source = random.Random(length)
    bits = numpy.frombuffer(source.randbytes(PROJECTIONS * length // 8), dtype=numpy.uint8)
    return 2.0 * numpy.unpackbits(bits).reshape(PROJECTIONS, length) - 1.0


def _exact(value: Any, floats: list[Any]) -> Iterable[str]:
    """What must be equal in a reply, as words; its finite floats go to `floats`."""
    if isinstance(value, torch.Tensor):
        yield f"tensor {value.dtype} {tuple(value.shape)}"
        array = (
            value.detach().flatten().to(torch.float64 if value.is_floating_point() else value.dtype).numpy()
        )
        if not value.is_floating_point():
            yield hashlib.sha256(array.tobytes()).hexdigest()
        elif array.size:
            finite = numpy.isfinite(array)
            if not finite.all():
                yield repr([(int(i), str(array[i])) for i in numpy.flatnonzero(~finite)[:100]])
                array = numpy.where(finite, array, 0.0)
            floats.append(array)
    elif isinstance(value, bool | int | str | bytes) or value is None:
        yield f"{type(value).__name__} {value!r}"
    elif isinstance(value, float):
        yield "float" if math.isfinite(value) else f"float {value}"
        floats.append(value if math.isfinite(value) else 0.0)
    elif isinstance(value, Ref):
        yield "object"  # where it lies, and what it is called, tells nothing
    elif isinstance(value, dict):
        yield from _exact_dict(value, floats)
    elif isinstance(value, list | tuple):
        yield f"{type(value).__name__} {len(value)}"
        for item in value:
            yield from _exact(item, floats)
    else:
        yield type(value).__name__


def _exact_dict(value: dict[Any, Any], floats: list[Any]) -> Iterable[str]:
    error = value.get("error")
    if isinstance(error, dict) and "type" in error:
        # The message depends on the style of the code, the type much less.
        yield f"error {error['type']}"
        return
    yield f"dict {len(value)}"
    for key, item in sorted(value.items(), key=lambda pair: repr(pair[0])):  # in no promised order
        yield from _exact(key, floats)
        yield from _exact(item, floats)
