"""What is promised of `greedy_decode`."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _


class Writer:
    """A step for `greedy_decode`: every choice depends on all ids read so far; eos never comes before `patience` calls.

    The state is a number; `read` keeps what it was given.
    """

    def __init__(self, table: torch.Tensor, eos_id: int, patience: int = 40) -> None:
        self.table, self.eos_id, self.patience = table, eos_id, patience  # table (states, V)
        self.read: list[Any] = []

    def __call__(self, *arguments: Any) -> tuple[torch.Tensor, int]:
        current, state = (*arguments, None, None)[:2]
        self.read.append(current)
        state = (3 * _number(state) + _number(current) + 1) % len(self.table)
        logits = self.table[state].clone()
        logits[self.eos_id] = 1e3 if len(self.read) > self.patience else -1e3
        return logits, state


class PairWriter:
    """A step whose state is a pair of a tensor and None, and which notes what it reads."""

    def __init__(self, weights: torch.Tensor) -> None:
        self.weights = weights  # (4, 6)
        self.read: list[Any] = []

    def __call__(self, *arguments: Any) -> tuple[torch.Tensor, tuple[torch.Tensor, None]]:
        current, state = (*arguments, None, None)[:2]
        self.read.append(current)
        known = isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], torch.Tensor)
        memory = state[0] if known and state[0].shape == (4,) else torch.zeros(4, dtype=torch.float64)
        memory = torch.tanh(memory.roll(1) * 1.5 + self.weights[:, _number(current) % 6])
        logits = memory @ self.weights
        logits[5] = 1e3 if len(self.read) > 30 else -1e3
        return logits, (memory, None)


def _number(value: Any) -> int:
    """What stands for a number in whatever a step was given."""
    if isinstance(value, torch.Tensor) and value.numel() == 1 and value.isfinite().all():
        return int(value.item())
    return value if isinstance(value, int) else 0


@pytest.mark.task("greedy_decode")
@pytest.mark.hint(
    "What should happen when the best id is eos_id? And when max_len ids are chosen?",
    "Which ids were handed to you, and which did you choose?",
)
def test_end_of_writing(student: Student) -> None:
    """Ends at eos_id or after max_len ids; neither first_id nor eos_id is returned."""

    def count_up(current: Any, state: Any) -> tuple[torch.Tensor, Any]:
        return F.one_hot(torch.tensor((_number(current) + 1) % 6), 6).double(), state

    for first, eos, longest, expected in (
        (0, 4, 10, [1, 2, 3]),
        (0, 5, 2, [1, 2]),
        (3, 3, 9, [4, 5, 0, 1, 2]),
    ):
        got = student.greedy_decode(count_up, 0, first, eos, longest)
        what = _(
            "with a step that counts up, first_id {first}, eos_id {eos} and max_len {longest}: the list"
        ).format(first=first, eos=eos, longest=longest)
        assert_equal(got, expected, what)


@pytest.mark.task("greedy_decode")
@pytest.mark.hint(
    "Which id does `step` get in the second call, and which state?",
    "Which of its two results does the next call of `step` need?",
)
def test_every_choice_is_fed_back(student: Student, reference: Student, draw: Draw) -> None:
    """Each call of `step` gets the id just chosen and the state just returned."""
    table = draw.normal(29, 7)
    got = student.greedy_decode(Writer(table, eos_id=6), 5, 2, 6, 8)
    assert_equal(got, reference.greedy_decode(Writer(table, eos_id=6), 5, 2, 6, 8), _("the list of ids"))


@pytest.mark.task("greedy_decode")
@pytest.mark.hint("When two scores are equally high, which of them does your function take?")
def test_ties_go_to_the_lowest_id(student: Student, reference: Student, draw: Draw) -> None:
    """Of equally high scores the lowest id is chosen, also if they are negative, or all but two are minus infinity."""
    for case, scores in {
        _("with many equal scores"): draw.integers(0, 3, 31, 9).to(torch.float32),
        _("with equal scores that are all negative"): draw.integers(-6, -3, 31, 9).double() * 1e3,
    }.items():
        expected = reference.greedy_decode(Writer(scores, eos_id=8), 1, 0, 8, 12)
        got = student.greedy_decode(Writer(scores, eos_id=8), 1, 0, 8, 12)
        assert_equal(got, expected, _("{case} the list of ids").format(case=case))

    def forbids_all_but_two(_current: Any, state: Any) -> tuple[torch.Tensor, Any]:
        return torch.tensor([-torch.inf, -torch.inf, -2.0, -2.0]), state

    got = student.greedy_decode(forbids_all_but_two, 0, 0, 0, 2)
    assert_equal(got, [2, 2], _("with scores -inf, -inf, -2, -2 the list of ids"))


@pytest.mark.task("greedy_decode")
@pytest.mark.hint("What is the least, and what the greatest number of ids that may be returned?")
def test_shortest_outputs(student: Student, reference: Student, draw: Draw) -> None:
    """Right for max_len 0 and 1, and when the first choice is eos_id."""
    table = draw.normal(23, 5)
    for longest in (0, 1):
        expected = reference.greedy_decode(Writer(table, eos_id=4), 2, 4, 4, longest)
        what = _("for max_len {longest} the list of ids").format(longest=longest)
        assert_equal(student.greedy_decode(Writer(table, eos_id=4), 2, 4, 4, longest), expected, what)
    got = student.greedy_decode(Writer(table, eos_id=3, patience=0), 0, 1, 3, 6)
    assert_equal(got, [], _("when eos_id is the first choice the list of ids"))


@pytest.mark.task("greedy_decode")
@pytest.mark.hint("Does your function need to know what a state is made of?")
def test_state_may_be_anything(student: Student, reference: Student, draw: Draw) -> None:
    """The state is passed on as it came, whether a pair of tensors or None, and ids are Python ints."""
    weights = draw.normal(4, 6)
    expected = reference.greedy_decode(PairWriter(weights), None, 2, 5, 7)
    step = PairWriter(weights)
    got = student.greedy_decode(step, None, 2, 5, 7)
    if any(isinstance(current, bool) or not isinstance(current, int) for current in step.read):
        raise CheckFailed(
            _("`step` was called with an id that is not a Python int."),
            Evidence.STRUCTURE,
            _("What type does the id have that you feed back?"),
        )
    assert_equal(got, expected, _("with a pair of tensors as the state the list of ids"))
