"""What the grader alone looks at in `lstm_step` and `lecture_to_torch`."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.rnn_basics.tests.test_lstm import NAMES, assert_converted, lstm_arguments
from autograder.student.checking.comparing import (
    assert_equal,
    assert_gradients,
    assert_kind,
    assert_tensor,
    name_gradients,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _


@pytest.mark.task("lstm_step")
@pytest.mark.hint("Which gate multiplies what? Which of your lines would run in one size only?")
def test_lstm_step_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The new h and c are right in any size, with one row and one cell too."""
    for sizes in (draw.sizes(3), [1, 1, 4], [3, 2, 1]):
        arguments = lstm_arguments(draw, sizes)
        assert_equal(student.lstm_step(*arguments), reference.lstm_step(*arguments), "(h, c)")


@pytest.mark.task("lstm_step")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_lstm_step_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    arguments = [argument.float() for argument in lstm_arguments(draw, draw.sizes(3))]
    got, wanted = student.lstm_step(*arguments), reference.lstm_step(*arguments)
    assert_equal(got, wanted, _("in float32 (h, c)"))


@pytest.mark.task("lstm_step")
@pytest.mark.hint("Does a gradient still find its way through c, through h, and through every gate?")
def test_lstm_step_gradients_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient of every argument is right, whether the loss reads h or c."""
    B, D, H = draw.sizes(3)
    arguments = lstm_arguments(draw, [B, D, H], leaf=True)
    zero = torch.zeros(B, H, dtype=torch.float64)
    for upstream in ([draw.normal(B, H), zero], [zero, draw.normal(B, H)]):
        got = student.lstm_step.gradients(*arguments, upstream=upstream)
        wanted = reference.lstm_step.gradients(*arguments, upstream=upstream)
        assert_gradients(name_gradients(got, NAMES), name_gradients(wanted, NAMES))


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "With f = 1 and i = 0, what should c do for 100 steps?",
    "c is not bounded; only its read-out is. Where does your tanh stand?",
)
def test_lstm_step_remembers(student: Student, reference: Student, draw: Draw) -> None:
    """With the forget gate open and the input gate shut, c stays what it was, step after step."""
    B, D, H = draw.sizes(3)
    _x, h, c, W_x, W_h, b_x, b_h = lstm_arguments(draw, [B, D, H])
    b_x[:H], b_x[H : 2 * H] = -80, 80
    start = c
    for _step in range(25):
        got = student.lstm_step(draw.normal(B, D), h, c, W_x, W_h, b_x, b_h)
        assert_kind(got, tuple)
        assert_equal(len(got), 2, _("the number of results"))
        assert_equal(got[1], start, _("with forget gate 1 and input gate 0, after some steps c"))
        h, c = got
        assert_equal(h.shape, start.shape, _("the shape of h"))
    x = draw.normal(B, D)
    wanted = reference.lstm_step(x, h, c, W_x, W_h, b_x, b_h)
    assert_equal(student.lstm_step(x, h, c, W_x, W_h, b_x, b_h), wanted, _("after many steps (h, c)"))


@pytest.mark.task("lecture_to_torch")
@pytest.mark.hint("How do you find H if D is larger, or smaller, than H?")
def test_lecture_to_torch_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """Every block is at its place in any size, with more inputs than cells or fewer."""
    D, H = draw.sizes(2)
    for inputs, hidden in ((D, H), (H, D), (1, 4), (4, 1)):
        W, b = draw.normal(4 * hidden, hidden + inputs), draw.normal(4 * hidden)
        W_x, W_h, b_x, b_h = reference.lecture_to_torch(W, b)
        assert_converted(student.lecture_to_torch(W, b), W_x, W_h, b_x + b_h)


@pytest.mark.task("lecture_to_torch")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_lecture_to_torch_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, all four of them."""
    D, H = draw.sizes(2)
    W, b = draw.normal(4 * H, H + D).float(), draw.normal(4 * H).float()
    W_x, W_h, b_x, b_h = reference.lecture_to_torch(W, b)
    assert_converted(student.lecture_to_torch(W, b), W_x, W_h, b_x + b_h)


@pytest.mark.task("lecture_to_torch")
@pytest.mark.hint("How would you try the conversion out? Which of your functions takes these weights?")
def test_lecture_to_torch_makes_the_same_cell(student: Student, draw: Draw) -> None:
    """PyTorch's cell with the converted weights does what the lecture's cell does with its own."""
    B, D, H = draw.sizes(3)
    x, h, c, W, b = (draw.normal(*shape) for shape in [(B, D), (B, H), (B, H), (4 * H, H + D), (4 * H,)])
    gate_i, gate_f, gate_o, candidate = (torch.cat([h, x], dim=1) @ W.T + b).chunk(4, dim=1)
    new_c = gate_f.sigmoid() * c + gate_i.sigmoid() * candidate.tanh()
    got = student.lecture_to_torch(W, b)
    assert_kind(got, tuple)
    assert_equal(len(got), 4, _("the number of results"))
    for part, shape in zip(got, [(4 * H, D), (4 * H, H), (4 * H,), (4 * H,)], strict=True):
        assert_tensor(part, shape, W.dtype, _("one of the weights"))
    expected = (gate_o.sigmoid() * new_c.tanh(), new_c)
    assert_equal(torch.lstm_cell(x, (h, c), *got), expected, _("with your weights PyTorch's (h, c)"))
