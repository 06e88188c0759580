"""What is promised of `hidden_trace` and `find_cell`."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from autograder.checks.comparing import assert_arguments_kept, assert_equal, assert_kind, assert_tensor
from autograder.checks.draw import Draw
from autograder.checks.student import CheckFailed, Remote, Student, StudentError
from autograder.course.language import _


def char_model(student: Student, vocab_size: int, hidden_size: int) -> Remote:
    """The student's own CharRNN; a `CheckFailed` that says so if it is this one that does not work."""
    try:
        return student.CharRNN.keep(vocab_size, hidden_size)
    except StudentError as error:
        raise _blame(error) from None


def _blame(error: StudentError) -> CheckFailed:
    return CheckFailed(
        _(
            "`hidden_trace` is tried on your own `CharRNN`, and that one fails ({kind}): see its check first."
        ).format(kind=error.type_name)
    )


def read(model: Remote, ids: torch.Tensor, hidden_size: int, *state: torch.Tensor) -> torch.Tensor:
    """(1, H): the state that the student's CharRNN returns after these ids."""
    try:
        result: Any = model(ids[:, None], *state)
    except StudentError as error:
        raise _blame(error) from None
    if not isinstance(result, tuple) or len(result) != 2:
        raise CheckFailed(
            _(
                "`hidden_trace` is tried on your own `CharRNN`, which does not return a pair: see its check first."
            )
        )
    assert_tensor(result[1], (1, hidden_size), torch.float32, _("the state that your own `CharRNN` returns"))
    return result[1]


def assert_trace(student: Student, model: Remote, ids: torch.Tensor, hidden_size: int) -> None:
    """Raises `CheckFailed` unless `hidden_trace` gives what the model itself returns after each beginning of ids."""
    expected = torch.cat([read(model, ids[: t + 1], hidden_size) for t in range(len(ids))])
    got = student.hidden_trace(model, ids)
    try:
        assert_equal(got, expected, _("the trace"))
    except CheckFailed as failure:
        carried = read(model, ids[1:], hidden_size, expected[:1]) if len(ids) > 1 else expected[-1:]
        if torch.allclose(carried, expected[-1:], atol=1e-5):
            raise
        raise CheckFailed(
            _(
                "{failure} Your `CharRNN` itself does not go on from a given state: mend that one first."
            ).format(failure=failure)
        ) from None


@pytest.mark.task("hidden_trace")
@pytest.mark.hint(
    "Which of the model's two results is the state, and after how many symbols?",
    "Does the second symbol start from the state after the first one?",
)
def test_state_after_each_symbol(student: Student, draw: Draw) -> None:
    """Row t is the state after reading ids[: t + 1]."""
    model = char_model(student, 5, 7)
    assert_trace(student, model, draw.integers(0, 5, 6), hidden_size=7)


@pytest.mark.task("hidden_trace")
@pytest.mark.supporting
@pytest.mark.hint("Watching is not training. In which mode was the model before, and in which is it now?")
def test_model_is_left_as_it_was(student: Student, draw: Draw) -> None:
    """A model in train mode is in train mode afterwards, one in eval mode in eval mode; there is no graph."""
    model = char_model(student, 4, 3)
    ids = draw.integers(0, 4, 3)
    for mode, flag in (("train", "training"), ("eval", "evaluating")):
        getattr(model, mode)()
        trace = student.hidden_trace.keep(model, ids).fetch()
        if model.fetch().get(flag) is not True:
            raise CheckFailed(
                _("The model was in {mode} mode before the call, and is not any more.").format(mode=mode)
            )
        if trace.get("requires_grad") is True:
            raise CheckFailed(_("The trace still carries a graph: its `requires_grad` is True."))


def assert_cell(got: Any, expected: tuple[int, float], case: str, rtol: float = 1e-6) -> None:
    """Raises `CheckFailed` unless the result is this index with this correlation."""
    assert_kind(got, tuple, _("{case} the result").format(case=case))
    if len(got) != 2:
        raise CheckFailed(
            _("{case} the result has {count} parts, not two.").format(case=case, count=len(got))
        )
    assert_equal(got[0], expected[0], _("{case} the index").format(case=case))
    assert_equal(got[1], expected[1], _("{case} the correlation r").format(case=case), rtol=rtol, atol=1e-7)


@pytest.mark.task("find_cell")
@pytest.mark.hint(
    "A cell may go down where the feature goes up. Does that count as following it?",
    "What is left of a correlation when a cell is multiplied by 1000?",
)
def test_planted_cell_is_found(student: Student, draw: Draw) -> None:
    """The cell that mirrors the feature is found, with r = -1, and by hand r = sqrt(1/2)."""
    example = torch.tensor([[0.0, 3.0], [1.0, 2.0], [0.0, 1.0]])
    got = student.find_cell(example, torch.tensor([1, 2, 3]))
    assert_cell(got, (1, -1.0), _("for the example of the docstring"), rtol=1e-5)
    trace, feature = draw.normal(12, 5, scale=50), draw.normal(12)
    trace[:, 3] = 0.2 - 0.01 * feature
    assert_cell(student.find_cell(trace, feature), (3, -1.0), _("for a cell that mirrors the feature"))
    trace = torch.tensor([[0.0], [1.0], [1.0], [2.0]], dtype=torch.float64)
    got = student.find_cell(trace, torch.tensor([0, 0, 1, 1]))
    assert_cell(got, (0, math.sqrt(0.5)), _("for the cell 0, 1, 1, 2 and the feature 0, 0, 1, 1"))


@pytest.mark.task("find_cell")
@pytest.mark.hint("What is the standard deviation of a cell that never changes, and what do you divide by?")
def test_constant_cells_do_not_count(student: Student, draw: Draw) -> None:
    """A cell that never changes is passed over, wherever it stands."""
    feature = draw.normal(9)
    trace = draw.normal(9, 4)
    trace[:, 0], trace[:, 3] = 0.5, 0.0
    trace[:, 2] = feature + 3
    assert_cell(student.find_cell(trace, feature), (2, 1.0), _("with two constant cells"))


@pytest.mark.task("find_cell")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines write into a tensor that the caller still holds?")
def test_find_cell_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.find_cell, draw.normal(6, 3), draw.normal(6))
