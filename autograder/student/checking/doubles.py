"""Models and helpers that stand in for the student's own, so that a task is judged alone, whoever wrote the rest.

They live next to her code, as she would use them, and in the grader, which compares; they hold no answer. Their
start states are not zero and training mode changes their scores: a wrong state or mode shows in the values.
"""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import torch
from torch import nn, optim
from torch.nn import functional as F

State: TypeAlias = torch.Tensor | tuple[torch.Tensor, torch.Tensor]


class _StandIn(nn.Module):
    """What both models share: the interface of `RNNModel`, and a count of the calls that built a graph."""

    def __init__(self, vocab_size: int, layers: int, width: int, pair: bool, while_training: float) -> None:
        super().__init__()
        self.vocab_size, self.pair = vocab_size, pair
        self.while_training = (
            while_training  # what training mode multiplies scores by: dropout without chance
        )
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
        return self.while_training * scores if self.training else scores


class LibraryLanguageModel(_StandIn):
    """A word model out of library parts."""

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


class RememberingModel(_StandIn):
    """Scores that depend on every id read so far and on their order: a row of a table, found by a running number.

    The state of a stream is a whole number below the number of rows (two for `pair`). Nothing is forgotten: one
    other id, however long ago, gives another row.
    """

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


class AssembledModule(nn.Module):
    """A module put together by name: children, parameters and buffers of its own, some tensors shared, some frozen."""

    def __init__(
        self,
        parts: Mapping[str, nn.Module],
        own: Mapping[str, int] | None = None,  # how many numbers each of its own parameters has
        buffers: Mapping[str, int] | None = None,
        shared: Mapping[str, str] | None = None,  # "readout.weight": "lookup.weight", the latter stays
        frozen: Sequence[str] = (),
    ) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)
        for name, size in (own or {}).items():
            self.register_parameter(name, nn.Parameter(torch.ones(size)))
        for name, size in (buffers or {}).items():
            self.register_buffer(name, torch.ones(size))
        for name, original in (shared or {}).items():
            owner, _dot, attribute = name.rpartition(".")
            setattr(self.get_submodule(owner), attribute, self.get_parameter(original))
        for name in frozen:
            self.get_parameter(name).requires_grad_(False)


class LibraryTokenizer:
    """A tokenizer that has learnt nothing: bytes, or known pieces of a kind, where all others are the id 0.

    `kind` is "bytes", "characters", or "words" (with the white space between them); `known` are the pieces of the
    ids from 1 on.
    """

    def __init__(self, kind: str, known: Sequence[str] = ()) -> None:
        self.kind = kind
        self.ids = {piece: number for number, piece in enumerate(known, start=1)}
        self.vocab_size = 256 if kind == "bytes" else 1 + len(known)

    def encode(self, text: str) -> list[int]:
        """The ids of a text."""
        return list(text.encode()) if self.kind == "bytes" else [self.ids.get(p, 0) for p in self._cut(text)]

    def unknown_bytes(self, text: str) -> int:
        """How many bytes of a text its ids do not tell."""
        return sum(len(piece.encode()) for piece in self._cut(text) if piece not in self.ids)

    def _cut(self, text: str) -> list[str]:
        if self.kind == "bytes":
            return []
        return list(text) if self.kind == "characters" else re.findall(r"\s+|\S+", text)


class LibraryFit:
    """What `compare_tokenizers` may be given as `fit`: it trains nothing, and notes what it is called with.

    Its numbers tell everything that it is given, unless its answer is to be a fixed number of nats.
    """

    def __init__(self, nats: float | None = None) -> None:
        self.nats = nats
        self.noted: list[tuple[Any, Any, Any]] = []

    def __call__(self, train_ids: Any, valid_ids: Any, vocab_size: Any) -> dict[str, float]:
        """The measurements; of a call that makes no sense, any numbers."""
        self.noted.append((train_ids, valid_ids, vocab_size))
        embedding = 8 * vocab_size if isinstance(vocab_size, int) else 8
        nats = self.nats if self.nats is not None else _told(valid_ids) / 10 + _told(train_ids) / 1000
        return {"parameters": embedding + 1200, "embedding": embedding, "nats": nats}

    def calls(self) -> list[tuple[Any, Any, Any]]:
        """The arguments of the calls so far."""
        return self.noted


def _told(ids: Any) -> int:
    """A number that depends on every id and its place."""
    ids = ids if isinstance(ids, list | tuple) else []
    return sum((place % 5 + 1) * (token % 7 + 1) for place, token in enumerate(ids) if isinstance(token, int))


def string_set(strings: Iterable[str]) -> set[str]:
    """A set, which cannot travel as such."""
    return set(strings)


def temporary_path(name: str) -> str:
    """Where a file of this name may be written, and is not yet: in a folder of this process, which goes with it."""
    path = Path(_temporary_folder().name, name)
    path.unlink(missing_ok=True)
    return str(path)


@functools.cache
def _temporary_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="autograder-check-")
