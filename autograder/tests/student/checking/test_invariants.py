"""What a call changes besides returning something is noticed, and nothing else."""

from __future__ import annotations

import random

import numpy
import pytest
import torch
from numpy.random import mtrand
from torch import nn

from autograder.student.checking.invariants import Snapshot


class Model(nn.Module):
    """A layer with a buffer."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(2, 2)
        self.register_buffer("count", torch.zeros(1))


def replace_parameter(model: Model) -> None:
    model.linear.weight = nn.Parameter(model.linear.weight.detach().clone())


def draw_apart(_model: Model) -> torch.Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch.rand(2)


def changes(function, *arguments, **keywords):
    torch.manual_seed(7)  # no function here sets this one
    before = Snapshot(function, arguments, keywords)
    try:
        function(*arguments, **keywords)
        return before.changes()
    finally:
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(
    ("function", "argument", "kind"),
    [
        (lambda x: x.add_(1), torch.zeros(2), "values"),
        (lambda x: x[0].mul_(2), [torch.ones(2)], "values"),
        (lambda x: x.append(3), [1, 2], "values"),
        (lambda x: x.pop("a"), {"a": 1}, "values"),
        (lambda x: x.requires_grad_(), torch.zeros(2), "requires_grad"),
        (lambda m: m.eval(), Model(), "mode"),
        (lambda m: m.linear.eval(), Model(), "mode"),
        (replace_parameter, Model(), "parameters"),
        (lambda m: m.count.add_(1), Model(), "values"),
        (lambda m: m.linear(torch.ones(2)).sum().backward(), Model(), "gradient"),
        (lambda _x: torch.rand(1), 0, "random state"),
        (lambda _x: random.random(), 0, "random state"),
        (lambda _x: numpy.random.rand(), 0, "random state"),
        (lambda _m: torch.manual_seed(0), Model(), "random state"),
        (lambda _x: torch.set_grad_enabled(False), 0, "grad mode"),
        (lambda _x: torch.set_default_dtype(torch.float64), 0, "defaults"),
    ],
)
def test_each_kind_of_change_is_told(function, argument, kind: str) -> None:
    """By its name, and with the argument where there is one."""
    assert [found for found, _place in changes(function, argument)] == [kind]


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (lambda x: x.T + 1, torch.ones(2, 3)),
        (lambda x: x.view(6), torch.ones(2, 3)),
        (lambda x: [*x, 1], [1]),
        (lambda m: m(torch.ones(2)), nn.Sequential(nn.Linear(2, 2), nn.Dropout())),
        (draw_apart, Model()),
        (lambda m: m, Model()),
        (lambda x: x, torch.tensor([float("nan")])),
    ],
)
def test_a_clean_call_changes_nothing(function, argument) -> None:
    """Views are fine, a module may draw for its dropout, and a seed may be set if the old state is put back."""
    assert changes(function, argument) == []


def test_any_generator_of_numpy_is_looked_at() -> None:
    """Whoever puts another one in its place has changed the random state, and whoever draws from that one as well."""
    usual = mtrand.get_bit_generator()
    try:
        other = numpy.random.PCG64(1)
        assert changes(lambda _x: mtrand.set_bit_generator(other), 0) == [("random state", "")]
        assert changes(lambda _x: numpy.random.rand(), 0) == [("random state", "")]
        assert changes(lambda x: x, 0) == []
    finally:
        mtrand.set_bit_generator(usual)


def test_making_a_module_may_draw() -> None:
    """For its initial weights."""
    assert changes(Model) == []


def test_making_a_module_may_not_set_the_seed() -> None:
    """All models would start with the same numbers, and whatever is drawn after them would be the same."""

    class Reseeding(Model):
        def __init__(self) -> None:
            torch.manual_seed(0)
            super().__init__()

    assert changes(Reseeding) == [("random state", "")]


def test_a_keyword_is_told_by_its_name() -> None:
    """As the student wrote it."""
    assert changes(lambda *, state: state.zero_(), state=torch.ones(1)) == [("values", "state")]
