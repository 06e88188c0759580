"""What is promised of `hidden_trace` and `find_cell`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.student.checking.comparing import assert_equal, assert_kind, assert_tensor
from autograder.student.checking.doubles import LibraryCharModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Remote,
    Student,
    StudentError,
)
from autograder.student.core.language import _


def watch(
    student: Student, on_double: Callable[[], None], on_own: Callable[[Remote], None], *sizes: int
) -> None:
    """Runs a check on a double, and on the student's own CharRNN if hers needs attributes that only that one has.

    So nobody pays twice for a wrong CharRNN, and who reads the weights of her own model is right as well.
    """
    try:
        on_double()
    except StudentError as failure:
        if failure.type_name != "AttributeError":
            raise
        on_own(student.CharRNN.keep(*sizes))


def double(draw: Draw, vocab_size: int, hidden_size: int) -> LibraryCharModel:
    """A character model whose states are others in training mode."""
    return draw.weights(LibraryCharModel(vocab_size, hidden_size, while_training=0.5)).float()


def assert_own_states(student: Student, model: Remote, ids: torch.Tensor, hidden_size: int) -> None:
    """Raises `CheckFailed` unless the trace ends as the student's own CharRNN does, and begins as that of less text."""
    trace = student.hidden_trace(model, ids)
    assert_tensor(trace, (len(ids), hidden_size), torch.float32, _("the trace"))
    result = model(ids[:, None])
    if not isinstance(result, tuple) or len(result) != 2:
        raise CouldNotLook(_("Your own `CharRNN` does not return a pair: fix its check first."))
    assert_equal(trace[-1:], result[1], _("the last row of the trace"))
    for count in range(1, min(len(ids), 3)):
        begun = student.hidden_trace(model, ids[:count])
        what = _("the trace of the first {count} symbols alone").format(count=count)
        assert_tensor(begun, (count, hidden_size), torch.float32, what)
        assert_equal(begun, trace[:count], what)


@pytest.mark.task("hidden_trace")
@pytest.mark.hint(
    "Which of the model's two results is the state, and after how many symbols?",
    "Does the second symbol start from the state after the first one?",
    "In which mode is the model to be while it is watched?",
)
def test_state_after_each_symbol(student: Student, reference: Student, draw: Draw) -> None:
    """Row t is the state after reading ids[: t + 1], in eval mode, whatever mode the model was in."""
    model, ids = double(draw, 5, 7), draw.integers(0, 5, 6)
    expected = {mode: reference.hidden_trace(model.train(mode), ids) for mode in (True, False)}

    def on_double() -> None:
        for mode, trace in expected.items():
            what = (
                _("for a model in train mode the trace") if mode else _("for a model in eval mode the trace")
            )
            assert_equal(student.hidden_trace(model.train(mode), ids), trace, what)

    def on_own(own: Remote) -> None:
        assert_own_states(student, own, ids, 7)
        own.eval()
        assert_own_states(student, own, ids, 7)

    watch(student, on_double, on_own, 5, 7)


@pytest.mark.task("hidden_trace")
@pytest.mark.hint("What shape has the trace of a single symbol?", "Where does a trace begin: from zeros?")
def test_traces_of_other_lengths(student: Student, reference: Student, draw: Draw) -> None:
    """Right for one symbol, a repeated one, more symbols than cells, one cell, and the same text again."""
    texts = [draw.integers(0, 6, 1), torch.tensor([3, 3, 3]), draw.integers(0, 6, 8)]
    texts.append(texts[0])
    model, single = double(draw, 6, 4), double(draw, 6, 1)
    expected = [reference.hidden_trace(model, ids) for ids in texts]
    expected_of_single = reference.hidden_trace(single, texts[0])

    def on_double() -> None:
        kept = student.put(model)
        found = student.hidden_trace.each([(kept, ids) for ids in texts])
        for ids, trace, got in zip(texts, expected, found, strict=True):
            assert_equal(got, trace, _("for {count} symbols the trace").format(count=len(ids)))
        what = _("for one symbol and one cell the trace")
        assert_equal(student.hidden_trace(single, texts[0]), expected_of_single, what)

    def on_own(own: Remote) -> None:
        for ids in texts:
            assert_own_states(student, own, ids, 4)

    watch(student, on_double, on_own, 6, 4)


@pytest.mark.task("hidden_trace")
@pytest.mark.supporting
@pytest.mark.hint("Nothing is trained here. What tells PyTorch not to remember the computation?")
def test_trace_has_no_graph(student: Student, draw: Draw) -> None:
    """The trace carries no graph."""
    ids = draw.integers(0, 4, 3)

    def check(model: Remote) -> None:
        if student.hidden_trace.keep(model, ids).fetch().get("requires_grad") is not False:
            raise CheckFailed(_("The trace still carries a graph: its `requires_grad` is True."))

    watch(student, lambda: check(student.put(double(draw, 4, 3))), check, 4, 3)


def assert_cell(got: Any, expected: tuple[int, float], case: str, rtol: float = 1e-6) -> None:
    """Raises `CheckFailed` unless the result is this index with this correlation."""
    assert_kind(got, tuple, _("{case} the result").format(case=case))
    if len(got) != 2:
        raise CheckFailed(
            _("{case} the result has {count} parts, not two.").format(case=case, count=len(got)),
            Evidence.STRUCTURE,
        )
    assert_equal(got[0], expected[0], _("{case} the index").format(case=case))
    try:
        assert_equal(
            got[1], expected[1], _("{case} the correlation r").format(case=case), rtol=rtol, atol=1e-7
        )
    except CheckFailed as failure:
        if failure.evidence is not Evidence.RELATED or not got[1] > 0 > expected[1]:
            raise
        question = _("Does your cell go up or down with the feature? Can one tell from what you return?")
        raise CheckFailed(str(failure), Evidence.RELATED, question) from None


@pytest.mark.task("find_cell")
@pytest.mark.hint("A cell may go down where the feature goes up. Does that count as following it?")
def test_planted_cell_is_found(student: Student) -> None:
    """A cell that mirrors the feature is found, with r = -1; in an example worked out by hand r is sqrt(1/2)."""
    example = torch.tensor([[0.0, 3.0], [1.0, 2.0], [0.0, 1.0]])
    got = student.find_cell(example, torch.tensor([1.0, 2.0, 3.0]))
    assert_cell(got, (1, -1.0), _("for the example of the docstring"), rtol=1e-5)
    trace = torch.tensor([[0.0], [1.0], [1.0], [2.0]], dtype=torch.float64)
    got = student.find_cell(trace, torch.tensor([0.0, 0.0, 1.0, 1.0], dtype=torch.float64))
    assert_cell(got, (0, math.sqrt(0.5)), _("for the cell 0, 1, 1, 2 and the feature 0, 0, 1, 1"))


@pytest.mark.task("find_cell")
@pytest.mark.hint(
    "What is left of a correlation when a cell is multiplied by 1000?",
    "A cell may go down where the feature goes up. Does that count as following it?",
)
def test_small_cell_is_found(student: Student, draw: Draw) -> None:
    """A cell that moves by hundredths is found among cells that move by fifties, if it follows the feature best."""
    trace, feature = draw.normal(12, 5, scale=50), draw.normal(12)
    trace[:, 3] = 0.2 - 0.01 * feature
    assert_cell(student.find_cell(trace, feature), (3, -1.0), _("for a cell that mirrors the feature"))
    # It changes, however little: no threshold makes it a constant one. A tiny number below the line is no mistake.
    trace[:, 3] = -1e-5 * feature
    got = student.find_cell(trace, feature)
    assert_cell(got, (3, -1.0), _("for a cell that mirrors the feature"), rtol=0.05)


@pytest.mark.task("find_cell")
@pytest.mark.hint(
    "Which quantity does not change when a cell is shifted or stretched?",
    "Do you divide by T in one place and by T - 1 in another?",
)
def test_correlations_of_random_cells(student: Student, reference: Student, draw: Draw) -> None:
    """Index and r of random traces, whatever the cells' sizes and offsets, for a single cell too."""
    sizes = torch.tensor([1e3, 30.0, 1.0, 0.1, 1e-2, 1e-3], dtype=torch.float64)
    inputs = [
        (
            draw.normal(steps, cells) * sizes[:cells] + draw.normal(cells, scale=5),
            draw.normal(steps) + 4,
        )
        for steps, cells in ((7, 5), (20, 3), (3, 6), (9, 1))
    ]
    for (trace, feature), got in zip(inputs, student.find_cell.each(inputs), strict=True):
        steps, cells = trace.shape
        case = _("for {steps} steps and {cells} cells").format(steps=steps, cells=cells)
        assert_cell(got, reference.find_cell(trace, feature), case)


@pytest.mark.task("find_cell")
@pytest.mark.hint("What is the standard deviation of a cell that never changes, and what do you divide by?")
def test_constant_cells_do_not_count(student: Student, draw: Draw) -> None:
    """A cell that never changes is passed over, wherever it stands."""
    feature = draw.normal(9)
    trace = draw.normal(9, 4)
    trace[:, 0], trace[:, 3] = 0.7, 0.0  # the mean of nine times 0.7 is not 0.7, but for rounding
    trace[:, 2] = feature + 3
    assert_cell(student.find_cell(trace, feature), (2, 1.0), _("with two constant cells"))


@pytest.mark.task("find_cell")
@pytest.mark.hint("Which cells may be returned at all? And if all of those correlate weakly?")
def test_weak_cells_come_before_constant_ones(student: Student) -> None:
    """A cell that changes counts, however weakly it follows; one that never changes does not."""
    feature = torch.tensor([1.0, 0.0, 1.0, 0.0])
    trace = torch.tensor([[2.0, 1.0], [2.0, 1.0], [2.0, -1.0], [2.0, -1.0]], dtype=torch.float64)
    got = student.find_cell(trace, feature)
    assert_cell(got, (1, 0.0), _("with one constant cell and one uncorrelated cell"))


@pytest.mark.task("find_cell")
@pytest.mark.hint('What type does a feature such as "inside quotes" have? Can you take its mean?')
def test_features_of_any_dtype(student: Student, reference: Student, draw: Draw) -> None:
    """Features may be bool, integers or floats; traces float32 or float64."""
    flags = draw.integers(0, 2, 10)
    flags[:2] = torch.tensor([0, 1])
    dtypes = (torch.float32, torch.float64, torch.bool, torch.int64, torch.uint8, torch.int32)
    inputs = [(draw.normal(10, 4, dtype=torch.float32), flags.to(dtype)) for dtype in dtypes]
    for (trace, feature), got in zip(inputs, student.find_cell.each(inputs), strict=True):
        case = _("for a feature of {dtype}").format(dtype=feature.dtype)
        assert_cell(got, reference.find_cell(trace, feature), case, rtol=1e-4)


@pytest.mark.task("find_cell")
@pytest.mark.hint("If two cells follow the feature equally well, which of them do you return?")
def test_ties_go_to_the_lowest_cell(student: Student) -> None:
    """Of two cells with exactly the same |r| the first counts, with its own sign."""
    feature = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    weak = torch.tensor([1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0], dtype=torch.float64)
    strong = feature.clone()
    strong[:2] = torch.tensor([-1.0, 1.0])
    for trace, expected in (
        (torch.stack([weak, strong, strong], dim=1), (1, 0.5)),
        (torch.stack([weak, -strong, strong], dim=1), (1, -0.5)),
    ):
        assert_cell(student.find_cell(trace, feature), expected, _("with two equally good cells"))
