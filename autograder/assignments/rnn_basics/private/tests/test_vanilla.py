"""What the grader alone looks at in `rnn_step`, `rnn_forward` and `rnn_backward`."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.rnn_basics.tests.test_vanilla import (
    NAMES,
    check_backward,
    probe_step,
    step_arguments,
)
from autograder.student.checking.comparing import (
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


@pytest.mark.task("rnn_step")
@pytest.mark.hint("Which term of the equation is missing in your line, or stands outside of the tanh?")
def test_rnn_step_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is right in any size, with one row and one cell too."""
    for sizes in (draw.sizes(3), [1, 1, 4], [3, 2, 1]):
        arguments = step_arguments(draw, sizes)
        assert_equal(student.rnn_step(*arguments), reference.rnn_step(*arguments), _("the new state"))


@pytest.mark.task("rnn_step")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_rnn_step_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    arguments = [argument.float() for argument in step_arguments(draw, draw.sizes(3))]
    assert_equal(student.rnn_step(*arguments), reference.rnn_step(*arguments), _("in float32 the new state"))


@pytest.mark.task("rnn_step")
@pytest.mark.hint("Through which of your lines can a gradient not flow back?")
def test_rnn_step_gradients_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient of every argument is right, in any size."""
    sizes = draw.sizes(3)
    arguments = step_arguments(draw, sizes, leaf=True)
    upstream = [draw.normal(sizes[0], sizes[2])]
    got = student.rnn_step.gradients(*arguments, upstream=upstream)
    wanted = reference.rnn_step.gradients(*arguments, upstream=upstream)
    names = ("x", "h", "W_xh", "W_hh", "b")
    assert_gradients(name_gradients(got, names), name_gradients(wanted, names))


def sequence_arguments(draw: Draw, sizes: list[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h0, W_xh, W_hh and b for the sizes (T, B, D, H)."""
    arguments = step_arguments(draw, sizes[1:], leaf)
    arguments[0] = draw.normal(*sizes[:3], leaf=leaf)
    return arguments


@pytest.mark.task("rnn_forward")
@pytest.mark.hint(
    "Which of your lines holds only if there are as many steps as rows, or more than one of each?"
)
def test_rnn_forward_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """All states are right in any size, with one single step and one single row too."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        for sizes in (draw.sizes(4), [1, 3, 2, 4], [5, 1, 2, 3]):
            arguments = sequence_arguments(draw, sizes)
            got, wanted = student.rnn_forward(*arguments), reference.rnn_forward(*arguments)
            assert_equal(got, wanted, _("(states, h_T)"))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_rnn_forward_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        arguments = [argument.float() for argument in sequence_arguments(draw, draw.sizes(4))]
        got, wanted = student.rnn_forward(*arguments), reference.rnn_forward(*arguments)
        assert_equal(got, wanted, _("in float32 (states, h_T)"))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint("How does h_T still know about h0? Is that way open to a gradient as well?")
def test_rnn_forward_gradients_from_the_end(student: Student, reference: Student, draw: Draw) -> None:
    """A loss at h_T alone sends the right gradient back to the very first input and to h0."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        T, B, _D, H = sizes = draw.sizes(4)
        arguments = sequence_arguments(draw, sizes, leaf=True)
        upstream = [torch.zeros(T, B, H, dtype=torch.float64), draw.normal(B, H)]
        got = student.rnn_forward.gradients(*arguments, upstream=upstream)
        wanted = reference.rnn_forward.gradients(*arguments, upstream=upstream)
        assert_gradients(name_gradients(got, NAMES), name_gradients(wanted, NAMES))


@pytest.mark.task("rnn_forward")
@pytest.mark.supporting
@pytest.mark.hint("If the sequence is cut in two, what does the second half have to start from?")
def test_rnn_forward_in_two_halves(student: Student, draw: Draw) -> None:
    """Two halves, the second started from the first one's last state, give the same as the whole."""
    with blaming(student, "rnn_forward", "rnn_step", lambda: probe_step(student, draw)):
        x, h0, *weights = sequence_arguments(draw, [5, *draw.sizes(3)])
        pairs = [student.rnn_forward(x, h0, *weights), student.rnn_forward(x[:2], h0, *weights)]
        for pair in pairs:
            assert_kind(pair, tuple)
            assert_equal(len(pair), 2, _("the number of results"))
        (whole, last), (first, middle) = pairs
        second = student.rnn_forward(x[2:], middle, *weights)
        assert_tensor(whole, (5, *h0.shape), h0.dtype, _("states"))
        assert_equal(first, whole[:2], _("of the first half, states"))
        assert_equal(second, (whole[2:], last), _("of the second half, (states, h_T)"))


@pytest.mark.task("rnn_backward")
@pytest.mark.hint(
    "Do your gradients still hold if there are more rows than cells, or one row only?",
    "Sums or means: what did the task ask for?",
)
def test_rnn_backward_in_any_size(student: Student, draw: Draw) -> None:
    """Every gradient is right in any size, with one single row or cell too."""
    for sizes in (draw.sizes(4), [3, 1, 2, 4], [4, 3, 2, 1]):
        T, B, _D, H = sizes
        check_backward(student, sequence_arguments(draw, sizes), draw.normal(T, B, H))


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("A loss at the last state only: how does the first input hear of it?")
def test_rnn_backward_from_the_last_state(student: Student, draw: Draw) -> None:
    """A loss that reads the last state only still reaches the first input and h0."""
    T, B, _D, H = sizes = [6, *draw.sizes(3)]
    upstream = torch.zeros(T, B, H, dtype=torch.float64)
    upstream[-1] = draw.normal(B, H, scale=30)  # large: nothing is to be clipped
    check_backward(student, sequence_arguments(draw, sizes), upstream)


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("A loss that reads state 2 only: can a gradient of input 3 be anything but zero?")
def test_rnn_backward_from_an_early_state(student: Student, draw: Draw) -> None:
    """A loss that reads one early state only sends nothing to the inputs after it."""
    T, B, _D, H = sizes = [5, *draw.sizes(3)]
    upstream = torch.zeros(T, B, H, dtype=torch.float64)
    upstream[1] = draw.normal(B, H)
    check_backward(student, sequence_arguments(draw, sizes), upstream)


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_rnn_backward_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    T, B, _D, H = sizes = draw.sizes(4)
    x, h0, W_xh, W_hh, b = [argument.float() for argument in sequence_arguments(draw, sizes)]
    states = reference.rnn_forward(x, h0, W_xh, W_hh, b)[0]
    d_states = draw.normal(T, B, H, dtype=torch.float32)
    got = student.rnn_backward(x, h0, states, W_xh, W_hh, d_states)
    wanted = reference.rnn_backward(x, h0, states, W_xh, W_hh, d_states)
    assert_equal(got, wanted, _("in float32 the result"))
