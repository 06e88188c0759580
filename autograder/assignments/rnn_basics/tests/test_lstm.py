"""What is promised of `lstm_step` and `lecture_to_torch`."""

from __future__ import annotations

import math

import pytest
import torch

from autograder.student.checking.comparing import (
    assert_arguments_kept,
    assert_equal,
    assert_gradients,
    assert_kind,
    assert_tensor,
    name_gradients,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

NAMES = ("x", "h", "c", "W_x", "W_h", "b_x", "b_h")


def lstm_arguments(draw: Draw, sizes: list[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h, c, W_x, W_h, b_x and b_h for the sizes (B, D, H); c reaches beyond 1."""
    B, D, H = sizes
    shapes = [(B, D), (B, H), (B, H), (4 * H, D), (4 * H, H), (4 * H,), (4 * H,)]
    scales = [0.7, 0.7, 2.0, 0.7, 0.7, 0.7, 0.7]
    return [draw.normal(*shape, scale=scale, leaf=leaf) for shape, scale in zip(shapes, scales, strict=True)]


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "Which block of rows belongs to which gate, in PyTorch's order?",
    "Which gate multiplies the old memory, and which the candidate?",
    "Which function squashes each of the four blocks? Which of the two new states is returned first?",
)
def test_lstm_step_equals_torch(student: Student, draw: Draw) -> None:
    """The new h and c are those of PyTorch's own cell with the same weights."""
    x, h, c, *weights = lstm_arguments(draw, [2, 3, 5])
    expected = torch.lstm_cell(x, (h, c), *weights)
    got = student.lstm_step(x, h, c, *weights)
    assert_kind(got, tuple)
    assert_equal(len(got), 2, _("the number of results"))
    try:
        assert_equal(got[1], expected[1], _("the new c"))
    except CheckFailed as failure:
        raise CheckFailed(f"{failure} {_says_of_h(got[0], expected[0])}") from None
    assert_equal(got[0], expected[0], _("the new c is right; but the new h"))


def _says_of_h(got: object, expected: torch.Tensor) -> str:
    """What already holds of h, for the end of a message on c."""
    try:
        assert_equal(got, expected)
    except CheckFailed:
        return _("h, which is made from c, is not right either.")
    return _("h is right.")


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "If the values are right: is there a step that PyTorch cannot follow, such as detach, .data or torch.tensor?",
)
def test_lstm_step_passes_gradients(student: Student, draw: Draw) -> None:
    """Gradients reach the input, both states, both matrices and both biases."""
    arguments = lstm_arguments(draw, [4, 2, 3], leaf=True)
    x, h, c, *weights = arguments
    upstream = [draw.normal(4, 3), draw.normal(4, 3)]
    values = torch.lstm_cell(x, (h, c), *weights)
    expected = torch.autograd.grad(values, arguments, upstream)
    got = student.lstm_step.gradients(*arguments, upstream=upstream)
    assert_equal(
        got.value, tuple(value.detach() for value in values), _("gradients are not compared yet: (h, c)")
    )
    assert_gradients(name_gradients(got, NAMES), dict(zip(NAMES, expected, strict=True)))


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "With every gate half open and a candidate of 0, how much of the old memory is left?",
    "What squashes c on the way out to h, and does the stored c feel it?",
)
@pytest.mark.supporting  # with all weights 0 the order of the gates does not show
def test_lstm_step_by_hand(student: Student) -> None:
    """With all weights 0 every gate is one half and the candidate 0: c becomes c/2, h becomes tanh(c/2)/2."""
    H = 2
    zeros = [torch.zeros(4 * H, n, dtype=torch.float64) for n in (3, H)]
    biases = [torch.zeros(4 * H, dtype=torch.float64)] * 2
    x, h = torch.ones(1, 3, dtype=torch.float64), torch.full((1, H), 9.0, dtype=torch.float64)
    c = torch.tensor([[2.0, -6.0]], dtype=torch.float64)
    got = student.lstm_step(x, h, c, *zeros, *biases)
    assert_kind(got, tuple)
    new_h = torch.tensor([[math.tanh(1) / 2, math.tanh(-3) / 2]], dtype=torch.float64)
    assert_equal(got, (new_h, c / 2), _("with all weights 0 and c = [2, -6] the pair (h, c)"))


@pytest.mark.task("lstm_step")
@pytest.mark.supporting
@pytest.mark.hint("Run the cell twice with the same inputs. Which of your lines write into an argument?")
def test_lstm_step_leaves_its_arguments_alone(student: Student, draw: Draw) -> None:
    """The arguments stay as they are, and a second call gives the same."""
    assert_arguments_kept(student, student.lstm_step, *lstm_arguments(draw, [2, 3, 4]))


def assert_converted(got: object, W_x: torch.Tensor, W_h: torch.Tensor, b: torch.Tensor) -> None:
    """Fails unless `got` is (W_x, W_h, b_x, b_h) with b_x + b_h = b."""
    assert_kind(got, tuple)
    assert isinstance(got, tuple)
    assert_equal(len(got), 4, _("the number of results"))
    assert_equal(got[0], W_x, "W_x")
    assert_equal(got[1], W_h, "W_h")
    assert_tensor(got[2], b.shape, b.dtype, "b_x")
    assert_tensor(got[3], b.shape, b.dtype, "b_h")
    assert_equal(got[2] + got[3], b, _("W_x and W_h are right; but the sum b_x + b_h"))


# W[r, k] is 10 r + k, so that every number tells where it comes from. First H = 2, D = 3, then H = 2, D = 1.
EXAMPLES = (
    (
        [
            [2, 3, 4],
            [12, 13, 14],
            [22, 23, 24],
            [32, 33, 34],
            [62, 63, 64],
            [72, 73, 74],
            [42, 43, 44],
            [52, 53, 54],
        ],
        [[0, 1], [10, 11], [20, 21], [30, 31], [60, 61], [70, 71], [40, 41], [50, 51]],
    ),
    (
        [[2], [12], [22], [32], [62], [72], [42], [52]],
        [[0, 1], [10, 11], [20, 21], [30, 31], [60, 61], [70, 71], [40, 41], [50, 51]],
    ),
)


@pytest.mark.task("lecture_to_torch")
@pytest.mark.hint(
    "In which order does the lecture stack its blocks, in which order PyTorch?",
    "The lecture's matrix acts on [h, x]. Which of its columns meet h?",
)
def test_lecture_to_torch_by_hand(student: Student) -> None:
    """The example under the task: H = D = 1, every number at its place."""
    W = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])
    got = student.lecture_to_torch(W, torch.tensor([5.0, 6.0, 7.0, 8.0]))
    W_x, W_h = torch.tensor([[10.0], [20.0], [40.0], [30.0]]), torch.tensor([[1.0], [2.0], [4.0], [3.0]])
    assert_converted(got, W_x, W_h, torch.tensor([5.0, 6.0, 8.0, 7.0]))


@pytest.mark.task("lecture_to_torch")
@pytest.mark.hint(
    "How do you find H? From the rows of W, from b, or from the columns?",
    "Do all the results follow the same order of blocks? How many rows has a block?",
)
def test_lecture_to_torch_with_more_cells(student: Student) -> None:
    """H = 2 with more inputs than cells, and with fewer: every number tells its place."""
    for W_x, W_h in EXAMPLES:
        rows = torch.arange(8, dtype=torch.float64)
        columns = torch.arange(2 + len(W_x[0]), dtype=torch.float64)
        W = 10 * rows[:, None] + columns
        b = torch.tensor([0, 1, 2, 3, 6, 7, 4, 5], dtype=torch.float64)
        got = student.lecture_to_torch(W, rows)
        assert_converted(got, torch.tensor(W_x).double(), torch.tensor(W_h).double(), b)


@pytest.mark.task("lecture_to_torch")
@pytest.mark.supporting
@pytest.mark.hint(
    "If the lecture's matrix is trained on, should PyTorch's weights move with it?",
    "Is a slice of a tensor a new tensor, or a window on the old one?",
)
def test_lecture_to_torch_returns_copies(student: Student, draw: Draw) -> None:
    """Whatever happens to W and b afterwards, the converted weights stay as they were."""
    W, b = draw.normal(4 * 2, 2 + 3), draw.normal(4 * 2)
    before = student.lecture_to_torch(W, b)
    assert_kind(before, tuple)
    kept_W, kept_b = student.put(W), student.put(b)
    result = student.lecture_to_torch.keep(kept_W, kept_b)
    kept_W.zero_()
    kept_b.zero_()
    after = result.fetch().get("value")
    assert_equal(after, before, _("after W and b have been set to zero, the earlier result"))
