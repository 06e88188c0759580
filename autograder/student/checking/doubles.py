"""Models that more than one assignment puts in the place of a student's own, so that a task is judged alone.

They live next to her code, as she would use them, and in the grader, which compares; they hold no answer. Start
states are not zero and training mode changes scores: a wrong state or mode shows in the values. A module names the
arguments it was made with in `recipe_options`, so that it can be rebuilt elsewhere. What one assignment alone needs
is in its own `doubles.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import nn
from torch.nn import functional as F

State: TypeAlias = torch.Tensor | tuple[torch.Tensor, torch.Tensor]


class DoubleModel(nn.Module):
    """What language models share: the interface of `RNNModel`, and a count of the calls that built a graph."""

    def __init__(self, vocab_size: int, layers: int, width: int, pair: bool, while_training: float) -> None:
        super().__init__()
        self.vocab_size, self.pair = vocab_size, pair
        self.while_training = (
            while_training  # what training mode multiplies scores by: dropout without chance
        )
        self.dropout = nn.Identity()  # does nothing, but has a mode of its own, as a layer of dropout has
        self.graphs_built = 0
        for name in ("start", "start_c") if pair else ("start",):
            self.register_buffer(name, torch.zeros(layers, 1, width))

    def init_state(self, batch_size: int) -> State:
        """The state before the first word, for a number of streams."""
        parts = [self.get_buffer(name).repeat(1, batch_size, 1) for name, _b in self.named_buffers()]
        return (parts[0], parts[1]) if self.pair else parts[0]

    def seen_graphs(self) -> int:
        """How many calls have built a graph so far."""
        return self.graphs_built

    def _scored(self, scores: torch.Tensor) -> torch.Tensor:
        self.graphs_built += scores.requires_grad
        return self.while_training * scores if self.dropout.training else scores


class LibraryLanguageModel(DoubleModel):
    """A word model out of library parts."""

    recipe_options = ("kind", "vocab_size", "embed", "hidden", "layers", "tie_weights", "while_training")

    def __init__(
        self,
        kind: str,
        vocab_size: int,
        embed: int,
        hidden: int,
        layers: int = 1,
        tie_weights: bool = False,
        while_training: float = 1.0,
    ) -> None:
        super().__init__(vocab_size, layers, hidden, kind == "LSTM", while_training)
        self.kind, self.embed, self.hidden = kind, embed, hidden
        self.layers, self.tie_weights = layers, tie_weights
        self.lookup = nn.Embedding(vocab_size, embed)
        self.rnn = {"RNN": nn.RNN, "GRU": nn.GRU, "LSTM": nn.LSTM}[kind](embed, hidden, layers)
        self.readout = nn.Linear(hidden, vocab_size)
        if tie_weights:
            self.readout.weight = self.lookup.weight

    def forward(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """(T, B) ids and a state -> (T, B, V) scores and the state after them."""
        read, last = self.rnn(self.lookup(ids), state)
        return self._scored(self.readout(read)), last

    def loss(self, text: torch.Tensor) -> torch.Tensor:
        """The mean nats per word of a text (T, B) after its first words, with its graph."""
        scores, _last = self(text[:-1], self.init_state(text.shape[1]))
        return F.cross_entropy(scores.movedim(2, 1), text[1:])


class LibraryCharModel(nn.Module):
    """A character model out of library parts, for tests of what trains or watches one whoever wrote it.

    `while_training` is what training mode multiplies its inputs by: dropout without chance.
    """

    recipe_options = ("vocab_size", "hidden_size", "while_training")

    def __init__(self, vocab_size: int, hidden_size: int, while_training: float = 1.0) -> None:
        super().__init__()
        self.vocab_size, self.hidden_size = vocab_size, hidden_size
        self.while_training = while_training
        self.columns = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.RNN(hidden_size, hidden_size)
        self.readout = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids: torch.Tensor, h: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        """(T, B) ids and a state (B, H) or None -> (T, B, V) scores and the state after them."""
        read = self.columns(ids)
        read = self.while_training * read if self.training else read
        states, last = self.rnn(read, None if h is None else h[None])
        return self.readout(states), last[0]


DOUBLES: dict[str, Callable[..., Any]] = {
    "LibraryLanguageModel": LibraryLanguageModel,
    "LibraryCharModel": LibraryCharModel,
}
