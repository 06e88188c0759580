"""What is promised of `last_states` and `masked_mean`."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_equal, assert_gradients
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _

ORDERS = ([1, 5, 3, 2], [5, 3, 2, 1], [3, 3, 3, 3])


def adding_network() -> nn.RNN:
    """A network of one cell whose state is the sum of the words that it has read, as long as they are positive."""
    rnn = nn.RNN(1, 1, nonlinearity="relu", batch_first=True, bias=False).double()
    for parameter in rnn.parameters():
        parameter.data.fill_(1.0)
    return rnn


def overwrite_padding(batch: torch.Tensor, lengths: torch.Tensor, padding: torch.Tensor) -> torch.Tensor:
    """The batch with the values of `padding`, which may be wider, wherever no word stands."""
    result = padding.clone()
    for row, length in enumerate(lengths.tolist()):
        result[row, :length] = batch[row, :length]
    return result


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "What did the network read after the last word of a short row?",
    "Where, in the batch of outputs or states, is each row's own last step?",
)
def test_each_row_is_read_to_its_own_end(student: Student) -> None:
    """For each row the state after its own last word, not after the padding, in the caller's order."""
    # The words of a row are 1, 10, 100 and 1000 times its number: the digits tell what was read.
    numbers = torch.arange(1.0, 5.0, dtype=torch.float64)
    words = (numbers[:, None] * torch.tensor([1.0, 10.0, 100.0, 1000.0]))[:, :, None]
    got = student.last_states(adding_network(), words, torch.tensor([2, 4, 1, 3]))
    expected = torch.tensor([[11.0], [2222.0], [3.0], [444.0]], dtype=torch.float64)
    what = _(
        "for a network that adds up its words, lengths 2, 4, 1, 3 and rows like 1, 10, 100, 1000 the result"
    )
    assert_equal(got, expected, what)


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "Which two of the final states belong to the top layer, and how are they put side by side?",
    "Where does the backward direction start, and where does it finish?",
)
def test_both_directions_of_the_top_layer(student: Student, reference: Student, draw: Draw) -> None:
    """In two directions and two layers: the top layer's forward and backward states, side by side."""
    rnn = draw.weights(nn.RNN(3, 2, num_layers=2, batch_first=True, bidirectional=True))
    arguments = (rnn, draw.normal(4, 6, 3), draw.lengths(4, 6))
    assert_equal(student.last_states(*arguments), reference.last_states(*arguments))


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
        _("two two-way nn.LSTM layers"): nn.LSTM(4, 3, num_layers=2, batch_first=True, bidirectional=True),
    }
    inputs = [(draw.weights(rnn), draw.normal(5, 7, 4), draw.lengths(5, 7)) for rnn in layers.values()]
    for name, arguments, got in zip(layers, inputs, student.last_states.each(inputs), strict=True):
        expected = reference.last_states(*arguments)
        assert_equal(got, expected, _("for {layer} the result").format(layer=name))


@pytest.mark.task("last_states")
@pytest.mark.hint("Two directions, four rows: which of the eight final states belong to the second row?")
def test_rows_stay_in_the_order_of_the_caller(student: Student, reference: Student, draw: Draw) -> None:
    """Each row's result stands where the row stood, whatever the order of the lengths."""
    rnn = draw.weights(nn.RNN(2, 3, batch_first=True, bidirectional=True))
    embedded = draw.normal(4, 5, 2)
    inputs = [(rnn, embedded, torch.tensor(order)) for order in ORDERS]
    for order, arguments, got in zip(ORDERS, inputs, student.last_states.each(inputs), strict=True):
        what = _("for lengths {lengths} the result").format(lengths=order)
        assert_equal(got, reference.last_states(*arguments), what)


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "Which states does the backward direction pass through before it reaches a short row's last word?",
    "If you make the batch three columns wider, what may change?",
)
def test_padding_has_no_say(student: Student, reference: Student, draw: Draw) -> None:
    """A wider batch, or other values in the padding (large ones, nan), changes nothing."""
    lstm = draw.weights(nn.LSTM(3, 2, batch_first=True, bidirectional=True))
    rows, lengths = draw.normal(3, 4, 3), torch.tensor([2, 4, 3])
    expected = reference.last_states(lstm, rows, lengths)
    cases = {
        _("in a batch wider than its longest row the result"): draw.normal(3, 7, 3, scale=1e3),
        _("with nan in the padding the result"): torch.full((3, 5, 3), torch.nan, dtype=torch.float64),
    }
    inputs = [(lstm, overwrite_padding(rows, lengths, padding), lengths) for padding in cases.values()]
    for what, got in zip(cases, student.last_states.each(inputs), strict=True):
        assert_equal(got, expected, what)


@pytest.mark.task("last_states")
@pytest.mark.hint("Which of your lines assumes more than one row, more than one word, or more than one cell?")
def test_batches_of_every_size(student: Student, reference: Student, draw: Draw) -> None:
    """One row, one word, one cell, as many rows as words, and float32 work as well."""
    lstm = draw.weights(nn.LSTM(3, 2, num_layers=2, batch_first=True, bidirectional=True))
    cases = {
        _("for as many rows as words"): (lstm, draw.normal(3, 3, 3), torch.tensor([3, 2, 1])),
        _("for one row of one word"): (lstm, draw.normal(1, 1, 3), torch.tensor([1])),
        _("for one row and one cell"): (
            draw.weights(nn.GRU(2, 1, batch_first=True)),
            draw.normal(1, 4, 2),
            torch.tensor([3]),
        ),
        _("in float32"): (
            draw.weights(nn.LSTM(3, 2, batch_first=True)).float(),
            draw.normal(2, 4, 3, dtype=torch.float32),
            torch.tensor([2, 4]),
        ),
    }
    found = student.last_states.each(cases.values())
    for (name, arguments), got in zip(cases.items(), found, strict=True):
        assert_equal(got, reference.last_states(*arguments), _("{case} the result").format(case=name))


@pytest.mark.task("last_states")
@pytest.mark.hint("Which step on the way from the embedding to your result does autograd not see?")
def test_gradients_of_embedding_and_weights(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients reach the real positions and every weight of the layer, and no padding."""
    # An LSTM's state is a pair: who takes it apart may lose the graph on the way.
    for kind in (nn.GRU, nn.LSTM):
        rnn = draw.weights(kind(3, 2, num_layers=2, batch_first=True, bidirectional=True))
        arguments = (rnn, draw.normal(3, 5, 3, leaf=True), torch.tensor([2, 4, 1]))
        upstream = [draw.normal(3, 4)]
        wanted = reference.last_states.gradients(*arguments, upstream=upstream)
        got = student.last_states.gradients(*arguments, upstream=upstream)
        assert_gradients(
            {"embedded": next(iter(got.arguments), None), **got.parameters},
            {"embedded": next(iter(wanted.arguments), None), **wanted.parameters},
        )


@pytest.mark.task("masked_mean")
@pytest.mark.hint(
    "By how many words do you divide in a short row?",
    "What do the padded positions add to the sum?",
)
def test_mean_over_the_real_positions(student: Student, reference: Student, draw: Draw) -> None:
    """The mean over the first `length` states of each row."""
    example = torch.tensor([[[1.0], [3.0], [99.0], [50.0]]])
    got = student.masked_mean(example, torch.tensor([2]))
    assert_equal(got, torch.tensor([[2.0]]), _("for states 1, 3, 99, 50 and length 2 the result"))
    arguments = (draw.normal(4, 6, 3), draw.lengths(4, 6))
    assert_equal(student.masked_mean(*arguments), reference.masked_mean(*arguments))


@pytest.mark.task("masked_mean")
@pytest.mark.hint("Which positions count, and does the number you divide by count the same ones?")
def test_masked_mean_of_every_size(student: Student, reference: Student, draw: Draw) -> None:
    """Right for wide batches, states of zeros, a single row, word or cell, and in float32."""
    zeros = draw.normal(2, 3, 2)
    zeros[0, 1] = 0.0  # a word all the same
    cases = {
        _("for a row with a state of zeros"): (zeros, [3, 2]),
        _("for a batch wider than its longest row"): (draw.normal(4, 8, 3, scale=1e3), [3, 1, 5, 4]),
        _("for one row, one word and one cell"): (draw.normal(1, 1, 1), [1]),
        _("for rows of one word"): (draw.normal(3, 1, 2), [1, 1, 1]),
        _("for rows without padding"): (draw.normal(2, 3, 1), [3, 3]),
        _("in float32"): (draw.normal(2, 4, 3, dtype=torch.float32), [2, 4]),
    }
    inputs = [(states, torch.tensor(numbers)) for states, numbers in cases.values()]
    for name, arguments, got in zip(cases, inputs, student.masked_mean.each(inputs), strict=True):
        assert_equal(got, reference.masked_mean(*arguments), _("{case} the result").format(case=name))


@pytest.mark.task("masked_mean")
@pytest.mark.hint("What is 0 * nan? Which of your lines multiplies what stands in the padding?")
def test_masked_mean_whatever_the_padding_holds(student: Student, reference: Student, draw: Draw) -> None:
    """What stands in the padding changes no mean, even if it is infinite or not a number."""
    states, lengths = draw.normal(3, 5, 2), torch.tensor([3, 1, 4])
    expected = reference.masked_mean(states, lengths)
    values = (1e30, torch.inf, torch.nan)
    fillings = [torch.full((3, 5, 2), value, dtype=torch.float64) for value in values]
    inputs = [(overwrite_padding(states, lengths, filling), lengths) for filling in fillings]
    for value, got in zip(values, student.masked_mean.each(inputs), strict=True):
        if isinstance(got, torch.Tensor) and got.isnan().any():
            raise CheckFailed(
                _("With {value} in the padding, the result has values that are not a number.").format(
                    value=value
                ),
                Evidence.VALUES,
                _("What is 0 * {value}? Which of your lines multiplies what stands in the padding?").format(
                    value=value
                ),
            )
        assert_equal(got, expected, _("with {value} in the padding the result").format(value=value))


@pytest.mark.task("masked_mean")
@pytest.mark.hint("Through which of your lines can a gradient not flow back?")
def test_masked_mean_passes_gradients(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient reaches every real position, divided by the row's length, and no padding."""
    arguments = (draw.normal(3, 5, 4, leaf=True), torch.tensor([2, 4, 1]))
    upstream = [draw.normal(3, 4)]
    wanted = reference.masked_mean.gradients(*arguments, upstream=upstream)
    got = student.masked_mean.gradients(*arguments, upstream=upstream)
    assert_gradients(
        {"states": next(iter(got.arguments), None)}, {"states": next(iter(wanted.arguments), None)}
    )
