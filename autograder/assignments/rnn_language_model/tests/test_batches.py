"""What is promised of `batchify` and `get_batch`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind, assert_tensor
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _


@pytest.mark.task("batchify")
@pytest.mark.hint(
    "Read down one column. Is it text?",
    "How many whole columns fit into the text, and what happens to the rest?",
)
def test_an_alphabet_in_columns(student: Student) -> None:
    """26 letters in 4 columns: a piece of the alphabet down each of them, two letters dropped at the end."""
    expected = torch.tensor(
        [
            [0, 6, 12, 18],
            [1, 7, 13, 19],
            [2, 8, 14, 20],
            [3, 9, 15, 21],
            [4, 10, 16, 22],
            [5, 11, 17, 23],
        ]
    )
    assert_equal(student.batchify(torch.arange(26), 4), expected, "batchify(torch.arange(26), 4)")


@pytest.mark.task("batchify")
@pytest.mark.hint(
    "Which id follows the last one of the first column in the text? Where does it stand in your result?",
    "Which axis counts the steps, which one the pieces?",
)
def test_texts_of_any_length(student: Student, reference: Student, draw: Draw) -> None:
    """More rows than columns, fewer, as many; without a rest and with the smallest and the largest one."""
    T, B = draw.sizes(2)
    for rows, columns in ((T + 3, B), (3, B + 5), (5, 5)):
        for rest in (0, 1, columns - 1):
            ids = draw.integers(0, 1000, rows * columns + rest)
            what = _("for {N} ids, batchify(ids, {B})").format(N=len(ids), B=columns)
            assert_equal(student.batchify(ids, columns), reference.batchify(ids, columns), what)


@pytest.mark.task("batchify")
@pytest.mark.hint("How many rows are there if the text has as many ids as columns? And with one column only?")
def test_one_row_or_one_column(student: Student, reference: Student, draw: Draw) -> None:
    """One row and a rest, one row, one column, one id."""
    for N, B in ((6, 4), (5, 5), (9, 5), (6, 1), (1, 1)):
        ids = draw.integers(0, 1000, N)
        what = _("for {N} ids, batchify(ids, {B})").format(N=N, B=B)
        assert_equal(student.batchify(ids, B), reference.batchify(ids, B), what)


@pytest.mark.task("get_batch")
@pytest.mark.hint(
    "What is the model asked to predict when it has read the first row?",
    "Which pair is the last one of the text: which row is read, which one is to be predicted?",
)
def test_windows_by_hand(student: Student) -> None:
    """Of five rows in two columns: a full window, a short one, and the last row, which is a target only."""
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
    T, B = 11, draw.choice([3, 4, 5])
    source = torch.stack([100 * column + torch.arange(T) for column in range(B)], dim=1)
    for bptt, windows in ((4, {0: 4, 4: 4, 8: 2}), (5, {0: 5, 5: 5}), (10, {0: 10})):
        seen = []
        for i, rows in windows.items():
            got = student.get_batch(source, i, bptt)
            what = f"get_batch(source, {i}, {bptt})"
            assert_kind(got, tuple, what)
            assert_equal(len(got), 2, _("the number of results"))
            where = _("with {T} rows, data of {what}").format(T=T, what=what)
            assert_tensor(got[0], (rows, B), torch.int64, where)
            where = _("with {T} rows, target of {what}").format(T=T, what=what)
            assert_tensor(got[1], (rows * B,), torch.int64, where)
            where = _("where each id is one more than the one before, target")
            assert_equal(got[1], got[0].flatten() + 1, where)
            seen += got[1].tolist()
        if sorted(seen) != sorted(source[1:].flatten().tolist()):
            sentence = _(
                "In one pass with bptt {bptt} not every id of the rows 1 to {last} is a target once."
            )
            raise CheckFailed(sentence.format(bptt=bptt, last=T - 1))


@pytest.mark.task("get_batch")
@pytest.mark.hint("Where does the window begin if i is no multiple of bptt? Where does the text end?")
def test_windows_anywhere(student: Student, reference: Student, draw: Draw) -> None:
    """Windows that begin at any row, longer and shorter than what is left, of one column and of many."""
    for T, B in ((9, 4), (4, 9), (6, 1), (2, 3), (2, 1)):
        source = draw.integers(0, 1000, T, B)
        windows = (
            (0, 3),
            (0, 1),
            (draw.random.randrange(T - 1), 2),
            (T - 2, 5),
            (0, 2 * T),
            (0, T - 1),
        )
        found = student.get_batch.each([(source, *window) for window in windows])
        for (i, bptt), got in zip(windows, found, strict=True):
            what = _("with {T} rows, get_batch(source, {i}, {bptt})").format(T=T, i=i, bptt=bptt)
            assert_kind(got, tuple, what)
            assert_equal(got, reference.get_batch(source, i, bptt), what)


@pytest.mark.task("get_batch")
@pytest.mark.hint(
    "`view` wants a tensor whose numbers lie in memory as they are read. Does a transposed one?",
    "What does your own `batchify` return, and what can be done with it?",
)
def test_windows_of_her_own_columns(student: Student, reference: Student, draw: Draw) -> None:
    """What your own `batchify` returns can be read window by window."""
    ids = draw.integers(0, 1000, 38)
    source = reference.batchify(ids, 4)
    own = own_columns(student, ids, source)
    for i in range(0, len(source) - 1, 5):
        got = student.get_batch(own, i, 5)
        what = _("for the columns of batchify(ids, 4), get_batch(source, {i}, 5)").format(i=i)
        assert_kind(got, tuple, what)
        assert_equal(got, reference.get_batch(source, i, 5), what)


def own_columns(student: Student, ids: torch.Tensor, right: torch.Tensor) -> Remote:
    """What the student's `batchify` returned, left as it lies in memory; the right columns if it is wrong."""
    try:
        own = student.batchify.keep(ids, 4)
        assert_equal(own.fetch().get("value"), right)
    except CheckFailed:  # the other task's own tests say so
        return student.put(right)
    return own
