"""What is promised of `gru_step` and `gru_step_lecture`: the same properties, each in its convention."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch

from autograder.assignments.rnn_basics.tests._cells import (
    LARGE_SIZES,
    SMALL_SIZES,
    STEPS,
    assert_same_gradients,
    with_large_inputs,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Remote, Student
from autograder.student.core.language import _

NAMES = ("x", "h", "W_x", "W_h", "b_x", "b_h")
CUT = "If the values are right: is there a step that PyTorch cannot follow, such as detach, .data or torch.tensor?"
DTYPE = "Which of your lines makes a tensor of a fixed dtype?"
AXIS = "Which of your lines drops an axis of size 1, or takes one size for another?"
OVERFLOW = "What is exp(1000)? Which functions of PyTorch compute sigmoid and tanh without exp(1000)?"


def gru_arguments(draw: Draw, sizes: Sequence[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h, W_x, W_h, b_x and b_h for the sizes (B, D, H)."""
    B, D, H = sizes
    shapes = [(B, D), (B, H), (3 * H, D), (3 * H, H), (3 * H,), (3 * H,)]
    return [draw.normal(*shape, scale=0.8, leaf=leaf) for shape in shapes]


def one_cell(bias: list[float]) -> list[torch.Tensor]:
    """x, h = 1, weights 0, b_x = 0 and the given b_h (r, z, n) for one cell: nothing counts but the biases."""
    zero = torch.zeros(1, 1, dtype=torch.float64)
    W = torch.zeros(3, 1, dtype=torch.float64)
    return [zero, zero + 1, W, W, W[:, 0], torch.tensor(bias, dtype=torch.float64)]


def check_values(cell: Remote, right: Remote, draw: Draw) -> None:
    """Equality with the reference."""
    arguments = gru_arguments(draw, draw.sizes(3))
    assert_equal(cell(*arguments), right(*arguments), _("the new state"))


def check_small_sizes(cell: Remote, right: Remote, draw: Draw) -> None:
    """Equality with the reference with one row, one input or one cell."""
    inputs = [gru_arguments(draw, sizes) for sizes in SMALL_SIZES]
    for sizes, arguments, got in zip(SMALL_SIZES, inputs, cell.each(inputs), strict=True):
        what = _("with B, D, H = {sizes} the new state").format(sizes=sizes)
        assert_equal(got, right(*arguments), what)


def check_gradients(cell: Remote, right: Remote, draw: Draw) -> None:
    """The gradient of every argument equals the reference's."""
    B, _D, H = sizes = draw.sizes(3)
    arguments = gru_arguments(draw, sizes, leaf=True)
    assert_same_gradients(cell, right, arguments, NAMES, [draw.normal(B, H)])


def check_keeps(cell: Remote, draw: Draw, bias: float) -> None:
    """With this bias of z the state stays, step after step."""
    B, D, H = draw.sizes(3)
    _x, start, W_x, W_h, b_x, b_h = gru_arguments(draw, [B, D, H])
    b_x[H : 2 * H] = bias
    h = start
    for _step in range(STEPS):
        h = cell(draw.normal(B, D), h, W_x, W_h, b_x, b_h)
        assert_equal(h, start, _("with an update gate that keeps everything, after some steps h"))


def check_float32(cell: Remote, right: Remote, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    arguments = [argument.float() for argument in gru_arguments(draw, draw.sizes(3))]
    assert_equal(cell(*arguments), right(*arguments), _("in float32 the new state"))


def check_large_inputs(cell: Remote, right: Remote, draw: Draw) -> None:
    """Equality with the reference where every gate is shut or open."""
    arguments = with_large_inputs(gru_arguments(draw, LARGE_SIZES))
    assert_equal(cell(*arguments), right(*arguments), _("with inputs of ±10000 the new state"))


@pytest.mark.task("gru_step")
@pytest.mark.hint(
    "As z goes to 1, do you keep the old state or replace it?",
    "With z near 0 only the candidate is left. What is it, for these biases?",
)
def test_gru_step_by_hand(student: Student) -> None:
    """One cell in three settings: z near 1 keeps the old state, z near 0 replaces it, in between it mixes."""
    for bias, expected, setting in (
        ([0.0, 60.0, 2.0], 1.0, _("with z near 1 and h = 1 the new state")),
        ([0.0, -60.0, 2.0], math.tanh(1), _("with z near 0, r = 1/2 and b_hn = 2 the new state")),
        ([0.0, 0.0, 2.0], math.tanh(1) / 2 + 1 / 2, _("with z = r = 1/2, h = 1 and b_hn = 2 the new state")),
    ):
        got = student.gru_step(*one_cell(bias))
        assert_equal(got, torch.tensor([[expected]], dtype=torch.float64), setting)


@pytest.mark.task("gru_step")
@pytest.mark.hint(
    "In which order does PyTorch stack the three blocks of rows?",
    "Does r act before or after the product with W_hn, and on b_hn too?",
)
def test_gru_step_has_the_right_values(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is the one of the equations, with the blocks of rows in PyTorch's order."""
    check_values(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step")
@pytest.mark.hint(AXIS)
def test_gru_step_of_one_row(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is also right with one row, one input or one cell."""
    check_small_sizes(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step")
@pytest.mark.hint(CUT, "Does a gradient still pass through every gate?")
def test_gru_step_passes_gradients(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients reach the input, the state, both matrices and both biases."""
    check_gradients(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step")
@pytest.mark.hint("As z goes to 1, do you keep or replace?")
@pytest.mark.supporting
def test_gru_step_remembers(student: Student, draw: Draw) -> None:
    """With z at 1 the state stays what it was, step after step."""
    check_keeps(student.gru_step, draw, bias=80)


@pytest.mark.task("gru_step")
@pytest.mark.hint(DTYPE)
def test_gru_step_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    check_float32(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step")
@pytest.mark.hint(OVERFLOW)
@pytest.mark.supporting
def test_gru_step_of_large_inputs(student: Student, reference: Student, draw: Draw) -> None:
    """Very large inputs drive the gates to 0 or 1, and nothing becomes nan."""
    check_large_inputs(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(
    "As z goes to 1, does the lecture keep the old state or replace it?",
    "Does the lecture's r act on h before the product, or on the product with its bias?",
)
def test_gru_step_lecture_by_hand(student: Student) -> None:
    """One cell in three settings: z near 0 keeps the old state, z near 1 replaces it, in between it mixes."""
    for bias, expected, setting in (
        ([0.0, -60.0, 2.0], 1.0, _("with z near 0 and h = 1 the new state")),
        ([0.0, 60.0, 2.0], math.tanh(2), _("with z near 1, r = 1/2 and b_hn = 2 the new state")),
        ([0.0, 0.0, 2.0], math.tanh(2) / 2 + 1 / 2, _("with z = r = 1/2, h = 1 and b_hn = 2 the new state")),
    ):
        got = student.gru_step_lecture(*one_cell(bias))
        assert_equal(got, torch.tensor([[expected]], dtype=torch.float64), setting)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(
    "Two cells, one of them reset: what does the other one still get from it?",
    "Is (r * h) the vector that is multiplied with W_hn?",
)
def test_gru_step_lecture_resets_before_the_product(student: Student) -> None:
    """A cell whose reset gate is closed does not influence the other cells either."""
    zero = torch.zeros(1, 2, dtype=torch.float64)
    h = torch.tensor([[0.3, -0.8]], dtype=torch.float64)
    W_x, W_h = torch.zeros(6, 2, dtype=torch.float64), torch.zeros(6, 2, dtype=torch.float64)
    W_h[4:] = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # each candidate listens to the other cell
    b_h = torch.tensor([-60.0, 60.0, 60.0, 60.0, 0.1, 0.2], dtype=torch.float64)  # r = (0, 1), z = (1, 1)
    expected = torch.tensor([[math.tanh(-0.8 + 0.1), math.tanh(0.2)]], dtype=torch.float64)
    got = student.gru_step_lecture(zero, h, W_x, W_h, torch.zeros(6, dtype=torch.float64), b_h)
    assert_equal(got, expected, _("with r = (0, 1), z = (1, 1) and exchanged cells the new state"))


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(
    "What exactly does r multiply in the lecture: h, the product, or the product with its bias?",
    "Each of the six blocks meets a vector. Which of them have to be transposed for that?",
)
def test_gru_step_lecture_has_the_right_values(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is the one of the lecture's equations, with the rows in the same order as in gru_step."""
    check_values(student.gru_step_lecture, reference.gru_step_lecture, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(AXIS)
def test_gru_step_lecture_of_one_row(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is also right with one row, one input or one cell."""
    check_small_sizes(student.gru_step_lecture, reference.gru_step_lecture, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(CUT, "Does a gradient still pass through every gate?")
def test_gru_step_lecture_passes_gradients(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients reach the input, the state, both matrices and both biases."""
    check_gradients(student.gru_step_lecture, reference.gru_step_lecture, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint("As z goes to 0, does the lecture keep or replace?")
@pytest.mark.supporting
def test_gru_step_lecture_remembers(student: Student, draw: Draw) -> None:
    """With z at 0 the state stays what it was, step after step."""
    check_keeps(student.gru_step_lecture, draw, bias=-80)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(DTYPE)
def test_gru_step_lecture_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    check_float32(student.gru_step_lecture, reference.gru_step_lecture, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(OVERFLOW)
@pytest.mark.supporting
def test_gru_step_lecture_of_large_inputs(student: Student, reference: Student, draw: Draw) -> None:
    """Very large inputs drive the gates to 0 or 1, and nothing becomes nan."""
    check_large_inputs(student.gru_step_lecture, reference.gru_step_lecture, draw)
