"""What must hold of the tasks on gradients in time: other cells, one-shot iterators, every layer, laziness."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from autograder.assignments.rnn_basics.tests.test_gradients import (
    CLIPPING_RTOL,
    VALUE,
    assert_chunk,
    assert_ended,
    assert_norm,
    assert_orthogonal_gates,
    assert_spread,
    assert_total_biases,
    chunk_gradients,
    gradients_of,
    initialised,
    next_chunk,
    put_gradients,
)
from autograder.student.checking.comparing import assert_equal, assert_gradients
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.core.values import Once


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint("How is one number made of a gradient of shape (B, H)?")
def test_norms_of_a_gru_cell(student: Student, reference: Student, draw: Draw) -> None:
    """Right for `nn.GRUCell` in float64 and float32, and for a single step."""
    cell = draw.weights(nn.GRUCell(4, 3))
    for steps, batch, dtype in ((4, 5, torch.float64), (1, 1, torch.float64), (3, 2, torch.float32)):
        arguments = (
            cell.to(dtype),
            draw.normal(steps, batch, 4, dtype=dtype),
            draw.normal(batch, 3, dtype=dtype),
        )
        got = student.state_gradient_norms(*arguments)
        what = _("for {steps} steps in {dtype} the result").format(steps=steps, dtype=dtype)
        assert_equal(got, reference.state_gradient_norms(*arguments), what)


@pytest.mark.task("state_gradient_norms")
@pytest.mark.hint(
    "Does the gradient of an early state come from the last state, or from every state after it?"
)
def test_forgetting_cell_lets_nothing_through(student: Student, draw: Draw) -> None:
    """A cell that forgets its state gives 0 but for the last entry; one that keeps it gives a constant."""
    cell = draw.weights(nn.GRUCell(2, 3))
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.zero_()
        cell.bias_ih[3:6] = 60.0  # the update gate is 1: the state is kept
    got = student.state_gradient_norms(cell, draw.normal(20, 2, 2), draw.normal(2, 3))
    expected = torch.full((21,), math.sqrt(6), dtype=torch.float64)
    assert_equal(got, expected, _("for a cell that keeps its state the result"))
    with torch.no_grad():
        cell.bias_ih[3:6] = -800.0  # the update gate is 0, and so is its slope
    got = student.state_gradient_norms(cell, draw.normal(5, 2, 2), draw.normal(2, 3))
    expected = torch.zeros(6, dtype=torch.float64)
    expected[-1] = math.sqrt(6)
    assert_equal(got, expected, _("for a cell that forgets its state the result"))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("How often can a generator such as `model.parameters()` be walked through?")
def test_one_shot_iterators(student: Student, draw: Draw) -> None:
    """Any iterable works, one that can be walked once only too."""
    before = [draw.normal(2, 2), None, draw.normal(3)]
    norm = math.hypot(*(g.norm().item() for g in before if g is not None))
    parameters = put_gradients(student, before)
    assert_norm(student.clip_gradients_(Once(parameters), norm / 10), norm)
    for now, gradient in zip(gradients_of(parameters), before, strict=True):
        if gradient is not None:
            what = _("with an iterator of parameters, a gradient")
            assert_equal(now, gradient / 10, what, rtol=CLIPPING_RTOL)
    assert_norm(student.clip_gradients_(Once([]), 1.0), 0.0)


@pytest.mark.task("clip_gradients_")
@pytest.mark.supporting
@pytest.mark.hint("What happens in your function when the norm is exactly 0?")
def test_gradients_of_zero(student: Student) -> None:
    """Gradients of exactly 0 have the norm 0.0 and stay 0."""
    parameters = put_gradients(student, [torch.zeros(2, 3), torch.zeros(1)])
    assert_norm(student.clip_gradients_(parameters, 2), 0.0)
    for now, size in zip(gradients_of(parameters), ((2, 3), (1,)), strict=True):
        assert_equal(now, torch.zeros(size), _("a gradient of zeros"))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("Does your factor depend on how large max_norm is, and on which side of 1 it lies?")
def test_norms_of_every_size(student: Student, draw: Draw) -> None:
    """Right for large and small norms and bounds, in float32; the parameters themselves stay."""
    for scale, bound in ((100.0, 7.0), (0.01, 0.002), (1.0, 50.0), (0.01, 0.5)):
        before = [
            draw.normal(3, 4, scale=scale, dtype=torch.float32),
            draw.normal(2, scale=scale, dtype=torch.float32),
        ]
        norm = torch.cat([g.flatten() for g in before]).norm().item()
        parameters = put_gradients(student, before)
        assert_norm(student.clip_gradients_(parameters, bound), norm)
        factor = min(1.0, bound / norm)
        what = _("with a norm of {norm} and max_norm {bound}, a gradient").format(
            norm=f"{norm:.3g}", bound=bound
        )
        for now, gradient in zip(gradients_of(parameters), before, strict=True):
            # a norm of 0.01 and PyTorch's 1e-6 make a part in 10,000
            assert_equal(now, gradient * factor, what, rtol=4 * CLIPPING_RTOL / 1000)
        for parameter in parameters:
            value = parameter.fetch().get("value")
            if not isinstance(value, torch.Tensor) or (value != VALUE).any():
                raise CheckFailed(_("A parameter itself was changed, not only its gradient."))


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
    assert_spread(found, "kaiming", hidden=40)


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
    """For an LSTM: xavier and kaiming by their spread, orthogonal by its rows or columns, no two gates alike."""
    for kind in ("xavier", "kaiming"):
        assert_spread(initialised(student, draw, nn.LSTM(12, 40), kind, 1.0), kind, hidden=40)
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


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint("An LSTM's state is a pair. Is the graph cut in both halves, and are both carried over?")
def test_both_halves_of_an_lstm_state(student: Student, draw: Draw) -> None:
    """For an LSTM of two layers h and c are carried over, and the graph is cut in both."""
    lstm = draw.weights(nn.LSTM(2, 3, num_layers=2))
    x = draw.normal(5, 4, 2)
    kept = student.put(lstm)
    generator = student.truncated_bptt.keep(kept, x, 2)
    state = (torch.zeros(2, 4, 3, dtype=torch.float64), torch.zeros(2, 4, 3, dtype=torch.float64))
    for number, part in enumerate(x.split(2)):
        outputs, state = lstm(part, (state[0].detach(), state[1].detach()))
        results = (outputs, *state)
        upstream = [draw.normal(*result.shape) for result in results]
        lstm.zero_grad()
        torch.stack([(r * u).sum() for r, u in zip(results, upstream, strict=True)]).sum().backward()
        got = chunk_gradients(generator, number, upstream, kept)
        assert_chunk(got.value, outputs, state, _("in chunk {number}").format(number=number))
        try:
            assert_gradients(got.parameters, {name: p.grad for name, p in lstm.named_parameters()})
        except CheckFailed as failure:
            raise CheckFailed(
                _("In chunk {number}: {failure}").format(number=number, failure=failure)
            ) from None
    assert_ended(generator)


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "In training, the weights change between two chunks. With which weights is the second one computed?"
)
def test_chunks_are_computed_when_asked_for(student: Student, draw: Draw) -> None:
    """A chunk is computed with the weights of the moment it is asked for, as training needs it."""
    gru = draw.weights(nn.GRU(2, 3))
    x = draw.normal(4, 2, 2)
    kept = student.put(gru)
    generator = student.truncated_bptt.keep(kept, x, 2)
    outputs, state = gru(x[:2])
    assert_chunk(next_chunk(generator, 0), outputs, state, _("in chunk {number}").format(number=0))
    kept.load({name: p.detach() for name, p in draw.weights(gru).named_parameters()})
    outputs, state = gru(x[2:], state.detach())
    where = _("after a change of the weights, in chunk {number}").format(number=1)
    assert_chunk(next_chunk(generator, 1), outputs, state, where)


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint("Which axis of x is time, and what is the length of the last chunk?")
def test_chunks_of_every_length(student: Student, draw: Draw) -> None:
    """Right for chunks of one step, for one longer than the sequence, for two layers, and in float32."""
    deep = draw.weights(nn.RNN(3, 2, num_layers=2, bias=False))
    for chunk, steps, dtype in ((1, 2, torch.float64), (9, 4, torch.float64), (2, 4, torch.float32)):
        rnn, x = deep.to(dtype), draw.normal(steps, 3, 3, dtype=dtype)
        generator = student.truncated_bptt.keep(rnn, x, chunk)
        state = None
        for number, part in enumerate(x.split(chunk)):
            outputs, state = rnn(part, state)
            where = _("for {steps} steps in chunks of {chunk}, in chunk {number}").format(
                steps=steps, chunk=chunk, number=number
            )
            assert_chunk(next_chunk(generator, number), outputs, state, where)
        assert_ended(generator)
