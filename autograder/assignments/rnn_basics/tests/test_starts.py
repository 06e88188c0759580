"""What is promised of `init_recurrent_`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_equal, assert_kind, assert_tensor
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _


def initialised(
    student: Student, draw: Draw, rnn: nn.RNNBase, kind: str, forget_bias: float
) -> dict[str, torch.Tensor]:
    """The parameters of a layer after `init_recurrent_`; before it they are of another size altogether."""
    # Large and skewed, so that nothing that was left alone can pass for an initialisation.
    kept = student.put(draw.weights(rnn, scale=3.0))
    student.init_recurrent_(kept, kind, forget_bias)
    found: Any = kept.fetch().get("parameters")
    assert_kind(found, dict, _("what became of the layer"))
    for name, parameter in rnn.named_parameters():
        assert_tensor(found.get(name), parameter.shape, torch.float64, f"`{name}`")
    return {name: found[name] for name, _parameter in rnn.named_parameters()}


def where_it_was_forgotten(name: str) -> str:
    """The question to ask if only this parameter is wrong, not the same one of the first layer's first direction."""
    if name.endswith("_reverse"):
        return _("Which parameters has a layer that reads in two directions? Print their names.")
    return "" if name.endswith("_l0") else _("Which parameters has a layer of depth two? Print their names.")


def is_orthogonal(columns: torch.Tensor) -> bool:
    """Whether the columns of a matrix are orthogonal to each other and of length 1."""
    product = columns.T @ columns
    return torch.allclose(product, torch.eye(len(product), dtype=product.dtype), atol=1e-4)


def assert_orthogonal_gates(parameters: dict[str, torch.Tensor], hidden: int) -> None:
    """Raises `CheckFailed` unless every gate's matrix on the state is orthogonal."""
    for name, weight in parameters.items():
        if not name.startswith("weight_hh"):
            continue
        for number, gate in enumerate(weight.split(hidden)):
            if is_orthogonal(gate.T):
                continue
            question = where_it_was_forgotten(name)
            if is_orthogonal(weight):
                question = _("How many matrices are stacked in `{name}`? Which of them should be orthogonal?")
            sentence = _("Block {number} of `{name}` is not orthogonal: W @ W.T is not the identity.")
            raise CheckFailed(
                sentence.format(number=number, name=name), Evidence.VALUES, question.format(name=name)
            )


def assert_total_biases(parameters: dict[str, torch.Tensor], gates: Sequence[float], hidden: int) -> None:
    """Raises `CheckFailed` unless the sum of the two biases is the given number in each gate's block."""
    for name, bias in parameters.items():
        if name.startswith("bias_ih"):
            partner = name.replace("bias_ih", "bias_hh")
            total = bias + parameters[partner]
            expected = torch.tensor(gates, dtype=total.dtype).repeat_interleave(hidden)
            what = _("the total bias (`{first}` + `{second}`)").format(first=name, second=partner)
            try:
                assert_equal(total, expected, what, atol=1e-6)
            except CheckFailed as failure:
                question = where_it_was_forgotten(name) or about_biases(total, expected)
                raise CheckFailed(str(failure), failure.evidence, question) from None


def about_biases(total: torch.Tensor, expected: torch.Tensor) -> str:
    """The question to ask about total biases that are not as expected; empty if none fits better than another."""
    if expected.any() and torch.allclose(total, 2 * expected):
        return _("PyTorch keeps two biases and adds them. What is their sum after your function?")
    if expected.any() and torch.equal(total.sort().values, expected.sort().values):
        return _("PyTorch's order is i, f, g, o. Which block of rows is the forget gate's?")
    if not expected.any() and total.unique().numel() == 2:
        return _("Which of the three kinds of layer has a forget gate?")
    return ""


# The standard deviations that fit, by kind and shape: of the whole matrix at once, or gate by gate with a tanh's gain.
SPREADS = {
    ("xavier", 120, 12): (0.123, 0.327),
    ("xavier", 160, 12): (0.108, 0.327),
    ("kaiming", 120, 12): (0.289, 0.481),
    ("kaiming", 160, 12): (0.289, 0.481),
    ("kaiming", 160, 40): (0.158, 0.264),
}


def assert_spread(parameters: dict[str, torch.Tensor], kind: str) -> None:
    """Raises `CheckFailed` unless the matrices on the input have a spread that fits `kind`.

    Uniform or normal, the whole matrix at once or gate by gate, with or without the gain of a tanh: all are fine.
    Of 1,440 values, the fewest that are looked at, the spread is further than 15 % from what they were drawn with once
    in 10^13 (normal: Chernoff's bound) or less (uniform: Bernstein's). Six spreads are looked at.
    """
    for name, weight in parameters.items():
        if not name.startswith("weight_ih"):
            continue
        low, high = SPREADS[kind, *weight.shape]
        spread = weight.square().mean().sqrt().item()
        if not 0.85 * low <= spread <= 1.15 * high:
            raise CheckFailed(
                _(
                    "For kind {kind}, `{name}` has a standard deviation of {spread}, expected {low} to {high}."
                ).format(
                    kind=repr(kind), name=name, spread=f"{spread:.3f}", low=f"{low:.3f}", high=f"{high:.3f}"
                )
            )


@pytest.mark.task("init_recurrent_")
@pytest.mark.hint(
    "How many matrices are stacked in `weight_hh_l0` of an LSTM?",
    "An orthogonal matrix has orthonormal rows. Can all rows of a tall one be orthogonal to each other?",
)
def test_recurrent_weights_are_orthogonal(student: Student, draw: Draw) -> None:
    """Each gate's matrix on the state is orthogonal."""
    assert_orthogonal_gates(initialised(student, draw, nn.LSTM(3, 5), "xavier", 1.0), hidden=5)


@pytest.mark.task("init_recurrent_")
@pytest.mark.hint(
    "Which block of an LSTM's rows belongs to the forget gate?",
    "PyTorch keeps two biases and adds them. What is their sum after your function?",
)
def test_forget_gate_starts_open(student: Student, draw: Draw) -> None:
    """The total bias of an LSTM's forget gate is as given, every other total bias is 0."""
    found = initialised(student, draw, nn.LSTM(2, 3), "kaiming", 1.5)
    assert_total_biases(found, (0.0, 1.5, 0.0, 0.0), hidden=3)


@pytest.mark.task("init_recurrent_")
@pytest.mark.hint("Which matrices does `kind` speak of: those on the input, or those on the state?")
def test_input_weights_by_kind(student: Student, draw: Draw) -> None:
    """The spread of the matrices on the input fits xavier and kaiming."""
    for kind in ("xavier", "kaiming"):
        assert_spread(initialised(student, draw, nn.GRU(12, 40), kind, 1.0), kind)


@pytest.mark.task("init_recurrent_")
@pytest.mark.hint(
    "Which parameters has a layer of depth two in two directions? Print their names.",
    "Which parameters are there with `bias=False`?",
)
def test_every_layer_and_direction(student: Student, draw: Draw) -> None:
    """All layers and both directions are initialised, with and without biases."""
    found = initialised(student, draw, nn.LSTM(3, 4, num_layers=2, bidirectional=True), "xavier", -0.5)
    assert_orthogonal_gates(found, hidden=4)
    assert_total_biases(found, (0.0, -0.5, 0.0, 0.0), hidden=4)
    found = initialised(student, draw, nn.LSTM(12, 40, num_layers=2, bias=False), "kaiming", 1.0)
    assert_orthogonal_gates(found, hidden=40)
    assert_spread(found, "kaiming")


@pytest.mark.task("init_recurrent_")
@pytest.mark.hint("Which of the three kinds of layer has a forget gate?")
def test_layers_without_a_forget_gate(student: Student, draw: Draw) -> None:
    """For `nn.RNN` and `nn.GRU` every total bias is 0, whatever forget_bias says."""
    found = initialised(student, draw, nn.GRU(2, 3), "kaiming", 2.0)
    assert_total_biases(found, (0.0, 0.0, 0.0), hidden=3)
    assert_orthogonal_gates(found, hidden=3)
    found = initialised(student, draw, nn.RNN(2, 3, num_layers=2), "orthogonal", 2.0)
    assert_total_biases(found, (0.0,), hidden=3)
    assert_orthogonal_gates(found, hidden=3)


@pytest.mark.task("init_recurrent_")
@pytest.mark.hint('With kind "orthogonal", what is the product of an input matrix with its transpose?')
def test_kinds_of_input_weights(student: Student, draw: Draw) -> None:
    """For an LSTM: xavier and kaiming by their spread, orthogonal by its columns."""
    for kind in ("xavier", "kaiming"):
        assert_spread(initialised(student, draw, nn.LSTM(12, 40), kind, 1.0), kind)
    found = initialised(student, draw, nn.LSTM(4, 6), "orthogonal", 1.0)
    weight = found["weight_ih_l0"]
    if not (_orthogonal_columns(weight) or all(_orthogonal_columns(gate) for gate in weight.split(6))):
        raise CheckFailed(
            _("For kind 'orthogonal', `weight_ih_l0` is orthogonal neither as a whole nor gate by gate.")
        )


def _orthogonal_columns(weight: torch.Tensor) -> bool:
    """Whether the columns are orthogonal and equally long, of a length that a usual gain gives."""
    product = weight.T @ weight
    length = product.diagonal().mean().item()
    expected = length * torch.eye(len(product), dtype=product.dtype)
    return 0.9 < length < 3 and torch.allclose(product, expected, atol=1e-4)
