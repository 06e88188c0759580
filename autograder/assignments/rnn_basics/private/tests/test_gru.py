"""What the grader alone looks at in `gru_step` and `gru_step_lecture`: the same properties, each in its convention."""

from __future__ import annotations

import pytest

from autograder.assignments.rnn_basics.tests.test_gru import NAMES, gru_arguments
from autograder.student.checking.comparing import (
    assert_equal,
    assert_gradients,
    assert_tensor,
    name_gradients,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Remote, Student
from autograder.student.core.language import _


def check_any_size(cell: Remote, right: Remote, draw: Draw) -> None:
    """Equality with the reference in any size, with one row and one cell too."""
    for sizes in (draw.sizes(3), [1, 1, 4], [3, 2, 1]):
        arguments = gru_arguments(draw, sizes)
        assert_equal(cell(*arguments), right(*arguments), _("the new state"))


def check_gradients(cell: Remote, right: Remote, draw: Draw) -> None:
    """The gradient of every argument equals the reference's."""
    B, D, H = draw.sizes(3)
    arguments = gru_arguments(draw, [B, D, H], leaf=True)
    upstream = [draw.normal(B, H)]
    got, wanted = (
        cell.gradients(*arguments, upstream=upstream),
        right.gradients(*arguments, upstream=upstream),
    )
    assert_gradients(name_gradients(got, NAMES), name_gradients(wanted, NAMES))


def check_keeps(cell: Remote, right: Remote, draw: Draw, bias: float) -> None:
    """With this bias of z the state stays, step after step; and the last one is checked without it."""
    B, D, H = draw.sizes(3)
    _x, start, W_x, W_h, b_x, b_h = gru_arguments(draw, [B, D, H])
    open_b_x = b_x.clone()
    b_x[H : 2 * H] = bias
    h = start
    for _step in range(20):
        h = cell(draw.normal(B, D), h, W_x, W_h, b_x, b_h)
        assert_equal(h, start, _("with an update gate that keeps everything, after some steps h"))
    x = draw.normal(B, D)
    got, wanted = cell(x, h, W_x, W_h, open_b_x, b_h), right(x, h, W_x, W_h, open_b_x, b_h)
    assert_equal(got, wanted, _("with the update gate half open again, the new state"))


def check_float32(cell: Remote, right: Remote, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    arguments = [argument.float() for argument in gru_arguments(draw, draw.sizes(3))]
    got = cell(*arguments)
    assert_tensor(got, arguments[1].shape, arguments[1].dtype, _("in float32 the new state"))
    assert_equal(got, right(*arguments), _("in float32 the new state"))


@pytest.mark.task("gru_step")
@pytest.mark.hint("What exactly does r multiply: h, the product, or the product with its bias?")
def test_gru_step_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is right in any size, with one row and one cell too."""
    check_any_size(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step")
@pytest.mark.hint("Does a gradient still find its way through every gate?")
def test_gru_step_gradients_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient of every argument is right, in any size."""
    check_gradients(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step")
@pytest.mark.hint("As z goes to 1, do you keep or replace?")
def test_gru_step_remembers(student: Student, reference: Student, draw: Draw) -> None:
    """With z at 1 the state stays what it was, step after step."""
    check_keeps(student.gru_step, reference.gru_step, draw, bias=80)


@pytest.mark.task("gru_step")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_gru_step_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    check_float32(student.gru_step, reference.gru_step, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint(
    "What exactly does r multiply in the lecture: h, the product, or the product with its bias?"
)
def test_gru_step_lecture_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The new state is right in any size, with one row and one cell too."""
    check_any_size(student.gru_step_lecture, reference.gru_step_lecture, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint("Does a gradient still find its way through every gate?")
def test_gru_step_lecture_gradients_in_any_size(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient of every argument is right, in any size."""
    check_gradients(student.gru_step_lecture, reference.gru_step_lecture, draw)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint("As z goes to 0, does the lecture keep or replace?")
def test_gru_step_lecture_remembers(student: Student, reference: Student, draw: Draw) -> None:
    """With z at 0 the state stays what it was, step after step."""
    check_keeps(student.gru_step_lecture, reference.gru_step_lecture, draw, bias=-80)


@pytest.mark.task("gru_step_lecture")
@pytest.mark.hint("Which of your lines makes a tensor of a fixed dtype?")
def test_gru_step_lecture_in_float32(student: Student, reference: Student, draw: Draw) -> None:
    """float32 in, float32 out, and the same values."""
    check_float32(student.gru_step_lecture, reference.gru_step_lecture, draw)
