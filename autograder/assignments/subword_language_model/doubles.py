"""What the tests of the third notebook put in the place of a student's own modules, tokenizers, sets and files."""

from __future__ import annotations

import functools
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn


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


DOUBLES: dict[str, Callable[..., Any]] = {
    "AssembledModule": AssembledModule,
    "LibraryTokenizer": LibraryTokenizer,
    "LibraryFit": LibraryFit,
    "set": string_set,
    "path": temporary_path,
}
