"""Records what the reference answers at the public seed, and replays it at a student's desk, where no reference is.

A recording belongs to one task. It holds, test by test and in their order, the reference's replies; each stands beside
what was asked (operation, name, shapes), so that a recording that does not fit the tests is noticed. Inputs are not
part of what was asked: another processor may move one by its last bit. Floats are kept to ten digits, which is
finer than any test compares.

>>> plain({"h": (torch.tensor([1.0, math.inf]), b"ab")})
{'dict': [['h', {'tuple': [{'f64': [2], 'values': [1.0, 'inf']}, {'bytes': 'ab'}]}]]}
>>> restored(plain((1, None, "x")))
(1, None, 'x')
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from autograder.student.checking.student import Student
from autograder.student.core.language import _
from autograder.student.core.values import Ref

DIGITS = 10
_NAMES = {
    torch.float64: "f64",
    torch.float32: "f32",
    torch.int64: "i64",
    torch.int32: "i32",
    torch.uint8: "u8",
    torch.bool: "bool",
}
_DTYPES = {name: dtype for dtype, name in _NAMES.items()}
# Parts of a reply that no test compares with the student's, and that would make the files large.
_NOT_KEPT = ("changed",)


class StaleRecording(RuntimeError):
    """The recorded answers do not fit the tests: record them again."""

    def __init__(self, test: str, asked: str) -> None:
        super().__init__(f"no recorded answer of {test} to: {asked}")


def recorded_file(folder: Path, task: str) -> Path:
    """Where the recording of a task lies, in the folder of its assignment."""
    return folder / "recorded" / f"{task}.json"


def read_recording(folder: Path, task: str) -> dict[str, Any]:
    """The recording of a task: `answers` by test, and `mistakes` by id; both empty if there is none yet."""
    try:
        document = json.loads(recorded_file(folder, task).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"answers": {}, "mistakes": {}}
    return dict(document)


class Recorder:
    """Listens to the reference while the tests run, and keeps what it is asked and what it answers."""

    def __init__(self, reference: Student) -> None:
        self.answers: dict[str, list[list[Any]]] = {}
        self._ask = reference._ask
        self._current: list[list[Any]] = []

    def student(self) -> Student:
        """The reference as tests see it, listened to."""

        def ask(request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
            reply = self._ask(request, callbacks)
            self._current.append([asked(request), plain(_kept(reply))])
            return reply

        return Student(ask)

    def begin_test(self, test: str) -> None:
        """From now on what is asked belongs to this test."""
        self._current = self.answers.setdefault(test, [])
        self._current.clear()


class Replay:
    """The reference as far as it was recorded."""

    def __init__(self, answers: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        self._answers = answers
        self._test = ""
        self._ordinal = 0

    def student(self) -> Student:
        """Under the interface of a student, as the live reference is."""
        return Student(self._ask)

    def begin_test(self, test: str) -> None:
        """From now on it is this test that asks."""
        self._test, self._ordinal = test, 0

    def _ask(self, request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
        recorded = self._answers.get(self._test, [])
        number, self._ordinal = self._ordinal, self._ordinal + 1
        if number >= len(recorded) or recorded[number][0] != asked(request):
            raise StaleRecording(self._test, asked(request))
        return restored(recorded[number][1])


def asked(request: Mapping[str, Any]) -> str:
    """What a request asks for, without the values: `call lstm_step 2x3,2x5`."""
    arguments = [request.get(part) for part in ("put", "arguments", "keywords", "upstream", "requests")]
    shapes = ",".join("x".join(map(str, tensor.shape)) or "1" for tensor in _tensors(arguments))
    return " ".join(filter(None, (request["op"], str(request.get("name") or ""), shapes)))


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in _tensors(item)]
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in _tensors(item)]
    return []


def _kept(reply: Any) -> Any:
    if not isinstance(reply, dict):
        return reply
    return {key: value for key, value in reply.items() if key not in _NOT_KEPT}


def plain(value: Any) -> Any:
    """A value of the wire as JSON; `ValueError` for what no reference should return."""
    if isinstance(value, torch.Tensor):
        if value.dtype not in _NAMES:
            raise ValueError(_("a recording holds no tensor of {dtype}").format(dtype=value.dtype))
        return {_NAMES[value.dtype]: list(value.shape), "values": _numbers(value.flatten().tolist())}
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return _number(value) if math.isfinite(value) else {"float": str(value)}
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return {"tuple": [plain(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": [[plain(key), plain(item)] for key, item in value.items()]}
    if isinstance(value, Ref):
        return {"ref": value.number, "type": value.type_name}
    raise ValueError(_("a recording holds no {kind}").format(kind=type(value).__name__))


def restored(value: Any) -> Any:
    """The value that `plain` made JSON of."""
    if isinstance(value, list):
        return [restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind, content = next(iter(value.items()))
    if kind in _DTYPES:
        numbers = [float(n) if isinstance(n, str) else n for n in value["values"]]
        return torch.tensor(numbers, dtype=_DTYPES[kind]).reshape(content)
    if kind == "tuple":
        return tuple(restored(item) for item in content)
    if kind == "dict":
        return {restored(key): restored(item) for key, item in content}
    if kind == "bytes":
        return content.encode("latin-1")
    if kind == "float":
        return float(content)
    return Ref(content, value["type"])


def _numbers(values: list[Any]) -> list[Any]:
    return [_number(v) if isinstance(v, float) else v for v in values]


def _number(value: float) -> float | str:
    """A float to ten digits; inf and nan, which JSON has not, as text."""
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else str(value)
