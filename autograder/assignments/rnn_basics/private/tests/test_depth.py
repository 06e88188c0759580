"""What must hold of `last_states` and `masked_mean` at awkward sizes, in content and in gradient."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_equal, assert_gradients
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _


def read_one_by_one(rnn: nn.RNNBase, embedded: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """(B, directions * H): each row alone, without its padding, through the library's layer."""
    final = []
    for row, length in zip(embedded, lengths.tolist(), strict=True):
        _outputs, last = rnn(row[None, :length])
        h = last if isinstance(last, torch.Tensor) else last[0]  # (layers * directions, 1, H)
        final.append(torch.cat(list(h[-2:] if rnn.bidirectional else h[-1:]), dim=1))
    return torch.cat(final)


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "Does your function know what kind of layer it was given, and what that layer returns?",
    "How many states does the library return for two layers in two directions, and in which order?",
)
def test_every_kind_of_layer(student: Student, reference: Student, draw: Draw) -> None:
    """Right for `nn.RNN`, `nn.GRU` and `nn.LSTM`, of any depth, with and without biases."""
    layers = {
        _("one nn.RNN layer"): nn.RNN(4, 3, batch_first=True, nonlinearity="relu"),
        _("three nn.GRU layers"): nn.GRU(4, 3, num_layers=3, batch_first=True, bias=False),
        _("two nn.LSTM layers"): nn.LSTM(4, 3, num_layers=2, batch_first=True),
        _("a two-way nn.GRU layer"): nn.GRU(4, 3, batch_first=True, bidirectional=True),
    }
    for name, rnn in layers.items():
        draw.weights(rnn)
        arguments = (rnn, draw.normal(5, 7, 4), draw.lengths(5, 7))
        got = student.last_states(*arguments)
        assert_equal(got, reference.last_states(*arguments), _("for {layer} the result").format(layer=name))


@pytest.mark.task("last_states")
@pytest.mark.hint("Two directions, three rows: which of the six final states belong to the second row?")
def test_rows_stay_in_the_order_of_the_caller(student: Student, reference: Student, draw: Draw) -> None:
    """Each row's result stands where the row stood, whatever the order of the lengths."""
    rnn = draw.weights(nn.RNN(2, 4, batch_first=True, bidirectional=True))
    embedded = draw.normal(4, 5, 2)
    for order in ([1, 5, 3, 2], [5, 3, 2, 1], [3, 3, 3, 3]):
        lengths = torch.tensor(order)
        expected = reference.last_states(rnn, embedded, lengths)
        got = student.last_states(rnn, embedded, lengths)
        assert_equal(got, expected, _("for lengths {lengths} the result").format(lengths=order))


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "Which states does the backward direction pass through before it reaches a short row's last word?",
    "If you make the batch three columns wider, what may change?",
)
def test_padding_has_no_say(student: Student, reference: Student, draw: Draw) -> None:
    """Wider padding, or other numbers in it, changes nothing."""
    lstm = draw.weights(nn.LSTM(3, 2, batch_first=True, bidirectional=True))
    rows, lengths = draw.normal(3, 4, 3), torch.tensor([2, 4, 3])
    expected = reference.last_states(lstm, rows, lengths)
    padded = torch.cat([rows, draw.normal(3, 3, 3, scale=50)], dim=1)
    for row, length in enumerate(lengths.tolist()):
        padded[row, length:] = draw.normal(7 - length, 3, scale=50)
    what = _("in a batch wider than its longest row the result")
    assert_equal(student.last_states(lstm, padded, lengths), expected, what)


@pytest.mark.task("last_states")
@pytest.mark.hint("Which step on the way from the embedding to your result does autograd not see?")
def test_gradients_of_embedding_and_weights(student: Student, draw: Draw) -> None:
    """Gradients reach the real positions and every weight of the layer, and no padding."""
    gru = draw.weights(nn.GRU(3, 4, num_layers=2, batch_first=True, bidirectional=True))
    embedded, lengths = draw.normal(3, 5, 3, leaf=True), torch.tensor([2, 4, 1])
    upstream = draw.normal(3, 8)
    read_one_by_one(gru, embedded, lengths).mul(upstream).sum().backward()
    expected = {"embedded": embedded.grad, **{name: p.grad for name, p in gru.named_parameters()}}
    got = student.last_states.gradients(gru, embedded.detach().requires_grad_(), lengths, upstream=[upstream])
    assert_gradients({**got.parameters, "embedded": next(iter(got.arguments), None)}, expected)


@pytest.mark.task("last_states")
@pytest.mark.hint("Which of your lines assumes more than one row, or more than one word?")
def test_single_row_single_word_single_precision(student: Student, reference: Student, draw: Draw) -> None:
    """One row, one word, and float32 work as well."""
    lstm = draw.weights(nn.LSTM(3, 2, num_layers=2, batch_first=True, bidirectional=True))
    one = (lstm, draw.normal(1, 1, 3), torch.tensor([1]))
    assert_equal(student.last_states(*one), reference.last_states(*one), _("for B = T = 1 the result"))
    small = (lstm.float(), draw.normal(2, 4, 3, dtype=torch.float32), torch.tensor([2, 4]))
    assert_equal(student.last_states(*small), reference.last_states(*small), _("in float32 the result"))


@pytest.mark.task("masked_mean")
@pytest.mark.hint("Which positions count, and does the number you divide by count the same ones?")
def test_masked_mean_whatever_the_padding_holds(student: Student, reference: Student, draw: Draw) -> None:
    """Wider padding, or other numbers in it, changes no mean; float32 stays float32."""
    lengths = torch.tensor([3, 1, 5, 4])
    for dtype in (torch.float64, torch.float32):
        states = draw.normal(4, 8, 3, scale=3, dtype=dtype)
        for row, length in enumerate(lengths.tolist()):
            states[row, length:] = 1e4
        what = _("for {dtype} the result").format(dtype=dtype)
        assert_equal(student.masked_mean(states, lengths), reference.masked_mean(states, lengths), what)


@pytest.mark.task("masked_mean")
@pytest.mark.hint("Which axis of the result comes from the rows, which from the cells?")
def test_masked_mean_of_one(student: Student, reference: Student, draw: Draw) -> None:
    """One row, one position and one cell work as well, and rows without padding."""
    for shape, lengths in (((1, 1, 1), [1]), ((1, 4, 2), [2]), ((3, 1, 2), [1, 1, 1]), ((2, 3, 1), [3, 3])):
        states, numbers = draw.normal(*shape), torch.tensor(lengths)
        what = _("for states of shape {shape} the result").format(shape=shape)
        assert_equal(student.masked_mean(states, numbers), reference.masked_mean(states, numbers), what)
