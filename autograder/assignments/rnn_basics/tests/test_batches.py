"""What is promised of `pad_batch` and `packed_batch_sizes`."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from autograder.student.checking.comparing import (
    assert_arguments_kept,
    assert_equal,
    assert_kind,
    assert_tensor,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _


@pytest.mark.task("pad_batch")
@pytest.mark.hint(
    "How wide is the rectangle that just holds the longest sequence, and on which side is it filled up?",
    "Of which type is a tensor made of ids, and of which type is one that torch.zeros makes?",
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
    "Whose length do you count: that of the sequence, or that of what is not padding in the rectangle?",
    "What happens to your lengths if pad_id is also the id of a real token?",
)
def test_pad_batch_keeps_every_token(student: Student, draw: Draw) -> None:
    """Every row begins with its sequence, the rest is padding; a real token may look like padding."""
    sequences = [draw.integers(0, 3, length).tolist() for length in (3, 6, 1, 4)]
    sequences[0][-1] = pad_id = 2  # a real token, at the end, that looks like padding
    got = student.pad_batch(sequences, pad_id)
    assert_kind(got, tuple)
    assert_equal(len(got), 2, _("the number of results"))
    ids, lengths = got
    assert_equal(lengths, torch.tensor([3, 6, 1, 4]), _("lengths (pad_id is also a real token here)"))
    assert_tensor(ids, (4, 6), torch.int64, _("ids"))
    for row, sequence in enumerate(sequences):
        found = ids[row].tolist()
        if found[: len(sequence)] != sequence or set(found[len(sequence) :]) - {pad_id}:
            raise CheckFailed(
                _(
                    "The lengths are right. But ids[{row}] is {found} for {sequence} and pad_id {pad_id}."
                ).format(row=row, found=found, sequence=sequence, pad_id=pad_id)
            )


@pytest.mark.task("pad_batch")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines make the caller's own lists longer?")
def test_pad_batch_leaves_the_lists_alone(student: Student) -> None:
    """The caller's lists are as long afterwards as they were before."""
    sequences = [[1, 2, 3], [4], [5, 6]]
    student.pad_batch(sequences, 0)
    left: Any = student.last_call.get("arguments")
    assert_kind(left, list, _("the list of arguments after the call"))
    assert_equal(left[:1], [sequences], _("after the call, the arguments"))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint(
    "At step t, which rows still have a token: those of length t, of t + 1, or longer?",
    "How many steps are there if the longest row has 3 tokens?",
)
def test_packed_batch_sizes_by_hand(student: Student) -> None:
    """Lengths 1, 0, 3, 3: three rows are alive at the first step, two at the second and at the third."""
    got = student.packed_batch_sizes(torch.tensor([1, 0, 3, 3]))
    assert_equal(got, torch.tensor([3, 2, 2]), _("packed_batch_sizes(tensor([1, 0, 3, 3]))"))


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.hint(
    "Does your count still hold if the longest row is not the first one?",
    "What does the sum of all the sizes have to be?",
)
def test_packed_batch_sizes_equal_those_of_torch(student: Student, draw: Draw) -> None:
    """The same numbers as in PyTorch's own PackedSequence.batch_sizes, for lengths in any order."""
    lengths = draw.lengths(6, 8)
    packed = pack_padded_sequence(torch.zeros(8, 6, 1), lengths, enforce_sorted=False)
    got = student.packed_batch_sizes(lengths)
    assert_equal(
        got, packed.batch_sizes, _("for lengths {lengths} the result").format(lengths=lengths.tolist())
    )


@pytest.mark.task("packed_batch_sizes")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into the lengths that the caller still holds?")
def test_packed_batch_sizes_leaves_the_lengths_alone(student: Student, draw: Draw) -> None:
    """The lengths stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.packed_batch_sizes, draw.lengths(5, 6))
