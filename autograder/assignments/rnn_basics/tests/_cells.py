"""Inputs and comparisons that the tests of several tasks on recurrent cells share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

from autograder.student.checking.comparing import assert_equal, assert_gradients, name_gradients
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, CouldNotLook, Remote, Student
from autograder.student.core.language import _

STEPS = 4  # for which a cell that keeps its state is asked to keep it
LARGE_SIZES = (2, 4, 5)  # (B, D, H) of `with_large_inputs`
SMALL_SIZES = (
    (1, 3, 2),
    (3, 1, 2),
    (2, 3, 1),
    (1, 1, 1),
)  # (B, D, H): one row, one input, one cell, one of each


def step_arguments(draw: Draw, sizes: Sequence[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h, W_xh, W_hh and b for the sizes (B, D, H)."""
    B, D, H = sizes
    shapes = [(B, D), (B, H), (H, D), (H, H), (H,)]
    return [draw.normal(*shape, leaf=leaf, scale=0.7) for shape in shapes]


def sequence_arguments(draw: Draw, sizes: Sequence[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h0, W_xh, W_hh and b for the sizes (T, B, D, H)."""
    arguments = step_arguments(draw, sizes[1:], leaf)
    arguments[0] = draw.normal(*sizes[:3], leaf=leaf)
    return arguments


def with_large_inputs(arguments: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """The arguments of a cell for two rows, with very large inputs, the second row's opposite to the first one's.

    So every gate is driven to both of its ends, and an `exp` on the way overflows.
    """
    first = 10_000 * arguments[0][:1]
    return [torch.cat([first, -first]), *arguments[1:]]


def probe_step(student: Student, reference: Student, draw: Draw) -> Callable[[], None]:
    """A check of `rnn_step` alone: if it fails, what calls `rnn_step` cannot be right."""
    arguments = step_arguments(draw, [2, 3, 4])
    wanted = reference.rnn_step(*arguments)
    return lambda: assert_equal(student.rnn_step(*arguments), wanted)


def probe_forward(student: Student, reference: Student, draw: Draw) -> Callable[[], None]:
    """A check of `rnn_forward` alone: if it fails, what calls `rnn_forward` cannot be right."""
    arguments = sequence_arguments(draw, [3, 2, 3, 4])
    wanted = reference.rnn_forward(*arguments)
    return lambda: assert_equal(student.rnn_forward(*arguments), wanted)


def assert_same_gradients(
    cell: Remote,
    right: Remote,
    arguments: Sequence[torch.Tensor],
    names: Sequence[str],
    upstream: Sequence[torch.Tensor],
) -> None:
    """Fails unless the gradient of every argument is the reference's; does not look if the values are wrong."""
    wanted = right.gradients(*arguments, upstream=upstream)
    got = cell.gradients(*arguments, upstream=upstream)
    assert_values_first(got.value, wanted.value)
    assert_gradients(name_gradients(got, names), name_gradients(wanted, names))


def assert_values_first(got: Any, wanted: Any) -> None:
    """Raises `CouldNotLook` if the values themselves are wrong: no gradient can be right then."""
    try:
        assert_equal(got, wanted)
    except CheckFailed as failure:
        raise CouldNotLook(
            _("Gradients are not compared yet, because the values are not right: {failure}").format(
                failure=failure
            )
        ) from None
