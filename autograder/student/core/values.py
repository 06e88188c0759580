"""Turns plain values into bytes and back: JSON for structure, safetensors for numbers, nothing executable.

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
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy
import torch

MAX_JSON_BYTES = 4 * 2**20
MAX_TENSOR_BYTES = 64 * 2**20
MAX_TENSORS = 4096
MAX_HEADER_BYTES = 2**19
MAX_DEPTH = 64
MAX_NODES = 500_000

_DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_PLAIN_DTYPES = frozenset(_DTYPES.values())
# What numpy, which is twice as quick with memory, reads them as: it has no BF16, and bytes of a BOOL may be no truths.
_NUMPY = {
    name: numpy.dtype(str(dtype).removeprefix("torch.")) for name, dtype in _DTYPES.items() if name != "BF16"
}
_NUMPY |= {"BF16": numpy.dtype("int16"), "BOOL": numpy.dtype("uint8")}
_AS_IT_IS = frozenset({type(None), bool, str})  # of JSON and of Python alike
_FLAT = _AS_IT_IS | {int}
_SMALL = 2**64  # integers below it need no look at how long they are


Buffer = bytes | bytearray | memoryview


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
    """The value as (JSON, safetensors); the second is empty if it holds no tensor.

    `substitute` gets every object that is not plain and returns something that is; without it, or if the
    value is too deep or too large, `WireError` says why it cannot be sent, as in “it is nested too deeply”.
    """
    text, buffers = encode_parts(value, substitute)
    return text, b"".join(buffers)


def encode_parts(
    value: Any, substitute: Callable[[Any], Any] | None = None
) -> tuple[bytes, list[bytes | memoryview]]:
    """The same, with the safetensors in parts that are the tensors' own memory: nothing large is copied."""
    tensors: list[torch.Tensor] = []
    tree = _Encoder(tensors, substitute).encode(value, 0)
    text = _TEXT.encode(tree).encode()
    if len(text) > MAX_JSON_BYTES:
        raise WireError(f"it is too large ({len(text):,} bytes without its tensors)")
    return text, _safetensors(tensors) if tensors else []


def _safetensors(tensors: list[torch.Tensor]) -> list[bytes | memoryview]:
    """A safetensors file in parts: its header, then the memory of every tensor, the widest numbers first."""
    order = sorted(range(len(tensors)), key=lambda i: -tensors[i].itemsize)  # so that all are aligned
    header, memory, end = {}, [], 0
    for i in order:
        tensor = tensors[i]
        start, end = end, end + tensor.nbytes
        shape = list(tensor.shape)
        header[str(i)] = {"dtype": _NAMES[tensor.dtype], "shape": shape, "data_offsets": [start, end]}
        if tensor.dtype is torch.bfloat16:
            tensor = tensor.view(torch.int16)
        if end > start:
            memory.append(tensor.numpy().data.cast("B"))
    text = _TEXT.encode(header).encode()
    text += b" " * (-len(text) % 8)
    return [struct.pack("<Q", len(text)) + text, *memory]


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
        return {"$": "tensor", "v": len(self.tensors) - 1, "leaf": bool(value.requires_grad)}

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


def is_plain_tensor(value: Any) -> bool:
    """Whether a value is a tensor that can travel: dense, of a common dtype."""
    return (
        isinstance(value, torch.Tensor)
        and value.layout is torch.strided
        and value.dtype in _PLAIN_DTYPES
        and not value.is_meta
    )


def decode(text: Buffer, blob: Buffer) -> Any:
    """The value in (JSON, safetensors) bytes of unknown origin; `WireError` for anything out of the format.

    Tensors are made of the blob's own memory if it can be written to, so that nothing large is copied.
    """
    with _total():
        if len(text) > MAX_JSON_BYTES or len(blob) > MAX_TENSOR_BYTES + MAX_HEADER_BYTES + 8:
            raise WireError("the message is larger than allowed")
        try:
            tree = _MESSAGES.decode(str(text, "utf-8"))
        except (ValueError, RecursionError) as error:
            raise WireError("the message is not valid JSON") from error
        return _Decoder(_load_tensors(blob)).decode(tree, 0)


@contextmanager
def _total() -> Iterator[None]:
    """Whatever else goes wrong with bytes of unknown origin is a `WireError` too: nobody may choose another end."""
    try:
        yield
    except WireError:
        raise
    except Exception as error:
        raise WireError("the message is of no known form") from error


class _Decoder:
    def __init__(self, tensors: list[torch.Tensor]) -> None:
        self.tensors = tensors
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
        if tag == "tensor" and type(body) is int and 0 <= body < len(self.tensors):
            tensor = self.tensors[body]
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


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


# Made once: `json.loads` makes a decoder for every message.
_MESSAGES = json.JSONDecoder(parse_constant=_no_constant, object_pairs_hook=_unique_keys)
_HEADERS = json.JSONDecoder(object_pairs_hook=_unique_keys)
_TEXT = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":"))


def _decode_bytes(body: str) -> bytes:
    try:
        return base64.b64decode(body, validate=True)
    except ValueError as error:
        raise WireError("bytes in the message are malformed") from error


def _load_tensors(blob: Buffer) -> list[torch.Tensor]:
    """The tensors named "0", "1", … of a safetensors blob."""
    if not blob:
        return []
    header, start = _header(blob)
    if any(str(index) not in header for index in range(len(header))):
        raise WireError("the tensors in the message are not numbered")
    loaded = _placed(blob, header, start)
    return [loaded[str(index)] for index in range(len(loaded))]


def read_tensors(blob: Buffer) -> dict[str, torch.Tensor]:
    """The tensors in safetensors bytes of unknown origin, by name: every byte belongs to one of them.

    We read them ourselves: the library accepts a shape (0, 2**40), thousands of tensors, and booleans whose byte
    is neither 0 nor 1, and copies everything twice.
    """
    with _total():
        header, start = _header(blob)
        header.pop("__metadata__", None)
        return _placed(blob, header, start)


def _placed(blob: Buffer, header: dict[str, Any], start: int) -> dict[str, torch.Tensor]:
    """The tensors of a header, whose numbers begin at `start`."""
    places = {name: _place(entry) for name, entry in header.items()}
    memory = memoryview(bytearray(blob) if memoryview(blob).readonly else blob)
    end = 0
    for begin, after, _entry in sorted(places.values(), key=lambda place: place[:2]):
        if begin != end:
            raise WireError("the tensors in the message overlap, or leave something out")
        end = after
    if end != len(blob) - start:
        raise WireError("the tensors in the message are longer or shorter than announced")
    return {name: _tensor(memory, start + places[name][0], places[name][2]) for name in header}


def _tensor(memory: memoryview, start: int, entry: dict[str, Any]) -> torch.Tensor:
    name, shape = entry["dtype"], entry["shape"]
    if 0 in shape:
        return torch.empty(shape, dtype=_DTYPES[name])
    numbers = _NUMPY[name]
    if start % numbers.itemsize:  # numbers have to lie at multiples of their size
        size = math.prod(shape) * numbers.itemsize
        memory, start = memoryview(bytearray(memory[start : start + size])), 0
    tensor = torch.from_numpy(numpy.ndarray(shape, numbers, memory, start))
    if name == "BOOL":
        return tensor != 0
    return tensor.view(torch.bfloat16) if name == "BF16" else tensor


def _header(blob: Buffer) -> tuple[dict[str, Any], int]:
    """The header of a safetensors blob, and where the numbers begin."""
    (length,) = struct.unpack("<Q", blob[:8]) if len(blob) >= 8 else (0,)
    if not 2 <= length <= min(MAX_HEADER_BYTES, len(blob) - 8):
        raise WireError("the tensors in the message have a malformed header")
    try:
        header = _HEADERS.decode(str(blob[8 : 8 + length], "utf-8"))
    except (ValueError, RecursionError) as error:
        raise WireError("the tensors in the message have a malformed header") from error
    if not isinstance(header, dict) or len(header) > MAX_TENSORS:
        raise WireError("the message has too many tensors")
    return header, 8 + length


def _place(entry: Any) -> tuple[int, int, dict[str, Any]]:
    """Where a tensor begins and ends, and its entry, once everything in it is as it has to be."""
    shape = entry.get("shape") if isinstance(entry, dict) else None
    dtype = entry.get("dtype") if isinstance(entry, dict) else None
    if not isinstance(shape, list) or len(shape) > 8 or not isinstance(dtype, str) or dtype not in _DTYPES:
        raise WireError("a tensor in the message is of no known form")
    for size in shape:
        if type(size) is not int or not 0 <= size <= MAX_TENSOR_BYTES:
            raise WireError("a tensor in the message has an impossible size")
    if (
        math.prod([size or 1 for size in shape]) > MAX_TENSOR_BYTES
    ):  # torch's strides overflow where a size is 0
        raise WireError("a tensor in the message has an impossible size")
    offsets = entry.get("data_offsets")
    if not isinstance(offsets, list) or [type(offset) for offset in offsets] != [int, int]:
        raise WireError("a tensor in the message is of no known form")
    if offsets[1] - offsets[0] != math.prod(shape) * _DTYPES[entry["dtype"]].itemsize:
        raise WireError("a tensor in the message has an impossible size")
    return offsets[0], offsets[1], entry
