"""What is promised of `last_states` and `masked_mean`."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_arguments_kept, assert_equal, assert_gradients
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

WIDTH = 3  # of words and states alike


def fading_network(directions: int) -> nn.RNN:
    """A two-layer network whose memory is known: the top state is the sum of the words it has read, each halved
    once for every word that came after it. The lower layer only hands the words on.
    """
    rnn = nn.RNN(
        WIDTH, WIDTH, 2, nonlinearity="relu", batch_first=True, bidirectional=directions == 2
    ).double()
    one, none = torch.eye(WIDTH), torch.zeros(WIDTH, WIDTH)
    weights = {"weight_ih_l0": one, "weight_hh_l0": none, "weight_hh_l1": one / 2}
    for name, parameter in rnn.named_parameters():
        part, _under, reverse = name.partition("_reverse")
        if part == "weight_ih_l1" and directions == 2:
            value = torch.cat([none, one] if reverse else [one, none], dim=1)
        else:
            value = weights.get(part, one) if part.startswith("weight") else torch.zeros(WIDTH)
        parameter.data.copy_(value)
    return rnn


def faded_sums(words: torch.Tensor, lengths: torch.Tensor, directions: int) -> torch.Tensor:
    """(B, directions * WIDTH): what the top layer of `fading_network` must hold after each row, by the formula."""
    rows = []
    for row, length in zip(words, lengths.tolist(), strict=True):
        ages = torch.arange(length, dtype=torch.float64)
        oldest_first, newest_first = 0.5 ** ages.flip(0), 0.5**ages
        sums = [oldest_first @ row[:length], newest_first @ row[:length]]
        rows.append(torch.cat(sums[:directions]))
    return torch.stack(rows)


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "What did the network read after the last word of a short row?",
    "Where, in the batch of outputs or states, is each row's own last step?",
)
def test_one_direction_stops_at_the_end_of_each_row(student: Student, draw: Draw) -> None:
    """In one direction: for each row the state after its own last word, not after the padding."""
    words, lengths = draw.normal(4, 6, WIDTH).abs(), draw.lengths(4, 6)
    got = student.last_states(fading_network(1), words, lengths)
    assert_equal(got, faded_sums(words, lengths, 1))


@pytest.mark.task("last_states")
@pytest.mark.hint(
    "Where does the backward direction start, and where does it finish?",
    "Which two of the final states belong to the top layer, and how are they put side by side?",
)
def test_both_directions_of_the_top_layer(student: Student, draw: Draw) -> None:
    """In two directions and two layers: the top layer's forward and backward states, side by side."""
    words, lengths = draw.normal(4, 6, WIDTH).abs(), draw.lengths(4, 6)
    got = student.last_states(fading_network(2), words, lengths)
    assert_equal(got, faded_sums(words, lengths, 2))


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
