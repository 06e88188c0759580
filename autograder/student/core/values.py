"""Turns plain values into bytes and back: JSON for structure, the memory of tensors for numbers, nothing executable.

What crosses between the grader and a worker is made of: None, bool, int, float, str, bytes, list, tuple, dict,
tensors, and four kinds of reference that mean something only to the two ends: `Ref` (an object that stays where
it is), `Callback` (a function of the grader's), `Recipe` (a library module to be rebuilt from its weights) and
`Once` (an iterator that can be walked one time only). Decoding never imports, unpickles or calls anything, and
what it returns was rebuilt from bytes: no subclass with an `__eq__` of its own can come through.

>>> decode(*encode({"h": (1, None)}))
{'h': (1, None)}
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy
import torch

from autograder.student.core.tensors import (
    MAX_TENSOR_BYTES,
    MAX_TENSORS,
    NAMES,
    Buffer,
    UnreadableTensors,
    is_plain_tensor,
    memory_of,
    size_of,
    tensor_at,
    unique_keys,
    writable,
)

MAX_JSON_BYTES = 4 * 2**20
MAX_BLOB_BYTES = MAX_TENSOR_BYTES + 8 * MAX_TENSORS  # each begins at a multiple of 8
MAX_DEPTH = 64
MAX_NODES = 500_000

_AS_IT_IS = frozenset({type(None), bool, str})  # of JSON and of Python alike
_FLAT = _AS_IT_IS | {int}
_SMALL = 2**64  # integers below it need no look at how long they are


class WireError(ValueError):
    """The bytes (or the value) are not of this format; the sentence says why."""


@dataclass(frozen=True)
class Ref:
    """An object that stays in the worker: its number there, and the name of its type for messages."""

    number: int
    type_name: str = ""


@dataclass(frozen=True)
class Callback:
    """A function of the grader's that a worker may call by its number."""

    number: int


@dataclass(frozen=True)
class Recipe:
    """A library module to rebuild: its class (`"LSTM"` for `nn.LSTM`), constructor options and weights."""

    kind: str
    options: dict[str, Any]
    state: dict[str, torch.Tensor] = field(default_factory=dict)
    training: bool = True


@dataclass(frozen=True)
class Once:
    """An iterator over the items that can be walked one time only, as a generator can."""

    items: list[Any]


def is_flat(items: list[Any] | tuple[Any, ...]) -> bool:
    """Whether nothing among them has parts, or is of a class of its own: ids and words, of which there are thousands.

    >>> is_flat([3, "a"]), is_flat([3, [4]])
    (True, False)
    """
    return _FLAT.issuperset(map(type, items))


def encode(value: Any, substitute: Callable[[Any], Any] | None = None) -> tuple[bytes, bytes]:
    """The value as (JSON, numbers); the second is empty if it holds no tensor.

    In the JSON stand dtype and shape of each tensor, and its numbers in the same order, filled up to a multiple of 8
    bytes: nothing has to be said of where they are.

    `substitute` gets every object that is not plain and returns something that is; without it, or if the
    value is too deep or too large, `WireError` says why it cannot be sent, as in “it is nested too deeply”.
    """
    text, buffers = encode_parts(value, substitute)
    return text, b"".join(buffers)


def encode_parts(
    value: Any, substitute: Callable[[Any], Any] | None = None
) -> tuple[bytes, list[bytes | memoryview]]:
    """The same, with the numbers in parts that are the tensors' own memory: nothing large is copied."""
    tensors: list[torch.Tensor] = []
    tree = _Encoder(tensors, substitute).encode(value, 0)
    text = _TEXT.encode(tree).encode()
    if len(text) > MAX_JSON_BYTES:
        raise WireError(f"it is too large ({len(text):,} bytes without its tensors)")
    return text, list(memory_of(tensors))


class _Encoder:
    def __init__(self, tensors: list[torch.Tensor], substitute: Callable[[Any], Any] | None) -> None:
        self.tensors = tensors
        self.substitute = substitute
        self.tensor_bytes = 0
        self.nodes = 0

    def encode(self, value: Any, depth: int) -> Any:
        self._count(1, depth)
        if type(value) in _AS_IT_IS:
            return value
        if isinstance(value, list):
            return self._items(value, depth)
        if isinstance(value, tuple):
            return {"$": "tuple", "v": self._items(value, depth)}
        if isinstance(value, dict):
            pairs = list(islice(value.items(), MAX_NODES + 1))
            keys, values = [key for key, _value in pairs], [value for _key, value in pairs]
            return {"$": "dict", "k": self._items(keys, depth), "v": self._items(values, depth)}
        if is_plain_tensor(value):
            return self._tensor(value)
        if isinstance(value, numpy.generic):  # some of them are floats as well
            value = value.item()
        if isinstance(value, int):
            return _encode_int(int(value))
        if isinstance(value, str):
            return str(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {"$": "float", "v": repr(float(value))}
        if isinstance(value, (bytes, bytearray)):
            return {"$": "bytes", "v": base64.b64encode(value).decode()}
        return self._reference(value, depth)

    def _items(self, value: list[Any] | tuple[Any, ...], depth: int) -> list[Any]:
        items = list(islice(value, MAX_NODES + 1))  # a class of its own may have no end
        kinds = set(map(type, items))
        if kinds == {str} or (kinds == {int} and min(items) > -_SMALL and max(items) < _SMALL):
            self._count(len(items), depth)
            return items
        return [self.encode(item, depth + 1) for item in items]

    def _count(self, parts: int, depth: int) -> None:
        self.nodes += parts
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("it is nested too deeply, or has too many parts")

    def _tensor(self, value: torch.Tensor) -> Any:
        # Before `contiguous`: a stride-0 tensor of 400 GB takes no memory until it is copied.
        self.tensor_bytes += value.nbytes
        if self.tensor_bytes > MAX_TENSOR_BYTES or len(self.tensors) >= MAX_TENSORS:
            raise WireError("its tensors are too large, or too many")
        self.tensors.append(value.detach().cpu().contiguous())
        form = [NAMES[value.dtype], list(value.shape)]
        return {"$": "tensor", "v": form, "leaf": bool(value.requires_grad)}

    def _reference(self, value: Any, depth: int) -> Any:
        if isinstance(value, Ref):
            return {"$": "ref", "v": value.number, "type": value.type_name}
        if isinstance(value, Callback):
            return {"$": "callback", "v": value.number}
        if isinstance(value, Once):
            return {"$": "once", "v": self.encode(value.items, depth + 1)}
        if isinstance(value, Recipe):
            return {
                "$": "recipe",
                "kind": value.kind,
                "options": self.encode(value.options, depth + 1),
                "state": self.encode(value.state, depth + 1),
                "training": value.training,
            }
        if self.substitute is None:
            raise WireError(f"it holds a value of the type {type(value).__name__}")
        return self.encode(self.substitute(value), depth + 1)


def _encode_int(value: int) -> Any:
    if value.bit_length() > 4096:
        raise WireError("it holds an integer of more than 4096 bits")
    return value


def decode(text: Buffer, blob: Buffer) -> Any:
    """The value in (JSON, numbers) of unknown origin; `WireError` for anything out of the format.

    Tensors are made of the blob's own memory if it can be written to, so that nothing large is copied.
    """
    with _total():
        if len(text) > MAX_JSON_BYTES or len(blob) > MAX_BLOB_BYTES:
            raise WireError("the message is larger than allowed")
        try:
            tree = _MESSAGES.decode(str(text, "utf-8"))
        except (ValueError, RecursionError) as error:
            raise WireError("the message is not valid JSON") from error
        decoder = _Decoder(writable(blob))
        value = decoder.decode(tree, 0)
        if decoder.end != len(blob):
            raise WireError("the numbers in the message are more than its tensors have")
        return value


@contextmanager
def _total() -> Iterator[None]:
    """Whatever else goes wrong with bytes of unknown origin is a `WireError` too: nobody may choose another end."""
    try:
        yield
    except WireError:
        raise
    except UnreadableTensors as error:
        raise WireError(str(error)) from error
    except Exception as error:
        raise WireError("the message is of no known form") from error


class _Decoder:
    def __init__(self, memory: memoryview) -> None:
        self.memory = memory
        self.end = 0  # of the numbers that belong to a tensor
        self.tensors = 0
        self.nodes = 0

    def decode(self, tree: Any, depth: int) -> Any:
        self._count(1, depth)
        kind = type(tree)
        if kind is dict:
            return self._tagged(tree, depth)
        if kind is list:
            return self._items(tree, depth)
        if kind is float and not math.isfinite(tree):  # json reads 1e999 as inf
            raise WireError("a number in the message is out of range")
        return tree

    def _tagged(self, tree: dict[str, Any], depth: int) -> Any:
        tag, body = tree.get("$"), tree.get("v")
        if tag == "tuple" and isinstance(body, list):
            return tuple(self._items(body, depth))
        if tag == "dict" and isinstance(body, list) and isinstance(tree.get("k"), list):
            return self._dict(tree["k"], body, depth)
        if tag == "tensor" and isinstance(body, list) and len(body) == 2:
            tensor = self._tensor(body[0], body[1])
            leaf = tree.get("leaf") is True and (tensor.is_floating_point())
            return tensor.clone().requires_grad_() if leaf else tensor
        if tag == "float" and body in ("nan", "inf", "-inf"):
            return float(body)
        if tag == "bytes" and isinstance(body, str):
            return _decode_bytes(body)
        if tag == "ref" and type(body) is int:
            return Ref(body, str(tree.get("type", ""))[:200])
        if tag == "callback" and type(body) is int:
            return Callback(body)
        if tag == "once" and isinstance(body, list):
            return Once(self.decode(body, depth + 1))
        if tag == "recipe" and isinstance(tree.get("kind"), str):
            options, state = (
                self.decode(tree.get("options"), depth + 1),
                self.decode(tree.get("state"), depth + 1),
            )
            if isinstance(options, dict) and isinstance(state, dict):
                return Recipe(tree["kind"], options, state, tree.get("training") is True)
        raise WireError("a part of the message is of no known kind")

    def _tensor(self, dtype: Any, shape: Any) -> torch.Tensor:
        """The tensor whose numbers are the next ones."""
        start, size = self.end, size_of(dtype, shape)
        self.tensors += 1
        self.end += size + -size % 8
        if self.tensors > MAX_TENSORS or self.end > len(self.memory):
            raise WireError("the tensors in the message are too many, or have more numbers than there are")
        return tensor_at(self.memory, start, dtype, shape)

    def _items(self, items: list[Any], depth: int) -> list[Any]:
        if not is_flat(items):
            return [self.decode(item, depth + 1) for item in items]
        self._count(len(items), depth)
        return items

    def _count(self, parts: int, depth: int) -> None:
        self.nodes += parts
        if depth > MAX_DEPTH or self.nodes > MAX_NODES:
            raise WireError("the message is nested too deeply, or has too many parts")

    def _dict(self, keys: list[Any], values: list[Any], depth: int) -> dict[Any, Any]:
        if len(keys) != len(values):
            raise WireError("a dictionary in the message is malformed")
        keys, values = self._items(keys, depth), self._items(values, depth)
        try:
            return dict(zip(keys, values, strict=True))
        except TypeError as error:  # a list as a key
            raise WireError("a dictionary in the message has a key that cannot be one") from error


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.loads` makes a decoder for every message.
_MESSAGES = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=unique_keys)
_TEXT = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _decode_bytes(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise WireError("bytes in the message are malformed") from error
