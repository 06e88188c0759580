"""What the grader alone looks at in `pad_batch` and `packed_batch_sizes`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _


@pytest.mark.task("pad_batch")
@pytest.mark.hint("Do your lengths count tokens, or what differs from pad_id?")
def test_pad_batch_of_any_lengths(student: Student, reference: Student, draw: Draw) -> None:
    """Sequences of any lengths, with real tokens that look like padding."""
    for pad_id in (0, draw.random.randint(1, 5)):
        lengths = draw.random.sample(range(8), 5)
        sequences = [draw.integers(0, 6, length).tolist() for length in lengths]
        sequences.append([pad_id, 3, pad_id])
        got = student.pad_batch(sequences, pad_id)
        assert_equal(got, reference.pad_batch(sequences, pad_id), _("(ids, lengths)"))


@pytest.mark.task("pad_batch")
@pytest.mark.hint(
    "Is there still a rectangle if there is one row only, nothing to pad, or nothing in the first row?"
)
def test_pad_batch_of_simple_batches(student: Student, reference: Student, draw: Draw) -> None:
    """Rows of equal length, one row alone, an empty row before another one."""
    tokens = draw.integers(1, 9, 3, 5).tolist()
    for sequences in (tokens, tokens[:1], [[], tokens[0], tokens[1][:2]]):
        got = student.pad_batch(sequences, 0)
        assert_equal(got, reference.pad_batch(sequences, 0), _("(ids, lengths)"))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint("Which rows count at step t? What does a row of length 0 add?")
def test_packed_batch_sizes_of_any_lengths(student: Student, reference: Student, draw: Draw) -> None:
    """Lengths in any order, the longest not first, with zeros and equal ones among them."""
    for longest in (4, 9):
        lengths = torch.cat([draw.lengths(5, longest), torch.tensor([0, 2])])
        got = student.packed_batch_sizes(lengths)
        assert_equal(got, reference.packed_batch_sizes(lengths), _("the number of rows alive"))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint("How many steps does one row of length n have, and how many rows are alive at each?")
def test_packed_batch_sizes_of_simple_batches(student: Student, reference: Student, draw: Draw) -> None:
    """One row alone; rows of equal length; one single step; rows that become longer and longer."""
    length = draw.random.randint(3, 7)
    for lengths in ([length], [length] * 4, [1, 1, 1], list(range(1, length))):
        got = student.packed_batch_sizes(torch.tensor(lengths))
        assert_equal(got, reference.packed_batch_sizes(torch.tensor(lengths)), _("the number of rows alive"))
