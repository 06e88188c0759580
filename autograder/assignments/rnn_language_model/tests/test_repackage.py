"""What is promised of `repackage`."""

from __future__ import annotations

import pytest
import torch

from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _


@pytest.mark.task("repackage")
@pytest.mark.hint(
    "detach returns; it does not change. What becomes of what it returned?",
    "Is a state of three dimensions one thing, or a sequence of things?",
)
def test_one_tensor_without_a_graph(student: Student, draw: Draw) -> None:
    """The state of an RNN or a GRU keeps its values and its dtype, and no gradient goes back through it."""
    assert_cut(student, draw, 1)


@pytest.mark.task("repackage")
@pytest.mark.hint(
    "An LSTM's state is a pair. What happens to its second part?",
    "What type of state does an LSTM take: a list, a tuple, one tensor?",
)
def test_a_pair_without_a_graph(student: Student, draw: Draw) -> None:
    """The state of an LSTM stays a tuple (h, c) of the same values, and no gradient goes back through either."""
    assert_cut(student, draw, 2)


def assert_cut(student: Student, draw: Draw, count: int) -> None:
    """Raises `CheckFailed` unless a state keeps its values and loses its graph, and a tuple stays one."""
    what = "repackage((h, c))" if count == 2 else "repackage(h)"
    for shape, dtype in (((2, 3, 4), torch.float64), ((1, 1, 1), torch.float64), ((2, 3, 4), torch.float32)):
        leaves, state, values = kept_states(student, draw, count, shape, dtype)
        assert_equal(student.repackage(state), tuple(values) if count == 2 else values[0], what)
        upstream = [draw.normal(*shape, dtype=dtype) for _value in values]
        found = student.repackage.gradients(state, upstream=upstream, wrt=leaves).watched
        through = [name for name, gradient in zip("hc", found, strict=False) if gradient is not None]
        if through:
            sentence = _("The values of {what} are right, but a gradient still goes back through {parts}.")
            raise CheckFailed(sentence.format(what=what, parts=_(" and ").join(through)), Evidence.GRADIENTS)


def kept_states(
    student: Student, draw: Draw, count: int, shape: tuple[int, ...], dtype: torch.dtype
) -> tuple[list[Remote], Remote | tuple[Remote, ...], list[torch.Tensor]]:
    """Leaves, a state (one tensor, or a tuple of two) with a graph that leads back to them, and its values."""
    values = [draw.normal(*shape, dtype=dtype, leaf=True) for _part in range(count)]
    leaves = [student.put(value) for value in values]
    made = [leaf.mul.keep(2.0) for leaf in leaves]
    return leaves, tuple(made) if count == 2 else made[0], [2 * value.detach() for value in values]


@pytest.mark.task("repackage")
@pytest.mark.hint("What becomes of the state that was given? Who may still want to go back through it?")
@pytest.mark.supporting
def test_the_given_state_keeps_its_graph(student: Student, draw: Draw) -> None:
    """A gradient still goes back through the state that was given."""
    for count in (1, 2):
        leaves, state, values = kept_states(student, draw, count, (2, 3, 4), torch.float64)
        student.repackage.keep(state)
        for part, leaf, value in zip(state if count == 2 else [state], leaves, values, strict=True):
            twos = torch.full_like(value, 2.0)
            found = part.mul.gradients(1.0, upstream=[torch.ones_like(value)], wrt=[leaf]).watched
            assert_equal(found, [twos], _("after the call, the gradient through the given state"))
