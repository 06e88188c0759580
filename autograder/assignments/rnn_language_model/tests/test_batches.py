"""What is promised of `batchify` and `get_batch`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import (
    assert_arguments_kept,
    assert_equal,
    assert_kind,
    assert_tensor,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _


@pytest.mark.task("batchify")
@pytest.mark.hint(
    "Read down one column. Is it text?",
    "How many whole columns fit into the text, and what happens to the rest?",
)
def test_an_alphabet_in_columns(student: Student) -> None:
    """26 letters in 4 columns: a piece of the alphabet down each of them, two letters dropped at the end."""
    columns = [range(0, 6), range(6, 12), range(12, 18), range(18, 24)]
    expected = torch.tensor([list(column) for column in columns]).T
    got = student.batchify(torch.arange(26), 4)
    assert_equal(got, expected, "batchify(torch.arange(26), 4)")


@pytest.mark.task("batchify")
@pytest.mark.hint(
    "Which id follows the last one of the first column in the text? Where does it stand in your result?",
    "Which axis counts the steps, which one the pieces?",
)
def test_every_column_is_a_piece_of_the_text(student: Student, draw: Draw) -> None:
    """Column b holds the ids b·T to (b+1)·T of the text, in order, whatever the ids are."""
    T, B = draw.sizes(2)
    for rest in (B - 1, 0):
        ids = draw.integers(0, 9, T * B + rest)
        got = student.batchify(ids, B)
        assert_tensor(got, (T, B), torch.int64, _("for {N} ids, batchify(ids, {B})").format(N=len(ids), B=B))
        for column in range(B):
            what = _("for {N} ids, in batchify(ids, {B}) column {column}").format(
                N=len(ids), B=B, column=column
            )
            assert_equal(got[:, column], ids[column * T : (column + 1) * T], what)


@pytest.mark.task("batchify")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into the ids that the caller still holds?")
def test_batchify_leaves_the_ids_alone(student: Student, draw: Draw) -> None:
    """The ids stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, lambda ids: student.batchify(ids, 3), draw.integers(0, 9, 14))


@pytest.mark.task("get_batch")
@pytest.mark.hint(
    "What is the model asked to predict when it has read the first row?",
    "Which pair is the last one of the text: which row is read, which one is to be predicted?",
)
def test_windows_by_hand(student: Student) -> None:
    """Of five rows in two columns: a full window, a short one, and the very last row, which is a target only."""
    source = torch.tensor([[0, 10], [1, 11], [2, 12], [3, 13], [4, 14]])
    for i, bptt, data, target in (
        (0, 2, [[0, 10], [1, 11]], [1, 11, 2, 12]),
        (2, 3, [[2, 12], [3, 13]], [3, 13, 4, 14]),
        (3, 1, [[3, 13]], [4, 14]),
    ):
        what = _("with the columns 0..4 and 10..14, get_batch(source, {i}, {bptt})").format(i=i, bptt=bptt)
        got = student.get_batch(source, i, bptt)
        assert_kind(got, tuple, what)
        assert_equal(got, (torch.tensor(data), torch.tensor(target)), what)


@pytest.mark.task("get_batch")
@pytest.mark.hint(
    "What is the sum of the lengths of all windows? How many rows have a next one?",
    "In which order do the targets have to stand, so that each stands beside what it follows?",
)
def test_every_target_once(student: Student, draw: Draw) -> None:
    """One pass over a text predicts every id that has one before it, once, from the one before it."""
    T, B = 11, draw.random.choice([3, 4, 5])
    source = torch.stack([100 * column + torch.arange(T) for column in range(B)], dim=1)
    for bptt in (4, 5, 10):
        seen = []
        for i in range(0, T - 1, bptt):
            got = student.get_batch(source, i, bptt)
            what = f"get_batch(source, {i}, {bptt})"
            assert_kind(got, tuple, what)
            assert_equal(len(got), 2, _("the number of results"))
            rows = min(bptt, T - 1 - i)
            assert_tensor(
                got[0], (rows, B), torch.int64, _("with {T} rows, data of {what}").format(T=T, what=what)
            )
            assert_tensor(
                got[1], (rows * B,), torch.int64, _("with {T} rows, target of {what}").format(T=T, what=what)
            )
            assert_equal(
                got[1], got[0].flatten() + 1, _("where each id is one more than the one before, target")
            )
            seen += got[1].tolist()
        if sorted(seen) != sorted(source[1:].flatten().tolist()):
            sentence = _(
                "In one pass with bptt {bptt} not every id of the rows 1 to {last} is a target once."
            )
            raise CheckFailed(sentence.format(bptt=bptt, last=T - 1))


@pytest.mark.task("get_batch")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into the text that the caller still holds?")
def test_get_batch_leaves_the_text_alone(student: Student, draw: Draw) -> None:
    """The text stays as it is, and a second call gives the same."""
    assert_arguments_kept(student, lambda source: student.get_batch(source, 1, 3), draw.integers(0, 9, 6, 2))
