"""What is promised of `rnn_step`, `rnn_forward` and `rnn_backward`."""

from __future__ import annotations

from collections.abc import Collection

import pytest
import torch

from autograder.assignments.rnn_basics.tests._cells import (
    LARGE_SIZES,
    SMALL_SIZES,
    assert_same_gradients,
    probe_step,
    sequence_arguments,
    step_arguments,
    with_large_inputs,
)
from autograder.student.checking.comparing import (
    assert_equal,
    assert_gradients,
    assert_kind,
    assert_tensor,
    blaming,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _

STEP_NAMES = ("x", "h", "W_xh", "W_hh", "b")
NAMES = ("x", "h0", "W_xh", "W_hh", "b")


@pytest.mark.task("rnn_step")
@pytest.mark.hint(
    "Five arguments go in. Where does each of them stand in your line?",
    "Write the shapes above your line: which side of each product is H long?",
)
def test_rnn_step_has_the_right_values(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is the one that the equation gives."""
    arguments = step_arguments(draw, draw.sizes(3))
    assert_equal(student.rnn_step(*arguments), reference.rnn_step(*arguments), _("the new state"))


@pytest.mark.task("rnn_step")
@pytest.mark.hint("Which of your lines drops an axis of size 1, or takes one size for another?")
def test_rnn_step_of_one_row(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is also right with one row, one input or one cell."""
    inputs = [step_arguments(draw, sizes) for sizes in SMALL_SIZES]
    for sizes, arguments, got in zip(SMALL_SIZES, inputs, student.rnn_step.each(inputs), strict=True):
        what = _("with B, D, H = {sizes} the new state").format(sizes=sizes)
        assert_equal(got, reference.rnn_step(*arguments), what)


@pytest.mark.task("rnn_step")
@pytest.mark.hint(
    "If the values are right: is there a step that PyTorch cannot follow, such as detach, .data or torch.tensor?",
)
def test_rnn_step_passes_gradients(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients reach the input, the state, both matrices and the bias."""
    B, D, H = draw.sizes(3)
    arguments = step_arguments(draw, (B, D, H), leaf=True)
    assert_same_gradients(student.rnn_step, reference.rnn_step, arguments, STEP_NAMES, [draw.normal(B, H)])


@pytest.mark.task("rnn_step")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_rnn_step_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    arguments = [argument.float() for argument in step_arguments(draw, draw.sizes(3))]
    assert_equal(student.rnn_step(*arguments), reference.rnn_step(*arguments), _("in float32 the new state"))


@pytest.mark.task("rnn_step")
@pytest.mark.hint("What is exp(1000)? Which function of PyTorch computes tanh without exp(1000)?")
@pytest.mark.supporting
def test_rnn_step_of_large_inputs(student: Student, reference: Student, draw: Draw) -> None:
    """Very large inputs drive the state to -1 or 1, not to nan."""
    arguments = with_large_inputs(step_arguments(draw, LARGE_SIZES))
    got, wanted = student.rnn_step(*arguments), reference.rnn_step(*arguments)
    assert_equal(got, wanted, _("with inputs of ±10000 the new state"))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint(
    "Which axis of x is time? Which of your lines goes along it?",
    "Which of your lines reads h0, and what does the second step start from?",
)
def test_rnn_forward_has_the_right_values(student: Student, reference: Student, draw: Draw) -> None:
    """All states are right, and the last one is returned once more."""
    with blaming(student, "rnn_forward", "rnn_step", probe_step(student, reference, draw)):
        arguments = sequence_arguments(draw, draw.sizes(4))
        states, last = reference.rnn_forward(*arguments)
        got = student.rnn_forward(*arguments)
        assert_kind(got, tuple)
        assert_equal(len(got), 2, _("the number of results"))
        assert_equal(got[0], states, _("states"))
        assert_equal(got[1], last, _("the states are right; but h_T"))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint(
    "Which of your lines holds only if there are as many steps as rows, or more than one of each?"
)
def test_rnn_forward_of_one_step(student: Student, reference: Student, draw: Draw) -> None:
    """All states are also right with one step, one row, one input or one cell."""
    with blaming(student, "rnn_forward", "rnn_step", probe_step(student, reference, draw)):
        every_size = ((1, 3, 2, 4), (4, 1, 3, 2), (3, 3, 2, 1), (1, 1, 1, 1))
        inputs = [sequence_arguments(draw, sizes) for sizes in every_size]
        for sizes, arguments, got in zip(every_size, inputs, student.rnn_forward.each(inputs), strict=True):
            wanted = reference.rnn_forward(*arguments)
            assert_equal(got, wanted, _("with T, B, D, H = {sizes} (states, h_T)").format(sizes=sizes))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint(
    "Through which of your lines can a gradient not flow back to an earlier step?",
    "Is each state the result of the step before it, or a copy that has lost its history?",
)
def test_rnn_forward_passes_gradients(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients of every state, and of the last one, reach each input, h0, both matrices and the bias."""
    with blaming(student, "rnn_forward", "rnn_step", probe_step(student, reference, draw)):
        T, B, _D, H = sizes = draw.sizes(4)
        arguments = sequence_arguments(draw, sizes, leaf=True)
        upstream = [draw.normal(T, B, H), draw.normal(B, H)]
        assert_same_gradients(student.rnn_forward, reference.rnn_forward, arguments, NAMES, upstream)


@pytest.mark.task("rnn_forward")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_rnn_forward_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    with blaming(student, "rnn_forward", "rnn_step", probe_step(student, reference, draw)):
        arguments = [argument.float() for argument in sequence_arguments(draw, draw.sizes(4))]
        got, wanted = student.rnn_forward(*arguments), reference.rnn_forward(*arguments)
        assert_equal(got, wanted, _("in float32 (states, h_T)"))


@pytest.mark.task("rnn_forward")
@pytest.mark.hint("Which of your lines holds for short sequences only, or for small inputs only?")
def test_rnn_forward_of_a_long_sequence(student: Student, reference: Student, draw: Draw) -> None:
    """A long sequence with very large inputs is read to its end."""
    with blaming(student, "rnn_forward", "rnn_step", probe_step(student, reference, draw)):
        arguments = sequence_arguments(draw, (60, 1, 2, 2))
        arguments[0][::7] *= 1000
        got, wanted = student.rnn_forward(*arguments), reference.rnn_forward(*arguments)
        assert_equal(got, wanted, _("of 60 steps (states, h_T)"))


def assert_backward(
    student: Student,
    reference: Student,
    arguments: list[torch.Tensor],
    upstream: torch.Tensor,
    case: str = "",
) -> None:
    """Compares the gradients made by hand with the reference's, and asks about those that are wrong."""
    x, h0, W_xh, W_hh, _b = arguments
    states = reference.rnn_forward(*arguments)[0]
    expected = reference.rnn_backward(x, h0, states, W_xh, W_hh, upstream)
    got = student.rnn_backward(x, h0, states, W_xh, W_hh, upstream)
    assert_kind(got, dict)
    assert_equal(dict.fromkeys(got), dict.fromkeys(NAMES))  # the keys first
    for name in NAMES:
        assert_tensor(got[name], expected[name].shape, expected[name].dtype, f"result[{name!r}]")
    wrong = {name for name in NAMES if not torch.allclose(got[name], expected[name], rtol=1e-6, atol=1e-9)}
    try:
        assert_gradients(got, expected)
    except CheckFailed as failure:
        sentence = f"{case} {failure}" if case else str(failure)
        raise CheckFailed(sentence, Evidence.GRADIENTS, _question_about(wrong, len(x))) from None


def _question_about(wrong: Collection[str], steps: int) -> str:
    """What to ask when these gradients are wrong and all others right; nothing if it is not clear."""
    if wrong == {"W_hh"}:
        return _(
            "Which state is W_hh multiplied with at step t: the one before the step, or the one after it? "
            "And before the first step?"
        )
    if wrong == {"h0"}:
        return _(
            "Which factors stand between h0 and the first state? Does your gradient pass all of them, once?"
        )
    if wrong == {"x"}:
        return _("x stands inside the tanh. Is the gradient that you multiply with W_xh that of the inside?")
    if wrong == {"b"}:
        return _("b is added for every row at every step. Over what do you sum, and do you ever divide?")
    if wrong == {"W_xh"}:
        return _("Which inputs has W_xh met, row by row and step by step? Does each add its part once?")
    if "x" not in wrong and "h0" not in wrong:
        return _("A weight is used by every row at every step. Do all of these parts add up, without a mean?")
    return "" if steps == 1 else _("The state at t has two children: which, and what does each send back?")


@pytest.mark.task("rnn_backward")
@pytest.mark.hint(
    "What is the derivative of tanh, written in terms of its output?",
    "Forward used W. What does the way back use?",
)
def test_rnn_backward_of_one_step(student: Student, reference: Student, draw: Draw) -> None:
    """Through one single step, every gradient is right."""
    B, D, H = draw.sizes(3)
    assert_backward(student, reference, sequence_arguments(draw, (1, B, D, H)), draw.normal(1, B, H))


@pytest.mark.task("rnn_backward")
@pytest.mark.hint(
    "A weight that is used T times: how many contributions does its gradient have?",
    "Forward used W. What does the way back use, and in which order are the steps visited?",
)
def test_rnn_backward_through_time(student: Student, reference: Student, draw: Draw) -> None:
    """Through several steps, each with its own upstream gradient, every gradient is right."""
    T, B, _D, H = sizes = draw.sizes(4)
    assert_backward(student, reference, sequence_arguments(draw, sizes), draw.normal(T, B, H))


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("A loss on the last state alone: how does it reach the first input?")
def test_rnn_backward_from_the_last_state(student: Student, reference: Student, draw: Draw) -> None:
    """A large loss on the last state alone reaches the first input and h0 unclipped."""
    T, B, _D, H = sizes = [4, *draw.sizes(3)]
    upstream = torch.zeros(T, B, H, dtype=torch.float64)
    upstream[-1] = draw.normal(B, H, scale=1000)
    assert_backward(
        student,
        reference,
        sequence_arguments(draw, sizes),
        upstream,
        _("With d_states zero except for the last:"),
    )


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("A loss on state 1 alone: can the gradient of input 2 be anything but zero?")
def test_rnn_backward_from_an_early_state(student: Student, reference: Student, draw: Draw) -> None:
    """A loss on one early state alone sends nothing to the inputs after it."""
    T, B, _D, H = sizes = [4, *draw.sizes(3)]
    upstream = torch.zeros(T, B, H, dtype=torch.float64)
    upstream[1] = draw.normal(B, H)
    assert_backward(
        student,
        reference,
        sequence_arguments(draw, sizes),
        upstream,
        _("With d_states zero except for d_states[1]:"),
    )


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("Do your gradients still hold if there are more rows than cells, or one row only?")
def test_rnn_backward_of_one_row(student: Student, reference: Student, draw: Draw) -> None:
    """Every gradient is also right with one row, one input or one cell."""
    for sizes in ((3, 1, 2, 4), (4, 3, 1, 2), (2, 3, 2, 1), (1, 1, 1, 1)):
        T, B, _D, H = sizes
        case = _("With T, B, D, H = {sizes}:").format(sizes=sizes)
        assert_backward(student, reference, sequence_arguments(draw, sizes), draw.normal(T, B, H), case)


@pytest.mark.task("rnn_backward")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_rnn_backward_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    T, B, _D, H = sizes = draw.sizes(4)
    x, h0, W_xh, W_hh, b = (argument.float() for argument in sequence_arguments(draw, sizes))
    states = reference.rnn_forward(x, h0, W_xh, W_hh, b)[0]
    d_states = draw.normal(T, B, H, dtype=torch.float32)
    wanted = reference.rnn_backward(x, h0, states, W_xh, W_hh, d_states)
    got = student.rnn_backward(x, h0, states, W_xh, W_hh, d_states)
    assert_equal(got, wanted, _("in float32 the result"))
