"""What is promised of `pad_batch` and `packed_batch_sizes`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

Batch = tuple[list[list[int]], int]  # sequences and pad_id


def assert_padded(student: Student, reference: Student, *batches: Batch) -> None:
    """Fails unless ids and lengths of each batch are those of the reference."""
    for (sequences, pad_id), got in zip(batches, student.pad_batch.each(batches), strict=True):
        expected = reference.pad_batch(sequences, pad_id)
        shown = f"pad_batch({sequences}, {pad_id})" if len(str(sequences)) < 60 else "pad_batch(...)"
        assert_kind(got, tuple, shown)
        assert_equal(len(got), 2, _("the number of results"))
        assert_equal(got[0], expected[0], _("in {call} ids").format(call=shown))
        assert_equal(got[1], expected[1], _("in {call} the ids are right; but lengths").format(call=shown))


@pytest.mark.task("pad_batch")
@pytest.mark.hint(
    "How wide is the rectangle that just holds the longest sequence, and on which side is it filled up?",
    "What dtype does a tensor of ids have, and what dtype does one from torch.zeros have?",
)
def test_pad_batch_by_hand(student: Student) -> None:
    """Three short sequences, one of them empty, become one rectangle, padded on the right."""
    got = student.pad_batch([[5, 6, 7], [8], []], 9)
    expected = (torch.tensor([[5, 6, 7], [8, 9, 9], [9, 9, 9]]), torch.tensor([3, 1, 0]))
    assert_kind(got, tuple, _("pad_batch([[5, 6, 7], [8], []], 9)"))
    assert_equal(got[0] if got else None, expected[0], _("with [[5, 6, 7], [8], []] and pad_id 9: ids"))
    assert_equal(got, expected, _("with [[5, 6, 7], [8], []] and pad_id 9: (ids, lengths)"))


@pytest.mark.task("pad_batch")
@pytest.mark.hint(
    "Is there still a rectangle if there is only one row, nothing to pad, or an empty first row?"
)
def test_pad_batch_of_simple_batches(student: Student, reference: Student, draw: Draw) -> None:
    """One row alone, one token alone, rows of equal length, an empty first row."""
    tokens = draw.integers(1, 9, 3, 5).tolist()
    batches = (tokens[:1], [[4]], tokens, [[], tokens[0], tokens[1][:2]])
    assert_padded(student, reference, *((sequences, 0) for sequences in batches))


@pytest.mark.task("pad_batch")
@pytest.mark.hint(
    "Whose length do you count: that of the sequence, or that of what is not padding in the rectangle?",
    "What happens to your lengths if pad_id is also the id of a real token?",
)
def test_pad_batch_counts_tokens(student: Student, reference: Student, draw: Draw) -> None:
    """Sequences of any lengths, some of which hold real tokens that look like padding."""
    batches: list[Batch] = []
    for pad_id in (0, draw.random.randint(1, 5)):
        lengths = draw.random.sample(range(8), 5)
        sequences = [draw.integers(0, 6, length).tolist() for length in lengths]
        sequences.insert(2, [pad_id, 3, pad_id])
        batches.append((sequences, pad_id))
    assert_padded(student, reference, *batches)


@pytest.mark.task("pad_batch")
@pytest.mark.hint(
    "Which of your lines makes floats on the way? Which integers can a float32 not hold?",
    "May pad_id be negative? Which of your lines treats it as a place in a list?",
)
def test_pad_batch_of_large_ids(student: Student, reference: Student, draw: Draw) -> None:
    """Large ids stay exact, a row may be much longer than the others, and pad_id may be negative."""
    sequences = [draw.integers(2**24, 2**40, 3).tolist(), draw.integers(0, 9, 60).tolist(), []]
    assert_padded(student, reference, (sequences, -100))


def assert_sizes(student: Student, reference: Student, *batches: torch.Tensor) -> None:
    """Fails unless, for the lengths of each batch, the number of rows alive at each step is the reference's."""
    found = student.packed_batch_sizes.each([(lengths,) for lengths in batches])
    for lengths, got in zip(batches, found, strict=True):
        what = _("for lengths {lengths} the result").format(lengths=lengths.tolist())
        expected = reference.packed_batch_sizes(lengths)
        assert_equal(got, expected, what if len(lengths) < 12 else _("the result"))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint(
    "At step t, which rows still have a token: those of length t, of t + 1, or longer?",
    "How many steps are there if the longest row has 3 tokens?",
)
def test_packed_batch_sizes_by_hand(student: Student) -> None:
    """Lengths 3, 1, 3: three rows are alive at the first step, two at the second and at the third."""
    got = student.packed_batch_sizes(torch.tensor([3, 1, 3]))
    assert_equal(got, torch.tensor([3, 2, 2]), _("packed_batch_sizes(tensor([3, 1, 3]))"))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint("How many steps does one row of length n have, and how many rows are alive at each?")
def test_packed_batch_sizes_of_simple_batches(student: Student, reference: Student, draw: Draw) -> None:
    """One row alone; one single step; rows of equal length; rows that become longer and longer."""
    length = draw.random.randint(3, 7)
    batches = ([length], [1], [1, 1, 1], [length] * 4, list(range(1, length)))
    assert_sizes(student, reference, *map(torch.tensor, batches))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint(
    "Is the first row always the longest one? At which steps is a row of length 0 alive?",
    "What does the sum of all the sizes have to be?",
)
def test_packed_batch_sizes_of_any_lengths(student: Student, reference: Student, draw: Draw) -> None:
    """Lengths in any order, the longest not first, with equal ones and a 0 among them."""
    two_more = torch.tensor([0, 2])
    assert_sizes(student, reference, *(torch.cat([draw.lengths(5, longest), two_more]) for longest in (4, 9)))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint("Is there a largest length, or a largest number of rows, that your code takes for granted?")
def test_packed_batch_sizes_of_a_large_batch(student: Student, reference: Student, draw: Draw) -> None:
    """Many long rows."""
    assert_sizes(student, reference, draw.lengths(80, 150))
