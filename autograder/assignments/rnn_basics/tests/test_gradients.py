"""What is promised of the tasks on gradients in time: norms, clipping, starts, and truncation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import (
    assert_equal,
    assert_gradients,
    assert_kind,
    assert_tensor,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Gradients, Remote, Student, StudentError
from autograder.student.core.language import _

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


def measured_norm(cell: nn.RNNCell, x: torch.Tensor, h: torch.Tensor, nudge: float = 1e-5) -> float:
    """The norm of d sum(h_T) / d h without any gradient: moves each number of h a little and looks at the end."""
    slopes = []
    for index in range(h.numel()):
        ends = []
        for change in (nudge, -nudge):
            state = h.clone()
            state.view(-1)[index] += change
            with torch.no_grad():
                for x_t in x:
                    state = cell(x_t, state)
            ends.append(state.sum().item())
        slopes.append((ends[0] - ends[1]) / (2 * nudge))
    return math.hypot(*slopes)


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
@pytest.mark.hint("Which quantity should shrink with distance: the gradient of a weight, or that of a state?")
def test_norms_of_a_vanilla_cell(student: Student, draw: Draw) -> None:
    """Right for `nn.RNNCell` with random weights: the gradients through tanh."""
    cell = draw.weights(nn.RNNCell(3, 4))
    x, h0 = draw.normal(5, 2, 3), draw.normal(2, 4)
    norms, h = [measured_norm(cell, x, h0)], h0
    for t, x_t in enumerate(x, start=1):
        h = cell(x_t, h).detach()
        norms.append(measured_norm(cell, x[t:], h))
    assert_equal(student.state_gradient_norms(cell, x, h0), torch.tensor(norms, dtype=torch.float64))


@pytest.mark.task("state_gradient_norms")
@pytest.mark.supporting
@pytest.mark.hint(
    "Which of your lines switches `requires_grad` on, and for which tensor?",
    "`backward` fills the .grad of everything on its way. Is there a way to ask for some gradients only?",
)
def test_no_gradient_is_left_behind(student: Student, draw: Draw) -> None:
    """Neither the arguments nor the cell keep a .grad, and the arguments no `requires_grad`."""
    cell = student.put(draw.weights(nn.GRUCell(3, 4)))
    x, h0 = student.put(draw.normal(3, 2, 3)), student.put(draw.normal(2, 4))
    student.state_gradient_norms(cell, x, h0)
    for name, tensor in (("x", x), ("h0", h0)):
        state = tensor.fetch()
        if state.get("requires_grad") is not False:
            raise CheckFailed(_("After the call, `{name}` has requires_grad = True.").format(name=name))
        if state.get("gradient") is not None:
            raise CheckFailed(_("After the call, `{name}` has a .grad.").format(name=name))
    left: Any = cell.fetch().get("gradients")
    assert_kind(left, dict, _("what is left on the cell"))
    for name, gradient in left.items():
        if gradient is not None:
            raise CheckFailed(_("After the call, the cell's {name} has a .grad.").format(name=name))


def put_gradients(student: Student, gradients: Sequence[torch.Tensor | None]) -> list[Remote]:
    """Parameters on the student's side that hold these gradients."""
    return [
        student.put(
            torch.full((2,) if g is None else g.shape, VALUE, dtype=None if g is None else g.dtype),
            gradient=g,
            parameter=True,
        )
        for g in gradients
    ]


def gradients_of(parameters: Sequence[Remote]) -> list[Any]:
    """What their .grad is now."""
    return [parameter.fetch().get("gradient") for parameter in parameters]


def assert_norm(got: Any, expected: float) -> None:
    """Raises `CheckFailed` unless the norm returned is this plain number."""
    assert_equal(got, expected, _("the norm returned"), rtol=CLIPPING_RTOL)


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint(
    "Is there one norm for each tensor, or one for the whole model?",
    "By which factor must a gradient of norm 5 be multiplied to get the norm 1?",
    "Does your line change the numbers in .grad, or does it only give a name to a new tensor?",
)
def test_gradients_above_are_scaled_together(student: Student, draw: Draw) -> None:
    """Above max_norm all gradients shrink by one factor; the norm before clipping is returned."""
    before = [draw.normal(3, 2), draw.normal(4, scale=3.0), draw.normal(1, 2, 2, scale=0.1)]
    norm = torch.cat([gradient.flatten() for gradient in before]).norm().item()
    parameters = put_gradients(student, before)
    assert_norm(student.clip_gradients_(parameters, norm / 4), norm)
    for index, (now, gradient) in enumerate(zip(gradients_of(parameters), before, strict=True)):
        what = _("with max_norm a quarter of the norm, gradient {index} of {count}").format(
            index=index, count=len(before)
        )
        assert_equal(now, gradient / 4, what, rtol=CLIPPING_RTOL)


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("What should happen when the gradient is small already?")
def test_gradients_below_stay_as_they_are(student: Student, draw: Draw) -> None:
    """A norm below max_norm changes no gradient at all, and is returned as well."""
    before = [draw.normal(2, 3), draw.normal(5)]
    norm = torch.cat([gradient.flatten() for gradient in before]).norm().item()
    parameters = put_gradients(student, before)
    assert_norm(student.clip_gradients_(parameters, 1.5 * norm), norm)
    for now, gradient in zip(gradients_of(parameters), before, strict=True):
        assert_equal(now, gradient, _("with max_norm above the norm, a gradient"))


@pytest.mark.task("clip_gradients_")
@pytest.mark.hint("What is .grad of a parameter that took no part in the loss?")
def test_parameters_without_gradient_are_skipped(student: Student) -> None:
    """Parameters whose .grad is None are left out, and without any gradient the norm is 0.0."""
    parameters = put_gradients(student, [None, torch.tensor([3.0, 0.0]), None, torch.tensor([[4.0]])])
    assert_norm(student.clip_gradients_(parameters, 1.0), 5.0)
    now = gradients_of(parameters)
    expected = {1: torch.tensor([0.6, 0.0]), 3: torch.tensor([[0.8]])}
    for index, gradient in expected.items():
        assert_equal(
            now[index],
            gradient,
            _("with gradients (3, 0) and (4) and max_norm 1, one of them"),
            rtol=CLIPPING_RTOL,
        )
    if now[0] is not None or now[2] is not None:
        raise CheckFailed(_("A parameter without a gradient has got one."))
    assert_norm(student.clip_gradients_(put_gradients(student, [None, None]), 1.0), 0.0)


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


def assert_orthogonal_gates(parameters: dict[str, torch.Tensor], hidden: int) -> None:
    """Raises `CheckFailed` unless every gate's matrix on the state is orthogonal."""
    for name, weight in parameters.items():
        if not name.startswith("weight_hh"):
            continue
        for number, gate in enumerate(weight.split(hidden)):
            product = gate @ gate.T
            if not torch.allclose(product, torch.eye(hidden, dtype=product.dtype), atol=1e-4):
                raise CheckFailed(
                    _("Block {number} of `{name}` is not orthogonal: W @ W.T is not the identity.").format(
                        number=number, name=name
                    )
                )


def assert_total_biases(parameters: dict[str, torch.Tensor], gates: Sequence[float], hidden: int) -> None:
    """Raises `CheckFailed` unless the sum of the two biases is the given number in each gate's block."""
    for name, bias in parameters.items():
        if name.startswith("bias_ih"):
            partner = name.replace("bias_ih", "bias_hh")
            total = bias + parameters[partner]
            expected = torch.tensor(gates, dtype=total.dtype).repeat_interleave(hidden)
            what = _("the total bias (`{first}` + `{second}`)").format(first=name, second=partner)
            assert_equal(total, expected, what, atol=1e-6)


def assert_spread(parameters: dict[str, torch.Tensor], kind: str, hidden: int) -> None:
    """Raises `CheckFailed` unless the matrices on the input have a spread that fits `kind`.

    Uniform or normal, the whole matrix at once or gate by gate, with or without the gain of a tanh: all are fine.
    """
    for name, weight in parameters.items():
        if not name.startswith("weight_ih"):
            continue
        rows, columns = weight.shape
        if kind == "xavier":
            low, high = math.sqrt(2 / (columns + rows)), 5 / 3 * math.sqrt(2 / (columns + hidden))
        else:
            low, high = math.sqrt(1 / columns), 5 / 3 * math.sqrt(1 / columns)
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
        assert_spread(initialised(student, draw, nn.GRU(12, 40), kind, 1.0), kind, hidden=40)


def next_chunk(generator: Remote, number: int, call: Any = None) -> Any:
    """What the generator yields next; a `CheckFailed` that says what is wrong if it yields nothing."""
    if generator.type_name in ("list", "tuple"):
        raise CheckFailed(
            _("`truncated_bptt` returned a {kind}, not a generator.").format(kind=generator.type_name)
        )
    try:
        return call() if call else generator.next()
    except StudentError as error:
        if error.type_name != "StopIteration":
            error.name = "truncated_bptt"
            raise
        raise CheckFailed(_("The generator ends before chunk {number}.").format(number=number)) from None


def assert_chunk(got: Any, outputs: torch.Tensor, state: Any, where: str) -> None:
    """Raises `CheckFailed` unless a chunk is this pair; `where` begins the message."""
    assert_kind(got, tuple, _("{where}, what was yielded").format(where=where))
    if len(got) != 2:
        raise CheckFailed(
            _("{where}, {count} things were yielded, not a pair.").format(where=where, count=len(got))
        )
    assert_equal(got[0], outputs.detach(), _("{where}, outputs").format(where=where))
    plain = tuple(part.detach() for part in state) if isinstance(state, tuple) else state.detach()
    assert_equal(got[1], plain, _("{where}, state").format(where=where))


def assert_ended(generator: Remote) -> None:
    """Raises `CheckFailed` if the generator yields anything more."""
    try:
        generator.next()
    except StudentError as error:
        if error.type_name == "StopIteration":
            return
        error.name = "truncated_bptt"
        raise
    raise CheckFailed(_("The generator yields more chunks than the sequence has."))


def chunk_gradients(
    generator: Remote, number: int, upstream: Sequence[torch.Tensor], rnn: Remote
) -> Gradients:
    """The next chunk, and the gradients of the layer's parameters through its outputs and state."""
    step = generator.__next__
    return next_chunk(generator, number, lambda: step.gradients(upstream=upstream, wrt=[rnn]))


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "What does the second chunk start from?",
    "How many steps are left for the last chunk?",
)
def test_chunks_together_are_the_whole(student: Student, draw: Draw) -> None:
    """The chunks give what one pass over the whole sequence gives, the short last one too."""
    gru = draw.weights(nn.GRU(3, 4))
    x = draw.normal(7, 2, 3)
    whole, _last = gru(x)
    generator = student.truncated_bptt.keep(gru, x, 3)
    for number, start in enumerate((0, 3, 6)):
        got = next_chunk(generator, number)
        outputs = whole[start : start + 3].detach()
        assert_chunk(got, outputs, outputs[-1:], _("in chunk {number}").format(number=number))
    assert_ended(generator)


@pytest.mark.task("truncated_bptt")
@pytest.mark.hint(
    "How far back does the graph of the second chunk reach?",
    "A loss may use the outputs of a chunk or its state. Which of them still has a graph when you yield it?",
)
def test_graph_is_cut_between_chunks(student: Student, draw: Draw) -> None:
    """The gradients of a chunk's outputs and state reach back to its own first step, and no further."""
    rnn = draw.weights(nn.RNN(3, 4))
    x, state = draw.normal(6, 2, 3), torch.zeros(1, 2, 4, dtype=torch.float64)
    kept = student.put(rnn)
    generator = student.truncated_bptt.keep(kept, x, 3)
    for number, part in enumerate(x.split(3)):
        outputs, state = rnn(part, state.detach())
        upstream = [draw.normal(*outputs.shape), draw.normal(*state.shape)]
        rnn.zero_grad()
        ((outputs * upstream[0]).sum() + (state * upstream[1]).sum()).backward()
        got = chunk_gradients(generator, number, upstream, kept)
        assert_chunk(got.value, outputs, state, _("in chunk {number}").format(number=number))
        try:
            assert_gradients(got.parameters, {name: p.grad for name, p in rnn.named_parameters()})
        except CheckFailed as failure:
            raise CheckFailed(
                _("In chunk {number}: {failure}").format(number=number, failure=failure)
            ) from None
