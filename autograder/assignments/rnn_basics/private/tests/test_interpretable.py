"""What must hold of `hidden_trace` and `find_cell`: one symbol, every dtype, ties, scales."""

from __future__ import annotations

import pytest
import torch

from autograder.assignments.rnn_basics.tests.test_interpretable import (
    StateAfter,
    assert_cell,
    assert_trace,
    watch,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _


@pytest.mark.task("hidden_trace")
@pytest.mark.hint("What shape has the trace of a single symbol?")
def test_traces_of_other_lengths(student: Student, draw: Draw) -> None:
    """Right for one symbol, for a repeated one, and for more symbols than cells."""
    texts = (draw.integers(0, 6, 1), torch.tensor([3, 3, 3]), draw.integers(0, 6, 8))

    def check(model: Remote, state_after: StateAfter) -> None:
        for ids in texts:
            assert_trace(student, model, state_after, ids)

    watch(student, draw, 6, 4, check)


@pytest.mark.task("hidden_trace")
@pytest.mark.supporting
@pytest.mark.hint("Where does a trace begin: from zeros, or from what the last trace left behind?")
def test_two_traces_are_equal(student: Student, draw: Draw) -> None:
    """A second trace of the same text gives the same."""
    ids = draw.integers(0, 5, 4)

    def check(model: Remote, _state_after: StateAfter) -> None:
        first, second = student.hidden_trace(model, ids), student.hidden_trace(model, ids)
        if not isinstance(first, torch.Tensor):
            raise CheckFailed(_("The trace is not a Tensor."))
        assert_equal(second, first, _("a second trace of the same ids"))

    watch(student, draw, 5, 3, check)


@pytest.mark.task("find_cell")
@pytest.mark.hint(
    "Which quantity does not change when a cell is shifted or stretched?",
    "Do you divide by T in one place and by T - 1 in another?",
)
def test_correlations_of_random_cells(student: Student, reference: Student, draw: Draw) -> None:
    """Index and r of random traces, whatever the cells' sizes and offsets."""
    for steps, cells in ((7, 5), (20, 3), (3, 6)):
        trace = draw.normal(steps, cells) * torch.logspace(2, -3, cells) + draw.normal(cells, scale=5)
        feature = draw.normal(steps) + 4
        case = _("for {steps} steps and {cells} cells").format(steps=steps, cells=cells)
        assert_cell(student.find_cell(trace, feature), reference.find_cell(trace, feature), case)


@pytest.mark.task("find_cell")
@pytest.mark.hint('Of which type is a feature such as "inside quotes"? Can one take its mean?')
def test_features_of_any_dtype(student: Student, reference: Student, draw: Draw) -> None:
    """Features may be bool, integers or floats; traces float32 or float64."""
    flags = draw.integers(0, 2, 10)
    flags[:2] = torch.tensor([0, 1])
    for dtype in (torch.bool, torch.int64, torch.uint8, torch.int32, torch.float32, torch.float64):
        trace = draw.normal(10, 4, dtype=torch.float32)
        got = student.find_cell(trace, flags.to(dtype))
        case = _("for a feature of {dtype}").format(dtype=dtype)
        assert_cell(got, reference.find_cell(trace, flags.to(dtype)), case, rtol=1e-4)


@pytest.mark.task("find_cell")
@pytest.mark.hint("If two cells follow the feature equally well, which of them do you return?")
def test_ties_go_to_the_lowest_cell(student: Student) -> None:
    """Of two cells with the very same |r| the first counts, with its own sign."""
    feature = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    weak = torch.tensor([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0], dtype=torch.float64)
    strong = feature.clone()
    strong[:2] = torch.tensor([-1.0, 1.0])
    for trace, expected in (
        (torch.stack([weak, strong, strong], dim=1), (1, 0.5)),
        (torch.stack([weak, -strong, strong], dim=1), (1, -0.5)),
    ):
        assert_cell(student.find_cell(trace, feature), expected, _("with two equally good cells"))


@pytest.mark.task("find_cell")
@pytest.mark.hint("Which cells may be returned at all? And if all of those correlate weakly?")
def test_weak_cells_come_before_constant_ones(student: Student) -> None:
    """A cell that changes counts, however weakly it follows; one that never changes does not."""
    feature = torch.tensor([1, 0, 1, 0])
    trace = torch.tensor([[2.0, 1.0], [2.0, 1.0], [2.0, -1.0], [2.0, -1.0]], dtype=torch.float64)
    got = student.find_cell(trace, feature)
    assert_cell(got, (1, 0.0), _("with one constant cell and one uncorrelated cell"))
