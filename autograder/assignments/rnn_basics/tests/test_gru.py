"""What is promised of `gru_step` and `gru_step_lecture`."""

from __future__ import annotations

import math

import pytest
import torch

from autograder.student.checking.comparing import (
    assert_arguments_kept,
    assert_equal,
    assert_gradients,
    name_gradients,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

NAMES = ("x", "h", "W_x", "W_h", "b_x", "b_h")


def gru_arguments(draw: Draw, sizes: list[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h, W_x, W_h, b_x and b_h for the sizes (B, D, H)."""
    B, D, H = sizes
    shapes = [(B, D), (B, H), (3 * H, D), (3 * H, H), (3 * H,), (3 * H,)]
    return [draw.normal(*shape, scale=0.8, leaf=leaf) for shape in shapes]


def one_cell(bias: list[float]) -> list[torch.Tensor]:
    """x, h = 1, weights 0, b_x = 0 and the given b_h (r, z, n) for one cell: nothing counts but the biases."""
    zero = torch.zeros(1, 1, dtype=torch.float64)
    W = torch.zeros(3, 1, dtype=torch.float64)
    return [zero, zero + 1, W, W, W[:, 0], torch.tensor(bias, dtype=torch.float64)]


@pytest.mark.task("gru_step")
@pytest.mark.hint(
    "In which order does PyTorch stack the three blocks of rows?",
    "Does r act before or after the product with W_hn, and on b_hn too?",
)
def test_gru_step_equals_torch(student: Student, draw: Draw) -> None:
    """The new state is that of PyTorch's own cell with the same weights."""
    arguments = gru_arguments(draw, [2, 3, 5])
    assert_equal(student.gru_step(*arguments), torch.gru_cell(*arguments), _("the new state"))


@pytest.mark.task("gru_step")
@pytest.mark.hint(
    "If the values are right: is there a step that PyTorch cannot follow, such as detach, .data or torch.tensor?",
)
def test_gru_step_passes_gradients(student: Student, draw: Draw) -> None:
    """Gradients reach the input, the state, both matrices and both biases."""
    arguments = gru_arguments(draw, [4, 2, 3], leaf=True)
    upstream = draw.normal(4, 3)
    state = torch.gru_cell(*arguments)
    expected = torch.autograd.grad(state, arguments, upstream)
    got = student.gru_step.gradients(*arguments, upstream=[upstream])
    assert_equal(got.value, state.detach(), _("gradients are not compared yet: the new state"))
    assert_gradients(name_gradients(got, NAMES), dict(zip(NAMES, expected, strict=True)))


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
@pytest.mark.supporting
@pytest.mark.hint("Run the cell twice with the same inputs. Which of your lines write into an argument?")
def test_gru_step_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.gru_step, *gru_arguments(draw, [2, 3, 4]))


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
    "For a diagonal W_hn and b_hn = 0 the two conventions differ in one thing only. Which?",
    "In which order do the three blocks of rows stand? It is the same as in gru_step.",
)
def test_gru_step_lecture_beside_torch(student: Student, draw: Draw) -> None:
    """Where r may act before or after the product alike, it is PyTorch's cell with z and 1 - z exchanged."""
    H = 5
    x, h, W_x, W_h, b_x, b_h = gru_arguments(draw, [2, 3, H])
    W_h[2 * H :] = torch.diag(draw.normal(H))
    b_h[2 * H :] = 0
    sign = torch.tensor([1.0, -1.0, 1.0], dtype=torch.float64).repeat_interleave(H)  # 1 - z: all that makes z
    expected = torch.gru_cell(x, h, sign[:, None] * W_x, sign[:, None] * W_h, sign * b_x, sign * b_h)
    got = student.gru_step_lecture(x, h, W_x, W_h, b_x, b_h)
    assert_equal(got, expected, _("with a diagonal W_hn and b_hn = 0 the new state"))


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(
    "Two cells, one of them reset: what does the other one still hear of it?",
    "Is (r * h) the vector that is multiplied with W_hn?",
)
def test_gru_step_lecture_resets_before_the_product(student: Student) -> None:
    """A cell whose reset gate is shut is not heard by the others either."""
    zero = torch.zeros(1, 2, dtype=torch.float64)
    h = torch.tensor([[0.3, -0.8]], dtype=torch.float64)
    W_x, W_h = torch.zeros(6, 2, dtype=torch.float64), torch.zeros(6, 2, dtype=torch.float64)
    W_h[4:] = torch.tensor([[0.0, 1.0], [1.0, 0.0]])  # each candidate listens to the other cell
    b_h = torch.tensor([-60.0, 60.0, 60.0, 60.0, 0.1, 0.2], dtype=torch.float64)  # r = (0, 1), z = (1, 1)
    expected = torch.tensor([[math.tanh(-0.8 + 0.1), math.tanh(0.2)]], dtype=torch.float64)
    got = student.gru_step_lecture(zero, h, W_x, W_h, torch.zeros(6, dtype=torch.float64), b_h)
    assert_equal(got, expected, _("with r = (0, 1), z = (1, 1) and exchanged cells the new state"))


@pytest.mark.task("gru_step_lecture")
@pytest.mark.supporting
@pytest.mark.hint("Run the cell twice with the same inputs. Which of your lines write into an argument?")
def test_gru_step_lecture_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.gru_step_lecture, *gru_arguments(draw, [2, 3, 4]))
