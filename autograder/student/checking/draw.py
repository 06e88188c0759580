"""Draws the inputs of a test: awkward sizes, values that are never zero by accident, the same bits on every machine.

Everything is made of integers first, from Python's own generator, whose sequence is the same everywhere; a normal
value is a sum of twelve of them. PyTorch's `randn` is not used: it may differ in the last bit between processors.

>>> Draw(1).normal(2, 3).shape
torch.Size([2, 3])
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy
import torch

Module = TypeVar("Module", bound=torch.nn.Module)

_SUMMANDS = 12  # uniform integers of 16 bits whose sum has a standard deviation of 2^16, very nearly
_WIDTH = 2**16


class Draw:
    """A source of random test inputs; every number is a function of the seed alone.

    `nudge` moves every floating value by that share of itself, up or down. Recording uses it to learn how far an
    answer moves when its inputs hardly do.
    """

    def __init__(self, seed: int, nudge: float = 0.0) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self._values = random.Random(derive_seed(seed, "values"))
        self._nudges = random.Random(derive_seed(seed, "nudges"))
        self._nudge = nudge

    def normal(
        self, *shape: int, scale: float = 1.0, dtype: torch.dtype = torch.float64, leaf: bool = False
    ) -> torch.Tensor:
        """Normal values of the given shape; with `leaf`, a gradient can be asked for."""
        count = math.prod(shape)
        # Twelve integers a value, and every step exact: sums, and a division by a power of two.
        pieces = self._integers16(self._values, count * _SUMMANDS).reshape(count, _SUMMANDS)
        centred = numpy.add.reduce(pieces, axis=1, dtype=numpy.int64)  # (count,)
        centred *= 2
        centred -= _SUMMANDS * (_WIDTH - 1)
        if not centred.all():
            centred[centred == 0] = 1  # once in 160,000; a weight of 0 hides what it should carry
        values = torch.from_numpy(centred * (scale / (2.0 * _WIDTH))).reshape(shape)
        if self._nudge:
            signs = self._integers16(self._nudges, count).reshape(shape) / _WIDTH - 0.5
            values *= 1.0 + 2.0 * self._nudge * torch.from_numpy(signs)
        return values.to(dtype).requires_grad_(leaf)

    def sizes(self, count: int) -> list[int]:
        """Sizes that all differ, none of them 1: a forgotten transpose or a wrong axis then shows."""
        return self.random.sample(range(2, 3 + count), count)

    def integers(self, low: int, high: int, *shape: int) -> torch.Tensor:
        """int64 values with low <= value < high."""
        count = math.prod(shape)
        drawn = numpy.frombuffer(self._values.randbytes(4 * count), dtype="<u4").astype(numpy.int64)
        return torch.from_numpy(low + drawn % (high - low)).reshape(shape)

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

    @staticmethod
    def _integers16(source: random.Random, count: int) -> numpy.ndarray[Any, numpy.dtype[numpy.uint16]]:
        return numpy.frombuffer(source.randbytes(2 * count), dtype="<u2")


def derive_seed(seed: int, *names: str) -> int:
    """A seed of its own for everything that is named, so that one test's inputs do not depend on another's."""
    digest = hashlib.sha256(repr((seed, *names)).encode()).digest()
    return int.from_bytes(digest[:7], "big")
