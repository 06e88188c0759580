"""Draws the inputs of a test: awkward sizes, values that are never zero by accident, the same for one seed.

>>> Draw(1).normal(2, 3).shape
torch.Size([2, 3])
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import Any, TypeVar

import torch

Module = TypeVar("Module", bound=torch.nn.Module)


class Draw:
    """A source of random test inputs; every number is a function of the seed alone."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._generator = torch.Generator().manual_seed(seed)
        self.random = random.Random(seed)

    def normal(
        self, *shape: int, scale: float = 1.0, dtype: torch.dtype = torch.float64, leaf: bool = False
    ) -> torch.Tensor:
        """Normal values of the given shape; with `leaf`, a gradient can be asked for."""
        values = scale * torch.randn(*shape, generator=self._generator, dtype=torch.float64)
        return values.to(dtype).requires_grad_(leaf)

    def sizes(self, count: int) -> list[int]:
        """Sizes that all differ, none of them 1: a forgotten transpose or a wrong axis then shows."""
        return self.random.sample(range(2, 3 + count), count)

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """int64 values with low <= value < high."""
        return torch.randint(low, high, shape, generator=self._generator)

    def lengths(self, rows: int, longest: int) -> torch.Tensor:
        """(rows,) int64 lengths from 1 to `longest`, in no order, the longest and a shorter one among them."""
        values = [
            longest,
            max(1, longest // 2),
            1,
            *(self.random.randint(1, longest) for _row in range(rows)),
        ]
        values = values[:rows]
        # A sorted batch would hide a missing un-sort: rotate until the longest row is not the first.
        self.random.shuffle(values)
        if rows > 1 and values[0] == max(values):
            values.append(values.pop(0))
        return torch.tensor(values)

    def choice(self, items: Sequence[Any]) -> Any:
        """One of the items."""
        return self.random.choice(items)

    def weights(self, module: Module, scale: float = 0.6) -> Module:
        """The module in float64 with every parameter, biases too, drawn anew: zeros hide half of all mistakes."""
        module = module.double()
        with torch.no_grad():
            for parameter in module.parameters():
                parameter.copy_(self.normal(*parameter.shape, scale=scale))
        return module


def derive_seed(seed: int, *names: str) -> int:
    """A seed of its own for everything that is named, so that one test's inputs do not depend on another's."""
    digest = hashlib.sha256(repr((seed, *names)).encode()).digest()
    return int.from_bytes(digest[:7], "big")
