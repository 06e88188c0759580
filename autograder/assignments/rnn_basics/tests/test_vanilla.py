"""What is promised of `rnn_step`, `rnn_forward` and `rnn_backward`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import (
    assert_arguments_kept,
    assert_equal,
    assert_gradients,
    assert_kind,
    assert_tensor,
    blaming,
    name_gradients,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

NAMES = ("x", "h0", "W_xh", "W_hh", "b")


def library_step(
    x: torch.Tensor, h: torch.Tensor, W_xh: torch.Tensor, W_hh: torch.Tensor, b: torch.Tensor
) -> torch.Tensor:
    """PyTorch's own step; its second bias is zero."""
    return torch.rnn_tanh_cell(x, h, W_xh, W_hh, b, torch.zeros_like(b))


def library_states(
    x: torch.Tensor, h0: torch.Tensor, W_xh: torch.Tensor, W_hh: torch.Tensor, b: torch.Tensor
) -> torch.Tensor:
    """(T, B, H) all states of PyTorch's own layer; its second bias is zero."""
    weights = [W_xh, W_hh, b, torch.zeros_like(b)]
    return torch.rnn_tanh(x, h0[None], weights, True, 1, 0.0, False, False, False)[0]


def step_arguments(draw: Draw, sizes: list[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h, W_xh, W_hh and b for the sizes (B, D, H)."""
    B, D, H = sizes
    shapes = [(B, D), (B, H), (H, D), (H, H), (H,)]
    return [draw.normal(*shape, leaf=leaf, scale=0.7) for shape in shapes]


def probe_step(student: Student, draw: Draw) -> None:
    """Fails if `rnn_step` itself is not right: then what calls it cannot be."""
    arguments = step_arguments(draw, [2, 3, 4])
    assert_equal(student.rnn_step(*arguments), library_step(*arguments))


@pytest.mark.task("rnn_step")
@pytest.mark.hint(
    "Five arguments go in. Where does each of them stand in your line?",
    "Write the shapes above your line: which side of each product is H long?",
)
def test_rnn_step_equals_torch(student: Student, draw: Draw) -> None:
    """The new state is that of PyTorch's own cell with the same weights."""
    arguments = step_arguments(draw, [2, 3, 5])
    assert_equal(student.rnn_step(*arguments), library_step(*arguments), _("the new state"))


@pytest.mark.task("rnn_step")
@pytest.mark.hint(
    "If the values are right: is there a step that PyTorch cannot follow, such as detach, .data or torch.tensor?",
)
def test_rnn_step_passes_gradients(student: Student, draw: Draw) -> None:
    """Gradients reach the input, the state, both matrices and the bias."""
    arguments = step_arguments(draw, [4, 2, 3], leaf=True)
    upstream = draw.normal(4, 3)
    state = library_step(*arguments)
    expected = torch.autograd.grad(state, arguments, upstream)
    got = student.rnn_step.gradients(*arguments, upstream=[upstream])
    assert_equal(got.value, state.detach(), _("gradients are not compared yet: the new state"))
    names = ("x", "h", "W_xh", "W_hh", "b")
    assert_gradients(name_gradients(got, names), dict(zip(names, expected, strict=True)))


@pytest.mark.task("rnn_step")
@pytest.mark.supporting
@pytest.mark.hint("Run the cell twice with the same inputs. Which of your lines write into an argument?")
def test_rnn_step_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.rnn_step, *step_arguments(draw, [2, 3, 4]))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint(
    "Which axis of x is time? Which of your lines goes along it?",
    "Which of your lines reads h0, and what does the second step start from?",
)
def test_rnn_forward_equals_torch(student: Student, draw: Draw) -> None:
    """All states, and the last one again, are those of PyTorch's own layer with the same weights."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        _x, *rest = step_arguments(draw, [2, 3, 5])
        x = draw.normal(4, 2, 3)
        states = library_states(x, *rest)
        got = student.rnn_forward(x, *rest)
        assert_kind(got, tuple)
        assert_equal(got[0] if got else None, states, _("states"))
        assert_equal(got, (states, states[-1]), _("(states, h_T)"))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint(
    "Through which of your lines can a gradient not flow back to an earlier step?",
    "Is each state the result of the step before it, or a copy that has lost its history?",
)
def test_rnn_forward_passes_gradients(student: Student, draw: Draw) -> None:
    """Gradients of every state, and of the last one, reach each input, h0, both matrices and the bias."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        arguments = step_arguments(draw, [2, 5, 3], leaf=True)
        arguments[0] = draw.normal(4, 2, 5, leaf=True)
        upstream = [draw.normal(4, 2, 3), draw.normal(2, 3)]
        states = library_states(*arguments)
        expected = torch.autograd.grad([states, states[-1]], arguments, upstream)
        got = student.rnn_forward.gradients(*arguments, upstream=upstream)
        assert_equal(
            got.value,
            (states.detach(), states[-1].detach()),
            _("gradients are not compared yet: (states, h_T)"),
        )
        assert_gradients(name_gradients(got, NAMES), dict(zip(NAMES, expected, strict=True)))


@pytest.mark.task("rnn_forward")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into h0 or x, which the caller still holds?")
def test_rnn_forward_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        _x, *rest = step_arguments(draw, [2, 3, 4])
        assert_arguments_kept(student, student.rnn_forward, draw.normal(5, 2, 3), *rest)


def check_backward(
    student: Student, arguments: list[torch.Tensor], upstream: torch.Tensor, case: str = ""
) -> None:
    """Compares the hand-made gradients with those that PyTorch finds through its own layer."""
    leaves = [argument.clone().requires_grad_() for argument in arguments]
    states = library_states(*leaves)
    expected = dict(zip(NAMES, torch.autograd.grad(states, leaves, upstream), strict=True))
    x, h0, W_xh, W_hh, _b = arguments
    got = student.rnn_backward(x, h0, states.detach(), W_xh, W_hh, upstream)
    assert_kind(got, dict)
    assert_equal(dict.fromkeys(got), dict.fromkeys(NAMES))  # the keys first
    for name, gradient in expected.items():
        assert_tensor(got[name], gradient.shape, gradient.dtype, f"result[{name!r}]")
    assert_gradients(got, expected)


@pytest.mark.task("rnn_backward")
@pytest.mark.hint(
    "What is the derivative of tanh, written in terms of its output?",
    "The state at t has two children: which, and what does each send back?",
)
def test_rnn_backward_of_one_step(student: Student, draw: Draw) -> None:
    """Through one single step, every gradient is the one that PyTorch finds."""
    arguments = step_arguments(draw, [3, 4, 2])
    arguments[0] = arguments[0][None]
    check_backward(student, arguments, draw.normal(1, 3, 2))


@pytest.mark.task("rnn_backward")
@pytest.mark.hint(
    "A weight that is used T times: how many contributions does its gradient have?",
    "Forward used W. What does the way back use, and in which order are the steps visited?",
)
def test_rnn_backward_through_time(student: Student, draw: Draw) -> None:
    """Through several steps, each with its own upstream gradient, every gradient is the one that PyTorch finds."""
    arguments = step_arguments(draw, [2, 5, 3])
    arguments[0] = draw.normal(4, 2, 5)
    check_backward(student, arguments, draw.normal(4, 2, 3))


@pytest.mark.task("rnn_backward")
@pytest.mark.supporting
@pytest.mark.hint("Do you add into d_states, or into a tensor of your own?")
def test_rnn_backward_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, d_states too, and a second call gives the same."""
    _x, h0, W_xh, W_hh, b = step_arguments(draw, [2, 3, 4])
    x, d_states = draw.normal(3, 2, 3), draw.normal(3, 2, 4)
    states = library_states(x, h0, W_xh, W_hh, b)
    assert_arguments_kept(student, student.rnn_backward, x, h0, states, W_xh, W_hh, d_states)
