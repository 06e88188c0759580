"""The student's namespace as a test sees it: functions to call, objects to hold, gradients to ask for.

The same tests run against a worker in the sandbox, the live kernel, or the reference: only `ask` differs.

>>> namespace = {"double": lambda x: 2 * x}
>>> live_student(namespace).double(21)
42
"""

from __future__ import annotations

import builtins
import dataclasses
import enum
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Protocol, TypeVar

import torch
from torch import nn

from autograder.student.checking.gradients import Gradients, read_gradients
from autograder.student.checking.harness import LIBRARY, Harness, tensors_in
from autograder.student.checking.invariants import KINDS
from autograder.student.checking.recipes import recipe
from autograder.student.core.ipython_syntax import path_written
from autograder.student.core.language import _
from autograder.student.core.modules import SUFFIX
from autograder.student.core.results import TestOutcome
from autograder.student.core.values import Callback, Once, Recipe, Ref, WireError, decode, encode, is_flat

Expected = TypeVar("Expected")

# What a message may say of an object that stayed on the student's side.
COMMON_TYPES = frozenset(dir(builtins)) | {
    *("generator", "function", "method", "ndarray"),
    *("list_iterator", "dict_keys", "dict_values", "dict_items"),
    *("Tensor", "Parameter", "PackedSequence", *LIBRARY),
}


class Ask(Protocol):
    """Sends one request to where the student's code is and returns the reply, both plain values."""

    def __call__(self, request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any: ...


class Evidence(enum.Enum):
    """What a failure is about, from the coarsest to the finest."""

    RAISED = "raised"
    STRUCTURE = "structure"
    SHAPE = "shape"
    DTYPE = "dtype"
    FINITE = "finite"
    RELATED = "related"  # the right numbers in another order, sign or scale
    GRADIENTS = "gradients"
    SIDE_EFFECT = "side effect"
    VALUES = "values"
    ELSEWHERE = "elsewhere"  # in another task or in a file; the sentence says where


class CheckFailed(AssertionError):
    """A promise that the student's code does not keep, in words for the student.

    `question` is one that fits this failure better than those of the test.
    """

    def __init__(self, sentence: str, evidence: Evidence = Evidence.VALUES, question: str = "") -> None:
        super().__init__(sentence)
        self.evidence = evidence
        self.question = question


class CouldNotLook(CheckFailed):
    """The test could not see what it is about, because something else is wrong first."""


class StudentError(CheckFailed):
    """The student's code raised an exception: its type, its message, and where in her own cells."""

    def __init__(self, name: str, error: Mapping[str, Any], sources: Sequence[str] = ()) -> None:
        self.name = name
        self.type_name = str(error.get("type", "Exception"))
        self.detail = str(error.get("message", ""))
        self.lines = [place for place in _lines(error.get("lines")) if _exists(*place, sources)]
        super().__init__(self.sentence(), Evidence.RAISED)

    @property
    def is_missing(self) -> bool:
        """Whether the student has not defined the name at all."""
        return self.type_name == "KeyError" and self.detail == repr(self.name)

    @property
    def is_unwritten(self) -> bool:
        """Whether there is nothing yet that could be right or wrong."""
        return self.is_missing or self.type_name == "NotImplementedError"

    def sentence(self) -> str:
        """The error in words, with the line of the student's own that raised it."""
        name = f"`{self.name}`"
        if self.type_name == "NotImplementedError":
            return _("{name} is not written yet.").format(name=name)
        if self.is_missing:
            return _("There is no {name} yet: run its cell, or define it under exactly this name.").format(
                name=name
            )
        if self.type_name == "WireError":
            return _("{name} returned something that cannot be compared: {detail}.").format(
                name=name, detail=self.detail
            )
        place = f" ({_place(*self.lines[-1])})" if self.lines else ""
        detail = f": {self.detail}" if self.detail else ""
        return _("{name} raised {kind}{place}{detail}").format(
            name=name, kind=self.type_name, place=place, detail=detail
        )


class Stopped(CheckFailed):
    """The student's code did not come to an end by itself: `outcome` is "timeout", "crashed" or "not_run"."""

    def __init__(self, outcome: TestOutcome, sentence: str) -> None:
        super().__init__(sentence)
        self.outcome = outcome


class UnreadableReply(CheckFailed):
    """What came back is not a reply of the harness: the worker was tampered with, or died in the middle."""


class Student:
    """A namespace somewhere else; `student.name(...)` calls what the student called `name`.

    `sources` are the student's code cells as text, for rules about what a task may use. `clock` says how many CPU
    seconds were used where her code runs; it is never her code that says it.
    """

    def __init__(
        self, ask: Ask, sources: Sequence[str] = (), clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._ask = ask
        self._clock = clock
        self.sources = tuple(sources)
        self.transcript: list[Any] = []  # every reply, in order: what a known mistake is recognised by
        self.may_change: frozenset[str] = frozenset()  # what the task that is tested may change
        self.side_effects: list[
            tuple[str, str, str]
        ] = []  # function, kind and place of what it changed all the same
        self._called_names: set[str] = set()
        self._seed: int | None = None  # of a test that has begun and not asked anything yet
        self._placed = 0  # values that this test has put there
        self._to_place: list[dict[str, Any]] = []  # those of them that the next request takes along

    def __getattr__(self, name: str) -> Remote:
        if name.startswith("_"):
            raise AttributeError(name)
        return Remote(self, name=name)

    def clock(self) -> float:
        """How many CPU seconds were used where her code runs."""
        if self._seed is not None:  # of a process that has not answered yet nobody can say it
            self.request(op="look", name="")
        return self._clock()

    def has(self, name: str) -> bool:
        """Whether the student defined `name` as something that can be called."""
        return self.request(op="look", name=name).get("callable") is True

    def begin(self, seed: int) -> None:
        """Begins a test there: every random state seeded, everything kept for earlier tests forgotten.

        Its first request says so, since a message of its own would cost as much as most answers.
        """
        self.transcript.clear()
        self.seed_again(seed)

    def seed_again(self, seed: int) -> None:
        """Seeds every random state there, and forgets what is kept, in the middle of a test: with its next request."""
        self._seed = seed
        self._placed = 0
        self._to_place.clear()

    def put(self, value: Any, *, gradient: torch.Tensor | None = None, parameter: bool = False) -> Remote:
        """Builds a value there and keeps it: a module of `torch.nn`, or a tensor that has to stay one object.

        The next request takes it along, so the value must not change until then. It holds no function of the test.
        """
        self._placed += 1
        name = value.kind if isinstance(value, Recipe) else type(value).__name__
        ref = Ref(-self._placed, "Parameter" if parameter else name)
        self._to_place.append(
            _outgoing({"ref": ref, "value": value, "gradient": gradient, "parameter": parameter}, {})
        )
        return Remote(self, ref=ref)

    def request(self, **request: Any) -> dict[str, Any]:
        """One request and its reply; raises `StudentError` if the student's code raised."""
        return self._noted(request, self._send(request))

    def each(self, requests: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """The replies to several requests, which travel in one message: they are carried out until one fails.

        Whoever looks at the replies one by one is told of that error in its place, as if each had been sent by itself.
        """
        if not requests:
            return
        self._called_names.update(str(request.get("name") or "") for request in requests)
        name = requests[0].get("name")  # by which a check says where the time goes
        answer = self._send({"op": "each", "name": name, "requests": requests})
        replies = _expect(answer.get("replies", []), list)
        if len(replies) > len(requests):
            raise UnreadableReply(_("Your code's answer could not be read."))
        failure = {"error": answer.get("error")}  # of the first one without a reply
        for request, reply in zip_longest(requests, replies, fillvalue=failure):
            yield self._noted(request, _expect(reply, dict))

    def _send(self, request: dict[str, Any]) -> dict[str, Any]:
        self._called_names.add(str(request.get("name") or ""))
        if self._seed is not None:
            request["begin"], self._seed = self._seed, None
        callbacks: dict[int, Callable[..., Any]] = {}
        message = _outgoing(request, callbacks)
        if self._to_place:
            message["put"], self._to_place = self._to_place, []
        return _expect(self._ask(message, callbacks), dict)

    def _noted(self, request: dict[str, Any], reply: dict[str, Any]) -> dict[str, Any]:
        """The reply, kept for what is made of it later; raises `StudentError` if the student's code raised."""
        self.transcript.append(reply)
        self._note_side_effects(self._called(request), reply.get("changed"))
        error = reply.get("error")
        if isinstance(error, dict):
            raise StudentError(self._called(request), error, self.sources)
        return reply

    def _note_side_effects(self, function: str, changed: Any) -> None:
        """Keeps what a call changed and must not; a reply may hold anything, so only known words are taken."""
        for item in changed if isinstance(changed, list) else []:
            match item:
                case (str(kind), str(place)) if kind in KINDS and kind not in self.may_change:
                    self.side_effects.append((function, kind, place if len(place) <= 30 else ""))

    def shown_type(self, ref: Ref) -> str:
        """The type of a kept object, if it is a common one or one that a test has called by name.

        Any other name is the student's own choice, at run time: it could be made of hidden inputs.
        """
        return ref.type_name if ref.type_name in COMMON_TYPES | self._called_names else "object"

    def _called(self, request: Mapping[str, Any]) -> str:
        """What a message calls the function of a request: its name, or the class of the object that was called."""
        name, kept = str(request.get("name") or ""), request.get("owner") or request.get("ref")
        return self.shown_type(kept) if isinstance(kept, Ref) and (not name or name.startswith("_")) else name


# What stands behind next(), len(), `in` and [] can be called by its own name: `words.__len__()`.
_PROTOCOL = ("__next__", "__len__", "__contains__", "__getitem__")


class Remote:
    """A function by name, or an object kept on the student's side."""

    def __init__(self, student: Student, name: str = "", ref: Ref | None = None) -> None:
        self._student, self._name, self._ref = student, name, ref

    def __getattr__(self, name: str) -> Remote:
        """A method of the kept object: `model.eval()`."""
        if name.startswith("_") and name not in _PROTOCOL:
            raise AttributeError(name)
        return Remote(self._student, name=name, ref=self._ref)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Calls it there; the result comes back as a value, or as a `Remote` if it cannot travel."""
        return self._received(self._call(arguments, keywords)["result"])

    def each(self, calls: Iterable[Sequence[Any]]) -> Iterator[Any]:
        """Calls it there with each of these arguments, all in one message; the results, as they are looked at.

        The error of a call is raised in the place of its result. No result can be an argument of a later call.

        >>> list(live_student({"double": lambda x: 2 * x}).double.each([(1,), (2,)]))
        [2, 4]
        """
        for reply in self._student.each([self.to_call(*arguments) for arguments in calls]):
            yield self._received(_result(reply))

    def keep(self, *arguments: Any, **keywords: Any) -> Remote:
        """Calls it there and leaves the result where it is, graph and all."""
        return Remote(self._student, ref=_expect(self._call(arguments, keywords, keep=True)["result"], Ref))

    def timed(self, *arguments: Any) -> tuple[float, Any]:
        """Calls it there; the CPU seconds that this took there, and the result."""
        start = self._student.clock()
        result = self(*arguments)
        return self._student.clock() - start, result

    def gradients(
        self, *arguments: Any, upstream: Sequence[torch.Tensor], wrt: Sequence[Remote] = (), **keywords: Any
    ) -> Gradients:
        """Calls it and differentiates sum_k sum(result_k * upstream_k) over the floating tensors of its result.

        Arguments with `requires_grad` are the leaves; `wrt` adds kept tensors and modules. Raises `CheckFailed` if
        the result does not have the shapes of `upstream`.
        """
        reply = self._call(arguments, keywords, upstream=list(upstream), wrt=[r._ref for r in wrt])
        found = _expect(reply.get("gradients"), dict)
        value = self._received(reply["result"])
        if found.get("mismatch"):
            shapes = [tuple(tensor.shape) for tensor in upstream]
            raise CouldNotLook(
                _("Gradients are not compared yet: the shapes returned are not {shapes}.").format(
                    shapes=shapes
                )
            )
        gradients = read_gradients(value, found, len(list(tensors_in(arguments))))
        if gradients is None:
            raise UnreadableReply(_("Your code's answer could not be read."))
        return gradients

    def next(self) -> Any:
        """The next item of a generator that the student's function returned."""
        return Remote(self._student, name="__next__", ref=self._ref)()

    def attribute(self, name: str, *, keep: bool = False) -> Any:
        """An attribute of a kept object: `corpus.train` as a value, or left where it is and kept."""
        reply = self._student.request(op="attribute", ref=self._ref, name=name, keep=keep)
        return self._received(_result(reply))

    def fetch(self) -> dict[str, Any]:
        """What can be told of a kept object: `value`, `gradient`; of a module `parameters`, `gradients`, `training`."""
        return self._student.request(**self.to_fetch())

    def to_fetch(self) -> dict[str, Any]:
        """The request that `fetch` makes, for `Student.each`."""
        return {"op": "fetch", "ref": self._ref}

    def load(self, values: Mapping[str, torch.Tensor]) -> None:
        """Overwrites parameters of a kept module, by name."""
        self._student.request(op="load", ref=self._ref, values=dict(values))

    def fit(self, *arguments: Any, target: torch.Tensor, steps: int, lr: float, until: float = 0.0) -> None:
        """Overfits a kept module on one batch (Adam, cross-entropy, target -100 ignored); leaves it in eval mode.

        It takes so many steps, or fewer if the loss was below `until` before.
        """
        self._student.request(
            op="fit",
            ref=self._ref,
            arguments=list(arguments),
            target=target,
            steps=steps,
            lr=lr,
            until=until,
        )

    def to_call(self, *arguments: Any, **keywords: Any) -> dict[str, Any]:
        """The request that calling it makes, for `Student.each`."""
        return {
            "op": "call",
            "name": self._name,
            "owner": self._ref,
            "arguments": list(arguments),
            "keywords": keywords,
        }

    def _call(self, arguments: Sequence[Any], keywords: Mapping[str, Any], **options: Any) -> dict[str, Any]:
        reply = self._student.request(**self.to_call(*arguments, **keywords), **options)
        _result(reply)
        return reply

    def _received(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return Remote(self._student, ref=value)
        if isinstance(value, (list, tuple)):
            return value if is_flat(value) else type(value)(self._received(item) for item in value)
        if isinstance(value, dict):
            return {key: self._received(item) for key, item in value.items()}
        return value

    @property
    def type_name(self) -> str:
        """The type of the kept object, as its side calls it."""
        return self._student.shown_type(self._ref) if self._ref else "function"


def live_student(namespace: dict[str, Any], sources: Sequence[str] = ()) -> Student:
    """A student in this very process: the live kernel's namespace, or the reference in the grader.

    Requests and replies pass through the same encoding as in the sandbox, so that nothing is shared.
    """
    pending: Mapping[int, Callable[..., Any]] = {}

    def call_back(number: int, arguments: list[Any]) -> Any:
        return _round_trip(pending[number](*_round_trip(arguments)))

    harness = Harness(namespace, call_back)

    def ask(request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
        nonlocal pending
        pending = callbacks
        reply = harness.handle(_round_trip(request))
        try:
            return _round_trip(reply)
        except WireError as error:  # too large to send, or nested without end
            return {"error": {"type": "WireError", "message": str(error), "lines": []}}

    return Student(ask, sources)


def _round_trip(value: Any) -> Any:
    return decode(*encode(value))


def _outgoing(value: Any, callbacks: dict[int, Callable[..., Any]]) -> Any:
    """A request with what cannot travel replaced: modules by recipes, functions by the numbers they are called by."""
    if isinstance(value, Remote):
        return value._ref
    if isinstance(value, nn.Module):
        return recipe(value)
    if isinstance(value, Once):
        return Once(_outgoing(value.items, callbacks))
    if isinstance(value, Recipe):
        return dataclasses.replace(value, options=_outgoing(value.options, callbacks))
    if isinstance(value, (list, tuple)):
        return value if is_flat(value) else type(value)(_outgoing(item, callbacks) for item in value)
    if isinstance(value, dict):
        return {key: _outgoing(item, callbacks) for key, item in value.items()}
    if callable(value) and not isinstance(value, torch.Tensor):
        callbacks[len(callbacks)] = value
        return Callback(len(callbacks) - 1)
    return value


def _result(reply: Mapping[str, Any]) -> Any:
    if "result" not in reply:
        raise UnreadableReply(_("Your code's answer could not be read."))
    return reply["result"]


def _expect(value: Any, kind: type[Expected]) -> Expected:
    if not isinstance(value, kind):
        raise UnreadableReply(_("Your code's answer could not be read."))
    return value


def _exists(file: str, line: int, sources: Sequence[str]) -> bool:
    """Whether this line of `<cell 3>`, or of a module, exists.

    Code compiled at run time can give any number, hidden inputs too.
    """
    number = file.removeprefix("<cell ").removesuffix(">")
    if not number.isdecimal() or len(number) > 6:
        if not _is_module(file):
            return not file.startswith("<cell ")  # a live kernel names its cells otherwise
        return any(path_written(each) == file and 1 <= line <= each.count("\n") for each in sources)
    return int(number) < len(sources) and 1 <= line <= sources[int(number)].count("\n") + 1


def _is_module(file: str) -> bool:
    return file.endswith(SUFFIX) and "ipykernel_" not in file


def _place(file: str, line: int) -> str:
    if _is_module(file):
        return _("line {line} of {file}").format(line=line, file=f"`{file}`")
    return _("line {line} of its cell").format(line=line)


def _lines(value: Any) -> list[tuple[str, int]]:
    """The places an error names, out of a reply that may hold anything."""
    if not isinstance(value, list):
        return []
    return [
        (pair[0], pair[1])
        for pair in value
        if isinstance(pair, tuple)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and isinstance(pair[1], int)
    ]
