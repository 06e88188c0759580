"""What the grader alone looks at in `batchify` and `get_batch`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _


@pytest.mark.task("batchify")
@pytest.mark.hint("How many rows are there if the text has as many ids as columns? And with one column only?")
def test_batchify_of_any_sizes(student: Student, reference: Student, draw: Draw) -> None:
    """More rows than columns and fewer, with a rest and without."""
    for T, B in ((7, 3), (3, 8), (5, 5)):
        for rest in (0, 1, B - 1):
            ids = draw.integers(0, 1000, T * B + rest)
            assert_equal(student.batchify(ids, B), reference.batchify(ids, B), _("the columns"))


@pytest.mark.task("batchify")
@pytest.mark.hint("How many rows are there if the text has as many ids as columns? And with one column only?")
def test_batchify_of_simple_sizes(student: Student, reference: Student, draw: Draw) -> None:
    """One column, one row, one row and a rest, one id."""
    for N, B in ((6, 1), (5, 5), (9, 5), (1, 1)):
        ids = draw.integers(0, 1000, N)
        assert_equal(student.batchify(ids, B), reference.batchify(ids, B), _("the columns"))


@pytest.mark.task("get_batch")
@pytest.mark.hint("Where does the window begin if i is no multiple of bptt? Where does the text end?")
def test_windows_anywhere(student: Student, reference: Student, draw: Draw) -> None:
    """Windows that begin at any row, longer and shorter than what is left, of one column and of many."""
    for T, B in ((9, 4), (4, 9), (6, 1), (2, 3)):
        source = draw.integers(0, 1000, T, B)
        for i, bptt in ((0, 3), (draw.random.randrange(T - 1), 2), (T - 2, 5), (0, 2 * T), (0, T - 1)):
            got = student.get_batch(source, i, bptt)
            assert_kind(got, tuple)
            assert_equal(got, reference.get_batch(source, i, bptt), _("(data, target)"))


@pytest.mark.task("get_batch")
@pytest.mark.hint(
    "`view` wants a tensor whose numbers lie in memory as they are read. Does a transposed one?",
    "What does your own `batchify` return, and what can be done with it?",
)
def test_windows_of_her_own_columns(student: Student, reference: Student, draw: Draw) -> None:
    """What `batchify` returns can be read window by window: every target of a pass, in order."""
    ids = draw.integers(0, 1000, 38)
    source = reference.batchify(ids, 4)
    own = student.batchify.keep(ids, 4)
    try:
        assert_equal(own.fetch().get("value"), source)
    except CheckFailed:  # the other task's own tests say so
        own = student.put(source)
    targets = []
    for i in range(0, len(source) - 1, 5):
        got = student.get_batch(own, i, 5)
        assert_kind(got, tuple)
        assert_equal(
            got, reference.get_batch(source, i, 5), _("for a window of batchify(ids, 4) (data, target)")
        )
        targets.append(got[1])
    assert_equal(torch.cat(targets), source[1:].flatten(), _("all targets of a pass"))
