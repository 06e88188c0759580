"""Recognises right numbers in the wrong place: another order, another sign, another scale.

Each relation has a sentence, for the message, and a question that leads to the mistake.

>>> expected = torch.tensor([[1.0, 2.0], [3.0, 5.0]])
>>> relation(expected.T, expected).sentence
'It is the transpose of what is expected.'
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

from autograder.student.core.language import _

_ENOUGH = 2  # values that must not be 0, for a scale to tell anything
Close = Callable[[torch.Tensor, torch.Tensor], bool]


@dataclass(frozen=True)
class Relation:
    """How what was returned is related to what is expected."""

    sentence: str
    question: str


def relation(got: torch.Tensor, expected: torch.Tensor, rtol: float = 1e-5) -> Relation | None:
    """The relation of two tensors of one shape; None if there is none that can be named."""
    if got.shape != expected.shape or not got.numel() or not bool(got.isfinite().all()):
        return None
    a, b = got.detach().double(), expected.detach().double()
    scale = float(b.abs().max()) or 1.0

    def close(x: torch.Tensor, y: torch.Tensor) -> bool:
        return bool(torch.allclose(x, y, rtol=rtol, atol=rtol * scale))

    return _order(a, b, close) or (_scale(a, b, close) if expected.is_floating_point() else None)


def number_relation(got: float, expected: float) -> Relation | None:
    """The relation of two numbers, as of a loss in other units; None if there is none that can be named."""
    if not all(map(math.isfinite, (got, expected))) or not expected or not got:
        return None
    if math.isclose(got, -expected, rel_tol=1e-6):
        return _negated()
    if expected < 700 and math.isclose(got, math.exp(expected), rel_tol=1e-6) and abs(expected) > 1e-3:
        return Relation(
            _("It is `exp` of what is expected."),
            _("Does the task ask for the mean in nats, or for the perplexity?"),
        )
    if expected > 0 and math.isclose(got, math.log(expected), rel_tol=1e-6):
        return Relation(
            _("It is the logarithm of what is expected."),
            _("Which step comes last? Is `exp` still missing?"),
        )
    return _units(got / expected)


def _order(got: torch.Tensor, expected: torch.Tensor, close: Close) -> Relation | None:
    if got.dim() == 2 and got.shape[0] == got.shape[1] and close(got.T, expected):
        return Relation(
            _("It is the transpose of what is expected."), _("Which axis of the matrix belongs to the input?")
        )
    for axis in range(got.dim()):
        if got.shape[axis] > 1 and close(got.flip(axis), expected):
            return Relation(
                _("It is what is expected, in reverse order along axis {axis}.").format(axis=axis),
                _("In which direction does your loop go, and in which order are its results put together?"),
            )
    for axis in range(got.dim()):
        if got.shape[axis] > 2 and _same_slices(got, expected, axis, close):
            return Relation(
                _("The right values, in another order along axis {axis}.").format(axis=axis),
                _("Which of your lines changes the order along this axis, and which one puts it back?"),
            )
    for axis in range(got.dim()):
        length = got.shape[axis]
        if length > 2:
            for ours, theirs, ahead in ((0, 1, True), (1, 0, False)):
                if close(got.narrow(axis, ours, length - 1), expected.narrow(axis, theirs, length - 1)):
                    return Relation(
                        _("Along axis {axis} it is one step ahead of what is expected.").format(axis=axis)
                        if ahead
                        else _("Along axis {axis} it is one step behind what is expected.").format(axis=axis),
                        _("Does your loop keep the value from before the step, or from after it?"),
                    )
    return None


def _same_slices(got: torch.Tensor, expected: torch.Tensor, axis: int, close: Close) -> bool:
    """Whether both have the same slices along an axis, each as often, in whatever order."""
    ours, theirs = (
        tensor.movedim(axis, 0).flatten(1) if tensor.dim() > 1 else tensor[:, None]
        for tensor in (got, expected)
    )
    left = list(theirs)
    for row in ours:
        match = next((i for i, other in enumerate(left) if close(row, other)), None)
        if match is None:
            return False
        left.pop(match)
    return True


def _scale(got: torch.Tensor, expected: torch.Tensor, close: Close) -> Relation | None:
    if int((expected != 0).sum()) < _ENOUGH:
        return None
    if close(-got, expected):
        return _negated()
    # The squares of very small values are 0, those of very large ones infinite.
    largest = expected.abs().max()
    ours, theirs = (got / largest).flatten(), (expected / largest).flatten()
    factor = float(ours @ theirs) / float(theirs @ theirs)
    if factor and close(got / factor, expected):
        return _units(factor)
    return None


def _negated() -> Relation:
    return Relation(
        _("It has the opposite sign of what is expected."), _("Which of your terms has the wrong sign?")
    )


def _units(factor: float) -> Relation | None:
    if math.isclose(factor, 1 / math.log(2), rel_tol=1e-6) or math.isclose(factor, math.log(2), rel_tol=1e-6):
        return Relation(
            _("It is {factor} times what is expected, which is the factor between nats and bits.").format(
                factor=f"{factor:.4g}"
            ),
            _("Which logarithm do you take: to base e or to base 2? Which one does the task ask for?"),
        )
    for number in range(2, 200):
        if math.isclose(factor, number, rel_tol=1e-6):
            return Relation(
                _("It is {number} times what is expected.").format(number=number),
                _("Does the task ask for a mean where you take a sum? A mean of how many values?"),
            )
        if math.isclose(factor, 1 / number, rel_tol=1e-6):
            return Relation(
                _("It is what is expected divided by {number}.").format(number=number),
                _("Does the task ask for a sum where you take a mean? Over which axis do you divide?"),
            )
    return None
