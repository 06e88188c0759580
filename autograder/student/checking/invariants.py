"""Detects the side effects of a call of the student's code.

It runs next to her code, around every call of a test. What should be as before: the arguments and the modules among
them (values, gradients, modes, the parameters themselves), the global random states, grad mode, default dtype and
device. A task that may change something says so in its assignment's `spec.py`.

>>> x = torch.zeros(2)
>>> before = Snapshot(None, [x], {})
>>> _ = x.add_(1)
>>> before.changes()
[('values', '1')]
"""

from __future__ import annotations

import ctypes
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from numpy.random import mtrand
from torch import nn

# What may be found changed; messages and exceptions in `spec.py` use these words.
VALUES, GRADIENT, REQUIRES_GRAD = "values", "gradient", "requires_grad"
MODE, PARAMETERS = "mode", "parameters"
RANDOM_STATE, GRAD_MODE, DEFAULTS = "random state", "grad mode", "defaults"
KINDS = (VALUES, GRADIENT, REQUIRES_GRAD, MODE, PARAMETERS, RANDOM_STATE, GRAD_MODE, DEFAULTS)

OWNER = "self"  # the kept object whose method is called
_MT19937_BYTES = 625 * 4  # numpy's usual generator: 624 words and a position
_MAX_PARTS = 10_000  # of nested arguments; deeper or longer ones are not looked at in full


@dataclass(frozen=True)
class _Tensor:
    tensor: torch.Tensor
    values: torch.Tensor
    gradient: torch.Tensor | None
    requires_grad: bool

    def changes(self) -> Iterator[str]:
        if not _same(self.tensor.detach(), self.values):
            yield VALUES
        now = self.tensor.grad if self.tensor.is_leaf else None
        if (now is None) != (self.gradient is None) or (
            now is not None and self.gradient is not None and not _same(now, self.gradient)
        ):
            yield GRADIENT
        if self.tensor.requires_grad != self.requires_grad:
            yield REQUIRES_GRAD


class Snapshot:
    """How everything that a call may not change was before it."""

    def __init__(
        self, function: Callable[..., Any] | None, arguments: Sequence[Any], keywords: Mapping[str, Any]
    ) -> None:
        owner = getattr(function, "__self__", function)
        self._places = {str(number): value for number, value in enumerate(arguments, start=1)} | dict(
            keywords
        )
        if isinstance(owner, nn.Module):
            self._places[OWNER] = owner
        self._tensors: list[tuple[str, _Tensor]] = []
        self._modules: list[tuple[str, nn.Module, list[bool], list[int]]] = []
        self._containers: list[tuple[str, Any, Any]] = []
        for place, value in self._places.items():
            self._look_at(place, value)
        # Modules may draw when they are made and, for dropout, when they are called; no call may set the seed.
        draws = any(isinstance(value, nn.Module) for value in self._places.values())
        is_class = isinstance(function, type) and issubclass(function, nn.Module)
        self._random = None if draws or is_class else _random_states()
        self._seed = torch.initial_seed()
        self._globals = _globals()

    def changes(self) -> list[tuple[str, str]]:
        """What is different now, and where: pairs of a kind and the number or name of an argument, or `self`."""
        found = [(kind, place) for place, tensor in self._tensors for kind in tensor.changes()]
        for place, module, modes, parameters in self._modules:
            if [part.training for part in module.modules()] != modes:
                found.append((MODE, place))
            if [id(parameter) for parameter in module.parameters()] != parameters:
                found.append((PARAMETERS, place))
        found += [(VALUES, place) for place, now, before in self._containers if not _equal(now, before)]
        has_drawn = self._random is not None and _random_states() != self._random
        if has_drawn or torch.initial_seed() != self._seed:
            found.append((RANDOM_STATE, ""))
        now = _globals()
        found += [(kind, "") for kind, before in self._globals.items() if now[kind] != before]
        return list(dict.fromkeys(found))

    def _look_at(self, place: str, value: Any) -> None:
        if isinstance(value, torch.Tensor):
            self._keep_tensor(place, value)
        elif isinstance(value, nn.Module):
            self._modules.append(
                (place, value, [m.training for m in value.modules()], [id(p) for p in value.parameters()])
            )
            for tensor in (*value.parameters(), *value.buffers()):
                self._keep_tensor(place, tensor)
        elif isinstance(value, list | tuple | dict | set):
            self._containers.append((place, value, _copied(value)))
            parts = value.values() if isinstance(value, dict) else value
            for part in list(parts)[:_MAX_PARTS]:
                if isinstance(part, torch.Tensor | nn.Module | list | tuple | dict):
                    self._look_at(place, part)

    def _keep_tensor(self, place: str, tensor: torch.Tensor) -> None:
        gradient = tensor.grad if tensor.is_leaf else None
        self._tensors.append(
            (
                place,
                _Tensor(
                    tensor,
                    tensor.detach().clone(),
                    None if gradient is None else gradient.clone(),
                    tensor.requires_grad,
                ),
            )
        )


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    return torch.equal(a, b) or (
        a.is_floating_point() and bool(torch.isclose(a, b, 0, 0, equal_nan=True).all())
    )


def _copied(container: Any) -> Any:
    """A container of its own with the same parts, for a comparison of which parts it holds."""
    return container if isinstance(container, tuple) else container.copy()


def _equal(now: Any, before: Any) -> bool:
    if isinstance(now, dict):
        return list(now) == list(before) and all(_equal(now[key], before[key]) for key in now)
    if isinstance(now, list | tuple):
        return len(now) == len(before) and all(map(_equal, now, before))
    if isinstance(now, set):
        return bool(now == before)
    if now is before:
        return True
    if isinstance(now, torch.Tensor | numpy.ndarray):
        return type(now) is type(before) and bool(numpy.all(numpy.asarray(now == before)))
    if isinstance(now, bool | int | float | str | bytes):
        return type(now) is type(before) and now == before
    return False


def _random_states() -> tuple[Any, ...]:
    return torch.get_rng_state().numpy().tobytes(), random.getstate(), _numpy_state()


def _numpy_state() -> bytes | str:
    generator = mtrand.get_bit_generator()
    if isinstance(generator, numpy.random.MT19937):
        # As it lies in memory: numpy makes a list of it number by number, which takes longer than most calls.
        return ctypes.string_at(generator.ctypes.state_address, _MT19937_BYTES)
    return repr(generator.state)  # the student's own choice, of another size


def _globals() -> dict[str, Any]:
    return {
        GRAD_MODE: torch.is_grad_enabled(),
        DEFAULTS: (torch.get_default_dtype(), str(torch.get_default_device())),
    }
