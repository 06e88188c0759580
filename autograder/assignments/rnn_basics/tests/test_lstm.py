"""What is promised of `lstm_step` and `lecture_to_torch`."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch

from autograder.assignments.rnn_basics.tests._cells import (
    LARGE_SIZES,
    SMALL_SIZES,
    STEPS,
    assert_same_gradients,
    with_large_inputs,
)
from autograder.student.checking.comparing import assert_equal, assert_kind, assert_tensor
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

NAMES = ("x", "h", "c", "W_x", "W_h", "b_x", "b_h")


def lstm_arguments(draw: Draw, sizes: Sequence[int], leaf: bool = False) -> list[torch.Tensor]:
    """x, h, c, W_x, W_h, b_x and b_h for the sizes (B, D, H); c reaches beyond 1."""
    B, D, H = sizes
    shapes = [(B, D), (B, H), (B, H), (4 * H, D), (4 * H, H), (4 * H,), (4 * H,)]
    scales = [0.7, 0.7, 2.0, 0.7, 0.7, 0.7, 0.7]
    return [draw.normal(*shape, scale=scale, leaf=leaf) for shape, scale in zip(shapes, scales, strict=True)]


def assert_states(got: object, expected: tuple[torch.Tensor, torch.Tensor], case: str = "") -> None:
    """Fails unless the pair (h, c) is right; c first, since h is made from it."""
    assert_kind(got, tuple)
    assert isinstance(got, tuple)
    assert_equal(len(got), 2, _("the number of results"))
    for part, wanted, name in zip(got, expected, ("h", "c"), strict=True):
        assert_tensor(part, wanted.shape, wanted.dtype, f"{case} {name}".strip())
    try:
        assert_equal(got[1], expected[1], _("{case} the new c").format(case=case).strip())
    except CheckFailed as failure:
        sentence = f"{failure} {_says_of_h(got[0], expected[0])}"
        raise CheckFailed(sentence, failure.evidence, failure.question) from None
    assert_equal(got[0], expected[0], _("{case} the new c is right; but the new h").format(case=case).strip())


def _says_of_h(got: object, expected: torch.Tensor) -> str:
    """What already holds of h, for the end of a message on c."""
    try:
        assert_equal(got, expected)
    except CheckFailed:
        return _("h, which is made from c, is not right either.")
    return _("h is right.")


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "With every gate half open and a candidate of 0, how much of the old memory is left?",
    "What squashes c on the way out to h, and does that change the stored c?",
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
    new_h = torch.tensor([[math.tanh(1) / 2, math.tanh(-3) / 2]], dtype=torch.float64)
    assert_states(got, (new_h, c / 2), _("with all weights 0 and c = [2, -6]"))


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "Which block of rows belongs to which gate, in PyTorch's order?",
    "Which gate multiplies the old memory, and which the candidate?",
    "Which function squashes each of the four blocks? Which of the two new states is returned first?",
)
def test_lstm_step_has_the_right_values(student: Student, reference: Student, draw: Draw) -> None:
    """The new h and c are those of the equations, with the blocks of rows in PyTorch's order."""
    arguments = lstm_arguments(draw, draw.sizes(3))
    assert_states(student.lstm_step(*arguments), reference.lstm_step(*arguments))


@pytest.mark.task("lstm_step")
@pytest.mark.hint("Which of your lines drops an axis of size 1, or takes one size for another?")
def test_lstm_step_of_one_row(student: Student, reference: Student, draw: Draw) -> None:
    """The new h and c are also right with one row, one input or one cell."""
    inputs = [lstm_arguments(draw, sizes) for sizes in SMALL_SIZES]
    for sizes, arguments, got in zip(SMALL_SIZES, inputs, student.lstm_step.each(inputs), strict=True):
        case = _("with B, D, H = {sizes}").format(sizes=sizes)
        assert_states(got, reference.lstm_step(*arguments), case)


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "If the values are right: is there a step that PyTorch cannot follow, such as detach, .data or torch.tensor?",
    "Does a gradient still pass through c, through h, and through every gate?",
)
def test_lstm_step_passes_gradients(student: Student, reference: Student, draw: Draw) -> None:
    """Gradients of h and of c reach the input, both states, both matrices and both biases."""
    B, _D, H = sizes = draw.sizes(3)
    arguments = lstm_arguments(draw, sizes, leaf=True)
    upstream = [draw.normal(B, H), draw.normal(B, H)]
    assert_same_gradients(student.lstm_step, reference.lstm_step, arguments, NAMES, upstream)


@pytest.mark.task("lstm_step")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_lstm_step_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    arguments = [argument.float() for argument in lstm_arguments(draw, draw.sizes(3))]
    assert_states(student.lstm_step(*arguments), reference.lstm_step(*arguments), _("in float32"))


@pytest.mark.task("lstm_step")
@pytest.mark.hint(
    "With f = 1 and i = 0, what should c do for 100 steps?",
    "c is not bounded; only its read-out is. Where does your tanh stand?",
)
@pytest.mark.supporting
def test_lstm_step_remembers(student: Student, draw: Draw) -> None:
    """With the forget gate open and the input gate shut, c stays what it was, step after step."""
    B, D, H = draw.sizes(3)
    _x, h, c, W_x, W_h, b_x, b_h = lstm_arguments(draw, [B, D, H])
    b_x[:H], b_x[H : 2 * H] = -80, 80
    start = c
    for _step in range(STEPS):
        got = student.lstm_step(draw.normal(B, D), h, c, W_x, W_h, b_x, b_h)
        assert_kind(got, tuple)
        assert_equal(len(got), 2, _("the number of results"))
        assert_equal(got[1], start, _("with forget gate 1 and input gate 0, after some steps c"))
        h, c = got
        assert_tensor(h, start.shape, start.dtype, "h")


@pytest.mark.task("lstm_step")
@pytest.mark.hint("What is exp(1000)? Which functions of PyTorch compute sigmoid and tanh without exp(1000)?")
@pytest.mark.supporting
def test_lstm_step_of_large_inputs(student: Student, reference: Student, draw: Draw) -> None:
    """Very large inputs and a very large memory drive the gates to 0 or 1, and nothing becomes nan."""
    x, h, c, *weights = with_large_inputs(lstm_arguments(draw, LARGE_SIZES))
    arguments = (x, h, 1000 * c, *weights)
    got, wanted = student.lstm_step(*arguments), reference.lstm_step(*arguments)
    assert_states(got, wanted, _("with x of ±10000 and c of ±1000"))


def assert_converted(got: object, W_x: torch.Tensor, W_h: torch.Tensor, b: torch.Tensor) -> None:
    """Fails unless `got` is (W_x, W_h, b_x, b_h) with b_x + b_h = b."""
    assert_kind(got, tuple)
    assert isinstance(got, tuple)
    assert_equal(len(got), 4, _("the number of results"))
    for part, wanted, name in zip(got, (W_x, W_h, b, b), ("W_x", "W_h", "b_x", "b_h"), strict=True):
        assert_tensor(part, wanted.shape, wanted.dtype, name)
    assert_equal(got[0], W_x, "W_x")
    assert_equal(got[1], W_h, "W_h")
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
@pytest.mark.hint("How do you find H if D is larger, or smaller, than H?")
def test_lecture_to_torch_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """Every block is at its place in any size, with more inputs than cells or fewer."""
    D, H = draw.sizes(2)
    sizes = ((D, H), (H, D), (1, 4), (4, 1))  # inputs and cells
    pairs = [(draw.normal(4 * cells, cells + inputs), draw.normal(4 * cells)) for inputs, cells in sizes]
    for pair, got in zip(pairs, student.lecture_to_torch.each(pairs), strict=True):
        W_x, W_h, b_x, b_h = reference.lecture_to_torch(*pair)
        assert_converted(got, W_x, W_h, b_x + b_h)


@pytest.mark.task("lecture_to_torch")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_lecture_to_torch_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, all four of them."""
    D, H = draw.sizes(2)
    W, b = draw.normal(4 * H, H + D).float(), draw.normal(4 * H).float()
    W_x, W_h, b_x, b_h = reference.lecture_to_torch(W, b)
    assert_converted(student.lecture_to_torch(W, b), W_x, W_h, b_x + b_h)


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
