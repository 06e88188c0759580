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
    "set": string_set,
    "path": temporary_path,
}
