"""What the tests of the second notebook put in the place of a student's own model, training step and randomness."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn, optim

from autograder.student.checking.doubles import DoubleModel, State


class RememberingModel(DoubleModel):
    """Scores that depend on every id read so far and on their order: a row of a table, found by a running number.

    The state of a stream is a whole number below the number of rows (two for `pair`). Nothing is forgotten: one
    other id, however long ago, gives another row.
    """

    recipe_options = ("vocab_size", "rows", "pair", "while_training")

    def __init__(
        self, vocab_size: int, rows: int = 29, pair: bool = False, while_training: float = 1.0
    ) -> None:
        super().__init__(vocab_size, 1, 1, pair, while_training)
        self.rows = rows  # not a multiple of 3
        self.table = nn.Parameter(torch.zeros(rows, vocab_size))

    def forward(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """(T, B) ids and a state -> (T, B, V) scores and the state after them."""
        found = []
        number, second = state if isinstance(state, tuple | list) else (state, torch.zeros_like(state))
        for now in ids:
            number = (3 * number + now[None, :, None] + 1) % self.rows
            second = (second + number) % self.rows if self.pair else second
            found.append(((number + second) % self.rows)[0, :, 0].long())
        return self._scored(self.table[torch.stack(found)]), (number, second) if self.pair else number


class LibraryStep:
    """What `train_epoch` may be given as `step`: plain gradient descent by the library; it notes the losses."""

    def __init__(self, model: nn.Module, lr: float) -> None:
        self.noted: list[float] = []
        self.optimiser = optim.SGD(model.parameters(), lr=lr)

    def __call__(self, loss: torch.Tensor) -> float:
        """One update; returns the loss."""
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        self.noted.append(loss.item())
        return self.noted[-1]

    def losses(self) -> list[float]:
        """The losses so far."""
        return self.noted


def seeded_generator(seed: int) -> torch.Generator:
    """A source of random numbers of its own."""
    return torch.Generator().manual_seed(seed)


DOUBLES: dict[str, Callable[..., Any]] = {
    "RememberingModel": RememberingModel,
    "LibraryStep": LibraryStep,
    "Generator": seeded_generator,
}
