"""What is promised of `last_states` and `masked_mean`."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.checks.comparing import assert_arguments_kept, assert_equal, assert_gradients
from autograder.checks.draw import Draw
from autograder.checks.student import Student
from autograder.course.language import _


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
    "What did the network read after the last word of a short row?",
    "Where, in the batch of outputs or states, is each row's own last step?",
)
def test_one_direction_stops_at_the_end_of_each_row(student: Student, draw: Draw) -> None:
    """In one direction: for each row the state after its own last word, not after the padding."""
    gru = draw.weights(nn.GRU(3, 5, batch_first=True))
    embedded, lengths = draw.normal(4, 6, 3), draw.lengths(4, 6)
    assert_equal(
        student.last_states(gru, embedded, lengths), read_one_by_one(gru, embedded, lengths).detach()
    )


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "Where does the backward direction start, and where does it finish?",
    "Which two of the final states belong to the top layer, and how are they put side by side?",
)
def test_both_directions_of_the_top_layer(student: Student, draw: Draw) -> None:
    """In two directions and two layers: the top layer's forward and backward states, side by side."""
    lstm = draw.weights(nn.LSTM(3, 5, num_layers=2, batch_first=True, bidirectional=True))
    embedded, lengths = draw.normal(4, 6, 3), draw.lengths(4, 6)
    got = student.last_states(lstm, embedded, lengths)
    assert_equal(got, read_one_by_one(lstm, embedded, lengths).detach())


@pytest.mark.task("last_states")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into a tensor that the caller still holds?")
def test_last_states_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    rnn = draw.weights(nn.RNN(3, 4, batch_first=True))
    embedded, lengths = draw.normal(3, 5, 3), draw.lengths(3, 5)
    assert_arguments_kept(student, lambda *kept: student.last_states(rnn, *kept), embedded, lengths)


@pytest.mark.task("masked_mean")
@pytest.mark.hint(
    "By how many words do you divide in a short row?",
    "What do the padded positions add to the sum?",
)
def test_mean_over_the_real_positions(student: Student, draw: Draw) -> None:
    """The mean over the first `length` states of each row."""
    example = torch.tensor([[[1.0], [3.0], [99.0], [50.0]]])
    got = student.masked_mean(example, torch.tensor([2]))
    assert_equal(got, torch.tensor([[2.0]]), _("for states 1, 3, 99, 50 and length 2 the result"))
    states, lengths = draw.normal(4, 6, 3), draw.lengths(4, 6)
    expected = [row[:length].mean(dim=0) for row, length in zip(states, lengths.tolist(), strict=True)]
    assert_equal(student.masked_mean(states, lengths), torch.stack(expected))


@pytest.mark.task("masked_mean")
@pytest.mark.hint("Through which of your lines can a gradient not flow back?")
def test_masked_mean_passes_gradients(student: Student, draw: Draw) -> None:
    """The gradient reaches every real position, divided by the row's length, and no padding."""
    states, lengths, upstream = draw.normal(3, 5, 4, leaf=True), torch.tensor([2, 4, 1]), draw.normal(3, 4)
    got = student.masked_mean.gradients(states, lengths, upstream=[upstream])
    expected = torch.zeros(3, 5, 4, dtype=torch.float64)
    for row, length in enumerate(lengths.tolist()):
        expected[row, :length] = upstream[row] / length
    assert_gradients({"states": next(iter(got.arguments), None)}, {"states": expected})


@pytest.mark.task("masked_mean")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into a tensor that the caller still holds?")
def test_masked_mean_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.masked_mean, draw.normal(3, 5, 4), draw.lengths(3, 5))
