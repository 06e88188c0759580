"""What is promised of `sgd_step_`."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.assignments.rnn_language_model.tests.models import V, library_model, put_both
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.doubles import LibraryCharModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

NORM_RTOL = 1e-4  # PyTorch adds 1e-6 to the norm before it divides


def value_of(model: Remote, name: str) -> torch.Tensor:
    """The values of a kept model's parameter.

    Only these: what is left in `.grad` depends on how somebody clips, and a mistake could not be recognised.
    """
    value: torch.Tensor = model.get_parameter.keep(name).detach()
    return value


def assert_same_weights(model: Remote, right: Remote, names: list[str], what: str, rtol: float) -> None:
    """Raises `CheckFailed` with the first parameter of a kept model that is not as the reference's.

    Where steps cancel each other a number is small, and what they may be off by is not.
    """
    expected = {name: value_of(right, name) for name in names}
    for name, value in expected.items():
        atol = rtol * value.abs().max().item()
        assert_equal(value_of(model, name), value, f"{what} `{name}`", rtol=rtol, atol=atol)


def assert_norm(got: object, expected: float) -> None:
    """Raises `CheckFailed` unless the norm is right, as a float."""
    assert_equal(got, expected, _("the norm returned"), rtol=NORM_RTOL)


class Slope:
    """A linear layer on either side, and losses that need no other function of the student's.

    A loss is the sum of the layer's outputs for inputs x (4, 3), each times a number of u (4, 2).
    """

    def __init__(self, student: Student, reference: Student, draw: Draw) -> None:
        self.student, self.reference, self.draw = student, reference, draw
        self.kept, self.right = put_both(student, reference, draw.weights(nn.Linear(3, 2)))
        self.turn()

    def turn(self) -> None:
        """Draws another loss."""
        self.x, self.u = self.draw.normal(4, 3), self.draw.normal(4, 2)

    def loss(self, layer: Remote) -> Remote:
        """The loss of the layer on one side, kept there with its graph."""
        return layer.keep(self.x).mul.keep(self.u).sum.keep()

    def assert_step(self, lr: float, clip: float, what: str, rtol: float = 1e-6) -> None:
        """Makes a step on both sides; raises `CheckFailed` unless it leads to the same place, with the same norm."""
        expected = self.reference.sgd_step_(self.right, self.loss(self.right), lr, clip)
        got = self.student.sgd_step_(self.kept, self.loss(self.kept), lr, clip)
        assert_same_weights(self.kept, self.right, ["weight", "bias"], what, rtol)
        assert_norm(got, expected)


def assert_step_by_hand(student: Student, clip: float, a: float, b: float) -> None:
    """Makes a step of 0.1 with gradients 3 and (0, 4), whose norm is 5, from parameters of 1, in float32."""
    kept = student.put(Recipe("AssembledModule", {"parts": {}, "own": {"a": 1, "b": 2}}))
    first = kept.get_parameter.keep("a").mul.keep(3.0).sum.keep()
    second = kept.get_parameter.keep("b").mul.keep(torch.tensor([0.0, 4.0])).sum.keep()
    got = student.sgd_step_(kept, first.add.keep(second), 0.1, clip)
    what = _("with gradients 3 and (0, 4), lr = 0.1 and clip = {clip}, after the step,").format(clip=clip)
    for name, expected in (("a", [a]), ("b", [1.0, b])):
        assert_equal(value_of(kept, name), torch.tensor(expected), f"{what} `{name}`", rtol=1e-7)
    assert_norm(got, 5.0)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint(
    "In which direction does the loss fall: along the gradient, or against it?",
    "Which lengths have the two gradients? And both together, as one long vector?",
)
def test_step_against_the_gradient(student: Student, reference: Student, draw: Draw) -> None:
    """Every parameter moves by lr times its gradient, downhill; the norm of all gradients is returned."""
    for clip in (100.0, 5.1):
        assert_step_by_hand(student, clip, 0.7, 0.6)
    Slope(student, reference, draw).assert_step(0.3, 1000.0, _("with a norm below clip, after the step,"))


@pytest.mark.task("sgd_step_")
@pytest.mark.hint(
    "One norm for the whole model: what does clipping do to the direction of the step?",
    "Which of the two norms should be returned, the one before clipping or the one after it?",
)
def test_long_gradients_are_clipped(student: Student, reference: Student, draw: Draw) -> None:
    """Above `clip` all gradients are shortened by one factor; the norm from before clipping is returned."""
    assert_step_by_hand(student, 1.0, 0.94, 0.92)
    assert_step_by_hand(student, 4.9, 0.706, 0.608)
    slope = Slope(student, reference, draw)
    slope.assert_step(0.3, 0.5, _("with a norm above clip, after the step,"), NORM_RTOL)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint(
    "What does `backward` do with a .grad that is there already?",
    "Print the norm of two steps on the same loss. Should it grow?",
)
def test_gradients_of_an_earlier_loss_play_no_part(student: Student, reference: Student, draw: Draw) -> None:
    """What an earlier loss has left in .grad is cleared: only this loss counts."""
    slope = Slope(student, reference, draw)
    slope.loss(slope.kept).backward()
    for number in (1, 2):
        slope.turn()
        what = _("with gradients of an earlier loss, after step {number},").format(number=number)
        slope.assert_step(0.1, 1000.0, what)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint("What is the .grad of a parameter that the loss does not depend on?")
def test_parameters_without_gradient_stay(student: Student, reference: Student, draw: Draw) -> None:
    """A parameter that the loss does not depend on stays as it is, whatever an earlier loss left behind."""
    model = draw.weights(LibraryCharModel(4, 3))
    kept, right = put_both(student, reference, model)
    names = [name for name, _parameter in model.named_parameters()]
    for is_stale in (False, True):
        if is_stale:
            kept.readout.keep(draw.normal(2, 3)).sum.keep().backward()
        u = draw.normal(2, 3)
        losses = [side.columns.keep(torch.tensor([1, 3])).mul.keep(u).sum.keep() for side in (kept, right)]
        got = student.sgd_step_(kept, losses[0], 0.2, 0.5)
        expected = reference.sgd_step_(right, losses[1], 0.2, 0.5)
        what = _("after a step on some of the parameters,")
        assert_same_weights(kept, right, names, what, NORM_RTOL)
        assert_norm(got, expected)


@pytest.mark.task("sgd_step_")
@pytest.mark.hint("Clear, back-propagate, clip, move: what happens in your function in which order?")
def test_steps_of_a_language_model(student: Student, reference: Student, draw: Draw) -> None:
    """Several steps of an LSTM model with tied weights, some clipped and some not, lead where they should."""
    model = draw.weights(library_model(draw, "LSTM", hidden=4, tie_weights=True), scale=0.5)
    kept, right = put_both(student, reference, model)
    source = draw.integers(0, V, 5, 3)
    for clip in (0.2, 100.0, 0.05):
        got = student.sgd_step_(kept, kept.loss.keep(source), 0.7, clip)
        assert_norm(got, reference.sgd_step_(right, right.loss.keep(source), 0.7, clip))
    names = [name for name, _parameter in model.named_parameters()]
    assert_same_weights(kept, right, names, _("after three steps"), 3 * NORM_RTOL)


@pytest.mark.task("sgd_step_")
@pytest.mark.supporting
@pytest.mark.hint("What happens in your function when the norm is exactly 0?")
def test_gradients_of_zero_move_nothing(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients of exactly 0 have the norm 0.0 and move nothing."""
    slope = Slope(student, reference, draw)
    slope.u = torch.zeros_like(slope.u)
    slope.assert_step(0.3, 1.0, _("after a step with gradients of 0,"))
