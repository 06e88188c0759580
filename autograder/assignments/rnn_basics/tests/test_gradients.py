"""What is promised of the measuring and clipping of gradients: `state_gradient_norms` and `clip_gradients_`."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Once

CLIPPING_RTOL = 1e-4  # PyTorch adds 1e-6 to the norm before it divides
VALUE = 2.0  # of the parameters whose gradients are clipped


def scaling_cell(factor: float, inputs: int, hidden: int) -> nn.RNNCell:
    """A cell that multiplies a positive state by `factor`, whatever it reads: h' = relu(factor * h)."""
    cell = nn.RNNCell(inputs, hidden, nonlinearity="relu").double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.weight_hh.copy_(factor * torch.eye(hidden))
    return cell


def gated_cell(gate: float) -> nn.GRUCell:
    """A GRU cell of two inputs and three cells that keeps its state (a large gate) or forgets it (a negative one)."""
    cell = nn.GRUCell(2, 3).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias_ih[3:6] = gate
    return cell


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint(
    "If every step halves the state, by how much does a change of h_0 move h_T?",
    "How many states are there from h_0 to h_T, both included?",
)
def test_law_of_a_scaling_cell(student: Student, draw: Draw) -> None:
    """A cell that multiplies the state by a factor gives factor ** (T - t) * sqrt(B * H)."""
    for factor in (0.5, 1.0, 1.5):
        got = student.state_gradient_norms(
            scaling_cell(factor, 3, 4), draw.normal(6, 2, 3), draw.normal(2, 4).abs() + 0.1
        )
        expected = torch.tensor([factor ** (6 - t) * math.sqrt(8) for t in range(7)], dtype=torch.float64)
        what = _("for a cell that multiplies the state by {factor} the result").format(factor=factor)
        assert_equal(got, expected, what)


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint(
    "Which quantity should shrink with distance: the gradient of a weight, or that of a state?",
    "How is one number made of a gradient of shape (B, H)?",
)
def test_norms_of_random_cells(student: Student, reference: Student, draw: Draw) -> None:
    """Right for `nn.RNNCell` and `nn.GRUCell` with random weights."""
    for cell in (draw.weights(nn.RNNCell(3, 4)), draw.weights(nn.GRUCell(3, 4))):
        arguments = (cell, draw.normal(5, 2, 3), draw.normal(2, 4))
        what = _("for an {cell} the result").format(cell=f"nn.{type(cell).__name__}")
        expected = reference.state_gradient_norms(*arguments)
        assert_equal(student.state_gradient_norms(*arguments), expected, what)
        frozen = student.put(cell)
        frozen.requires_grad_.keep(False)  # it is frozen afterwards, too
        assert_equal(student.state_gradient_norms(frozen, *arguments[1:]), expected, what)


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint("Which of your lines assumes more than one row, or more than one step?")
def test_norms_for_inputs_of_every_size(student: Student, reference: Student, draw: Draw) -> None:
    """Right for a single row, a single step, a single cell, and in float32."""
    cases = {
        _("for one row and one step"): (nn.GRUCell(4, 3), 1, 1, torch.float64),
        _("for one row and one cell"): (nn.RNNCell(2, 1), 3, 1, torch.float64),
        _("in float32"): (nn.GRUCell(4, 3), 3, 2, torch.float32),
    }
    inputs = [
        (
            draw.weights(cell).to(dtype),
            draw.normal(steps, rows, cell.input_size, dtype=dtype),
            draw.normal(rows, cell.hidden_size, dtype=dtype),
        )
        for cell, steps, rows, dtype in cases.values()
    ]
    for case, arguments, got in zip(cases, inputs, student.state_gradient_norms.each(inputs), strict=True):
        what = _("{case} the result").format(case=case)
        assert_equal(got, reference.state_gradient_norms(*arguments), what)


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint(
    "Does the gradient of an early state come from the last state, or from every state after it?"
)
def test_forgetting_cell_lets_nothing_through(student: Student, draw: Draw) -> None:
    """A cell that keeps its state gives a constant; one that forgets it gives 0 except in the last entry."""
    got = student.state_gradient_norms(gated_cell(60.0), draw.normal(20, 2, 2), draw.normal(2, 3))
    expected = torch.full((21,), math.sqrt(6), dtype=torch.float64)
    assert_equal(got, expected, _("for a cell that keeps its state the result"))
    got = student.state_gradient_norms(gated_cell(-800.0), draw.normal(5, 2, 2), draw.normal(2, 3))
    expected = torch.zeros(6, dtype=torch.float64)
    expected[-1] = math.sqrt(6)
    assert_equal(got, expected, _("for a cell that forgets its state the result"))


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint("Which of your lines rounds, adds a small number, or divides by one?")
def test_vanishing_and_exploding_over_a_long_way(student: Student, draw: Draw) -> None:
    """Nothing is rounded to 0, however small or large a norm becomes in forty steps."""
    for factor in (0.5, 1.5):
        got = student.state_gradient_norms(
            scaling_cell(factor, 2, 1), draw.normal(40, 1, 2), draw.normal(1, 1).abs() + 0.1
        )
        expected = torch.tensor([factor ** (40 - t) for t in range(41)], dtype=torch.float64)
        what = _("for forty steps that multiply the state by {factor} the result").format(factor=factor)
        assert_equal(got, expected, what, atol=0.0)


Gradient = torch.Tensor | None


def clipped(
    side: Student, gradients: Sequence[Gradient], bound: float, wrap: Callable[[Any], Any] = list
) -> tuple[Any, list[Any]]:
    """What `clip_gradients_` returns for parameters with these gradients, and what their .grad is afterwards."""
    parameters: list[Remote] = [
        side.put(
            torch.full((2,) if g is None else g.shape, VALUE, dtype=None if g is None else g.dtype),
            gradient=g,
            parameter=True,
        )
        for g in gradients
    ]
    norm = side.clip_gradients_(wrap(parameters), bound)
    found = side.each([parameter.to_fetch() for parameter in parameters])
    return norm, [each.get("gradient") for each in found]


def assert_clipped(
    got: tuple[Any, list[Any]], norm: float, gradients: Sequence[Gradient], where: str
) -> None:
    """Raises `CheckFailed` unless this norm was returned and the gradients are now these."""
    assert_equal(got[0], norm, _("{where}, the norm returned").format(where=where), rtol=CLIPPING_RTOL)
    for index, (now, wanted) in enumerate(zip(got[1], gradients, strict=True)):
        what = _("{where}, gradient {index} of {count}").format(
            where=where, index=index, count=len(gradients)
        )
        if wanted is not None:
            # float32 is compared a thousand times more loosely than this says
            rtol = CLIPPING_RTOL if wanted.dtype == torch.float64 else 4 * CLIPPING_RTOL / 1000
            assert_equal(now, wanted, what, rtol=rtol)
        elif now is not None:
            raise CheckFailed(_("A parameter that had no gradient has one now."))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint(
    "Is there one norm for each tensor, or one for the whole model?",
    "By which factor must a gradient of norm 5 be multiplied to get the norm 1?",
    "Does your line change the numbers in .grad, or does it only give a name to a new tensor?",
)
def test_gradients_above_are_scaled_together(student: Student, reference: Student, draw: Draw) -> None:
    """Above max_norm all gradients shrink by one factor; the norm before clipping is returned."""
    before = [torch.tensor([3.0, 0.0]), torch.tensor([[4.0]])]
    after = [torch.tensor([0.6, 0.0]), torch.tensor([[0.8]])]
    where = _("with gradients (3, 0) and (4) and max_norm 1")
    assert_clipped(clipped(student, before, 1.0), 5.0, after, where)
    before = [draw.normal(3, 2), draw.normal(4, scale=3.0), draw.normal(1, 2, 2, scale=0.1)]
    expected = clipped(reference, before, 0.7)
    assert_clipped(clipped(student, before, 0.7), *expected, _("with max_norm 0.7"))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("What should happen when the gradient is small already?")
def test_gradients_below_stay_as_they_are(student: Student, reference: Student, draw: Draw) -> None:
    """A norm up to max_norm changes no gradient at all, and is returned as well."""
    before: list[Gradient] = [draw.normal(2, 3), draw.normal(5)]
    for bound in (90.0, 1e6):
        norm, _after = clipped(reference, before, bound)
        assert_clipped(clipped(student, before, bound), norm, before, _("with max_norm above the norm"))
    before = [torch.tensor([3.0]), torch.tensor([-4.0])]
    assert_clipped(clipped(student, before, 5.0), 5.0, before, _("with max_norm equal to the norm"))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("What is .grad of a parameter that took no part in the loss?")
def test_parameters_without_gradient_are_skipped(student: Student) -> None:
    """Parameters whose .grad is None are left out, and without any gradient the norm is 0.0."""
    before = [None, torch.tensor([3.0, 0.0]), None, torch.tensor([[4.0]])]
    after = [None, torch.tensor([0.6, 0.0]), None, torch.tensor([[0.8]])]
    where = _("with gradients None, (3, 0), None and (4) and max_norm 1")
    assert_clipped(clipped(student, before, 1.0), 5.0, after, where)
    for nothing in ([None, None], []):
        assert_clipped(clipped(student, nothing, 1.0), 0.0, nothing, _("without any gradient"))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("How often can a generator such as `model.parameters()` be walked through?")
def test_one_shot_iterators(student: Student, reference: Student, draw: Draw) -> None:
    """Any iterable works, one that can be walked once only too."""
    before = [draw.normal(2, 2), None, draw.normal(3)]
    norm, after = clipped(reference, before, 0.2, Once)
    where = _("with an iterator of parameters")
    assert_clipped(clipped(student, before, 0.2, Once), norm, after, where)
    assert_clipped(clipped(student, [], 1.0, Once), 0.0, [], where)


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("Does your factor depend on how large max_norm is, and on which side of 1 it lies?")
def test_norms_of_every_size(student: Student, reference: Student, draw: Draw) -> None:
    """Right for large and small norms and bounds, in float32."""
    for scale, bound in ((1e3, 7.0), (0.01, 0.002), (1.0, 50.0), (0.01, 0.5)):
        before = [
            draw.normal(3, 4, scale=scale, dtype=torch.float32),
            draw.normal(2, scale=scale, dtype=torch.float32),
        ]
        expected = clipped(reference, before, bound)
        where = _("with gradients of about {size} and max_norm {bound}").format(size=scale, bound=bound)
        assert_clipped(clipped(student, before, bound), *expected, where)


@pytest.mark.task("clip_gradients_")
@pytest.mark.supporting
@pytest.mark.hint("What happens in your function when the norm is exactly 0?")
def test_gradients_of_zero(student: Student) -> None:
    """Gradients of exactly 0 have the norm 0.0 and stay 0."""
    before = [torch.zeros(2, 3), torch.zeros(1)]
    assert_clipped(clipped(student, before, 2.0), 0.0, before, _("with gradients of zeros"))
