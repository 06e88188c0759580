"""What is promised of `hidden_trace` and `find_cell`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.student.checking.comparing import (
    assert_arguments_kept,
    assert_equal,
    assert_kind,
    assert_tensor,
)
from autograder.student.checking.doubles import LibraryCharModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Stopped, Student, StudentError
from autograder.student.core.language import _

StateAfter = Callable[[torch.Tensor], torch.Tensor]


def watch(
    student: Student,
    draw: Draw,
    vocab_size: int,
    hidden_size: int,
    check: Callable[[Remote, StateAfter], None],
) -> None:
    """Runs a check on a library model, and if it fails there on the student's own CharRNN: one of them will do.

    So nobody pays twice for a wrong CharRNN, and who reads the weights of her own model is right as well.
    """
    model = draw.weights(LibraryCharModel(vocab_size, hidden_size)).float()
    try:
        check(student.put(model), lambda ids: model(ids[:, None])[1].detach())
    except Stopped:
        raise
    except CheckFailed as failure:
        try:
            own = student.CharRNN.keep(vocab_size, hidden_size)
            check(own, lambda ids: _own_state(own, ids, hidden_size))
        except Stopped:
            raise
        except CheckFailed as own_failure:
            knows_its_own = isinstance(failure, StudentError) and failure.type_name == "AttributeError"
            raise (own_failure if knows_its_own else failure) from None


def _own_state(model: Remote, ids: torch.Tensor, hidden_size: int) -> torch.Tensor:
    """(1, H): the state that the student's CharRNN returns after these ids."""
    result = model(ids[:, None])
    if not isinstance(result, tuple) or len(result) != 2:
        raise CheckFailed(_("Your own `CharRNN` does not return a pair: see its check first."))
    assert_tensor(result[1], (1, hidden_size), torch.float32, _("the state that your own `CharRNN` returns"))
    return result[1]


def assert_trace(student: Student, model: Remote, state_after: StateAfter, ids: torch.Tensor) -> None:
    """Raises `CheckFailed` unless `hidden_trace` gives the model's state after each beginning of ids."""
    expected = torch.cat([state_after(ids[: t + 1]) for t in range(len(ids))])
    assert_equal(student.hidden_trace(model, ids), expected, _("the trace"))


@pytest.mark.task("hidden_trace")
@pytest.mark.hint(
    "Which of the model's two results is the state, and after how many symbols?",
    "Does the second symbol start from the state after the first one?",
)
def test_state_after_each_symbol(student: Student, draw: Draw) -> None:
    """Row t is the state after reading ids[: t + 1]."""
    ids = draw.integers(0, 5, 6)
    watch(student, draw, 5, 7, lambda model, state_after: assert_trace(student, model, state_after, ids))


@pytest.mark.task("hidden_trace")
@pytest.mark.supporting
@pytest.mark.hint("Watching is not training. In which mode was the model before, and in which is it now?")
def test_model_is_left_as_it_was(student: Student, draw: Draw) -> None:
    """A model in train mode is in train mode afterwards, one in eval mode in eval mode; there is no graph."""
    ids = draw.integers(0, 4, 3)

    def check(model: Remote, _state_after: StateAfter) -> None:
        for mode, flag in (("train", "training"), ("eval", "evaluating")):
            getattr(model, mode)()
            trace = student.hidden_trace.keep(model, ids).fetch()
            if model.fetch().get(flag) is not True:
                raise CheckFailed(
                    _("The model was in {mode} mode before the call, and is not any more.").format(mode=mode)
                )
            if trace.get("requires_grad") is True:
                raise CheckFailed(_("The trace still carries a graph: its `requires_grad` is True."))

    watch(student, draw, 4, 3, check)


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
