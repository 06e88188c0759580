"""Carries out requests of a test next to the student's code: calls her functions, keeps her objects, differentiates.

It runs in a worker of the sandbox, or in the live kernel for `check(...)`; it holds no answer. In a worker it may
have been tampered with by what ran there before, so whatever it reports is a claim: tests compare values.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import gc
import random
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy
import torch
from torch import nn

from autograder.student.checking.doubles import DOUBLES
from autograder.student.checking.invariants import Snapshot
from autograder.student.checking.raised import describe
from autograder.student.checking.refusals import refuse
from autograder.student.core import course
from autograder.student.core.tensors import is_plain_tensor
from autograder.student.core.values import Callback, Once, Recipe, Ref, is_flat
from autograder.student.models.checkpoints import load_weights

_NAMES = (
    "RNN",
    "LSTM",
    "GRU",
    "RNNCell",
    "LSTMCell",
    "GRUCell",
    "Linear",
    "Embedding",
    "ReLU",
    "BatchNorm1d",
)
LIBRARY: dict[str, Callable[..., Any]] = {name: getattr(nn, name) for name in _NAMES}
LIBRARY |= {**DOUBLES, **course.doubles()}


class Harness:
    """Serves the requests of one conversation over one namespace.

    Every request is a dict with an `op`, with the seed to `begin` with if it is the first of a test, and with values to
    `put` here before it is carried out; every reply is a dict. A student's exception becomes
    `{"error": {"type", "message", "lines": [(file, line), …]}}`, innermost frame last, frames of others left out.
    """

    def __init__(self, namespace: dict[str, Any], call_back: Callable[[int, list[Any]], Any]) -> None:
        self.namespace = namespace
        self.call_back = call_back
        # What was put here has the test's numbers, below 0; the rest has ours.
        self.objects: dict[int, Any] = {}
        self.states: dict[int, Any] = {}  # of a recurrent model that reads step by step, by its number

    def handle(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carries out one request: its `op` is the name of one of the operations below."""
        operation = {
            "refuse": self._refuse,
            "each": self._each,
            "look": self._look,
            "call": self._call,
            "attribute": self._attribute,
            "fetch": self._fetch,
            "load": self._load,
            "fit": self._fit,
            "restore": self._restore,
            "start": self._start,
            "step": self._step,
            "collect": self._collect,
        }[request["op"]]
        try:
            if "begin" in request:
                self._begin(request["begin"])
            for placed in request.get("put", ()):
                self._put(**placed)
            return operation(request)
        except (Exception, SystemExit, KeyboardInterrupt) as error:
            return {"error": describe(error)}

    # Objects that stay here, and values that travel

    def keep(self, value: Any) -> Ref:
        """Keeps an object that cannot travel, and returns the reference that can."""
        number = len(self.objects)
        self.objects[number] = value
        name = type(value).__name__
        if isinstance(value, torch.Tensor) and not is_plain_tensor(value):
            name = f"{name} ({value.dtype}, {value.layout})"
        return Ref(number, name)

    def _rebuild(self, value: Any) -> Any:
        """A value from the wire with every reference replaced by what it stands for here."""
        if isinstance(value, Ref):
            return self.objects[value.number]
        if isinstance(value, Callback):
            return lambda *arguments: self._rebuild(
                self.call_back(value.number, [self._portable(argument) for argument in arguments])
            )
        if isinstance(value, Recipe):
            return _build(value, self._rebuild(value.options))
        if isinstance(value, Once):
            return iter(self._rebuild(value.items))
        if isinstance(value, list | tuple):
            return type(value)(self._rebuild(item) for item in value)
        if isinstance(value, dict):
            return {self._rebuild(key): self._rebuild(item) for key, item in value.items()}
        return value

    def _portable(self, value: Any) -> Any:
        """A value that can travel: containers are copied, what is not plain is kept and referred to."""
        if isinstance(value, tuple):
            return tuple(value) if is_flat(value) else tuple(self._portable(item) for item in value)
        if isinstance(value, list):
            return list(value) if is_flat(value) else [self._portable(item) for item in value]
        if isinstance(value, dict):
            return {self._portable(key): self._portable(item) for key, item in value.items()}
        if isinstance(value, torch.Tensor):
            return value.detach() if is_plain_tensor(value) else self.keep(value)
        plain = (bool, int, float, str, bytes, bytearray, numpy.generic, Ref)
        return value if value is None or isinstance(value, plain) else self.keep(value)

    # Operations

    def _begin(self, seed: int) -> None:
        self.objects.clear()
        self.states.clear()
        # A function tested earlier may have left them otherwise.
        torch.set_grad_enabled(True)
        torch.set_default_dtype(torch.float32)
        if torch.get_default_device().type != "cpu":
            torch.set_default_device("cpu")  # after None, torch 2.8 and older cannot say which it is
        # `torch.manual_seed` also formats a stack trace for devices that are not there: 3 ms, for every test.
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        numpy.random.seed(seed % 2**32)

    def _refuse(self, request: dict[str, Any]) -> dict[str, Any]:
        """Takes the functions of Python modules away, for the rest of this conversation's process.

        Where libraries will be taken away as well, what is garbage now goes now: with them goes what would clear it up.
        """
        refuse(request["modules"])
        if request["libraries"]:
            gc.collect()
            gc.freeze()
        return {}

    def _look(self, request: dict[str, Any]) -> dict[str, Any]:
        value = self.namespace.get(request["name"])
        return {"exists": request["name"] in self.namespace, "callable": callable(value)}

    def _put(self, ref: Ref, value: Any, gradient: torch.Tensor | None, parameter: bool) -> None:
        """Keeps a value here; `gradient`, if given, becomes the `.grad` of a tensor."""
        rebuilt = self._rebuild(value)
        if parameter:
            rebuilt = nn.Parameter(rebuilt)
        if gradient is not None:
            rebuilt.grad = gradient
        self.objects[ref.number] = rebuilt

    def _each(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carries out several requests one after the other, until there is an error."""
        replies: list[dict[str, Any]] = []
        for each in request["requests"]:
            reply = self.handle(each)
            if "error" in reply:
                return {"replies": replies, **reply}
            replies.append(reply)
        return {"replies": replies}

    def _call(self, request: dict[str, Any]) -> dict[str, Any]:
        """Calls a function, method or module, and with `upstream` also differentiates what it returned.

        The gradients are those of sum_k sum(result_k * upstream_k) over the floating tensors of the result, with
        respect to every leaf among the arguments, every object in `wrt`, and all parameters of modules among
        target and arguments.
        """
        function = self._target(request)
        arguments = self._rebuild(request["arguments"])
        keywords = self._rebuild(request["keywords"])
        before = Snapshot(function, arguments, keywords) if _is_students(function) else None
        result = function(*arguments, **keywords)
        reply: dict[str, Any] = {"changed": before.changes() if before else []}
        if request.get("upstream") is not None:
            owner = self.objects[request["owner"].number] if request.get("owner") else None
            watched = [self.objects[ref.number] for ref in request["wrt"]]
            reply["gradients"] = _differentiate(
                result, request["upstream"], arguments, watched, [owner, *arguments, *watched]
            )
        reply["result"] = self.keep(result) if request.get("keep") else self._portable(result)
        return reply

    def _target(self, request: dict[str, Any]) -> Callable[..., Any]:
        if request.get("owner") is None:
            first, *rest = request["name"].split(".")  # `BPETokenizer.load` is reached through its class
            function: Callable[..., Any] = functools.reduce(getattr, rest, self.namespace[first])
            return function
        owner: Callable[..., Any] = self.objects[request["owner"].number]
        method: Callable[..., Any] = getattr(owner, request["name"]) if request.get("name") else owner
        return method

    def _attribute(self, request: dict[str, Any]) -> dict[str, Any]:
        """An attribute of a kept object: its value, or a reference if it cannot travel or `keep` is asked for."""
        value = getattr(self.objects[request["ref"].number], request["name"])
        return {"result": self.keep(value) if request.get("keep") else self._portable(value)}

    def _fetch(self, request: dict[str, Any]) -> dict[str, Any]:
        """What can be told of a kept object: a tensor's value and gradient, a module's parameters and mode."""
        value = self.objects[request["ref"].number]
        if isinstance(value, nn.Module):
            parameters = dict(value.named_parameters())
            return {
                "parameters": {name: p.detach() for name, p in parameters.items()},
                "gradients": {name: p.grad for name, p in parameters.items()},
                "training": all(module.training for module in value.modules()),
                "evaluating": not any(module.training for module in value.modules()),
            }
        if isinstance(value, torch.Tensor):
            return {
                "value": value.detach(),
                "gradient": value.grad if value.is_leaf or value.retains_grad else None,
                "requires_grad": value.requires_grad,
                "has_graph": value.grad_fn is not None,
            }
        return {"value": self._portable(value)}

    def _load(self, request: dict[str, Any]) -> dict[str, Any]:
        """Overwrites parameters of a kept module by name."""
        parameters = dict(self.objects[request["ref"].number].named_parameters())
        with torch.no_grad():
            for name, value in request["values"].items():
                parameters[name].copy_(value)
        return {}

    def _fit(self, request: dict[str, Any]) -> dict[str, Any]:
        """Overfits a kept module on one batch with Adam and cross-entropy; positions with target -100 do not count.

        It ends before all its steps when the loss is below `until`: whether it is, the test looks for itself.
        """
        model = self.objects[request["ref"].number]
        arguments = self._rebuild(request["arguments"])
        target = request["target"]
        optimiser = torch.optim.Adam(model.parameters(), lr=request["lr"], fused=True)  # half of the time
        model.train()
        for _step in range(request["steps"]):
            optimiser.zero_grad()
            logits = model(*arguments)
            logits = logits[0] if isinstance(logits, tuple) else logits
            loss = nn.functional.cross_entropy(logits.flatten(0, -2), target.flatten())
            loss.backward()
            optimiser.step()
            if loss.item() < request["until"]:
                break
        model.eval()
        return {}

    def _restore(self, request: dict[str, Any]) -> dict[str, Any]:
        """Builds a model of the student's own class, puts weights into it, and keeps it in eval mode."""
        model = self.namespace[request["name"]](**request["arguments"])
        misfit = load_weights(model, request["tensors"])
        if misfit:
            return {"misfit": dataclasses.asdict(misfit)}
        model.eval()  # her own may return nothing
        return {"result": self.keep(model)}

    def _start(self, request: dict[str, Any]) -> dict[str, Any]:
        """Lets a kept model begin to read so many texts side by side."""
        number = request["ref"].number
        self.states[number] = self.objects[number].init_state(request["batch"])
        return {}

    def _step(self, request: dict[str, Any]) -> dict[str, Any]:
        """Lets a kept model read one id of each text; its scores for the next ones. The state stays here."""
        number = request["ref"].number
        with torch.no_grad():
            logits, self.states[number] = self.objects[number](request["ids"][None], self.states[number])
        return {"logits": self._portable(logits)}

    def _collect(self, request: dict[str, Any]) -> dict[str, Any]:
        """The bytes of files that the student's code has written, by name, without those missing or too large."""
        files = {}
        for name, limit in request["limits"].items():
            with contextlib.suppress(OSError, ValueError), open(name, "rb") as file:
                content = file.read(limit + 1)
                if len(content) <= limit:
                    files[name] = torch.frombuffer(bytearray(content), dtype=torch.uint8)
        return {"files": files}


def _is_students(function: Callable[..., Any]) -> bool:
    """Whether code of the student's own is called, and not a method of the library on an object of hers."""
    origin = type(function) if isinstance(function, nn.Module) else function
    module = getattr(origin, "__module__", None) or ""
    return not isinstance(getattr(function, "__self__", None), torch.Tensor) and not module.startswith(
        ("torch", "autograder.student.", "autograder.assignments.")
    )


def _build(recipe: Recipe, options: dict[str, Any]) -> Any:
    # Building a module draws its initial weights: the student's random state must not notice.
    dtype = next((value.dtype for value in recipe.state.values()), None)
    with torch.random.fork_rng(devices=[]):
        # A layer of the library is made in its dtype: to convert it takes a third as long as to make it.
        own = {"dtype": dtype} if dtype and recipe.kind in _NAMES else {}
        module = LIBRARY[recipe.kind](**options, **own)
    if not isinstance(module, nn.Module):
        return module
    if recipe.state:
        module.to(dtype).load_state_dict(recipe.state)
    return module.train(recipe.training)


def _floating(value: Any) -> Iterator[torch.Tensor]:
    """All floating-point tensors in a nested result, in order."""
    if isinstance(value, torch.Tensor):
        if value.is_floating_point():
            yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _floating(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _floating(item)


def _differentiate(
    result: Any,
    upstream: list[torch.Tensor],
    arguments: Iterable[Any],
    watched: list[Any],
    owners: Iterable[Any],
) -> dict[str, Any]:
    outputs = list(_floating(result))
    if [tensor.shape for tensor in outputs] != [tensor.shape for tensor in upstream]:
        return {"mismatch": True}
    argument_leaves = [tensor if tensor.requires_grad else None for tensor in tensors_in(arguments)]
    watched_leaves = [tensor for tensor in watched if isinstance(tensor, torch.Tensor)]
    parameters = {
        name: parameter
        for owner in owners
        if isinstance(owner, nn.Module)
        for name, parameter in owner.named_parameters()
        if parameter.requires_grad
    }
    wanted = [*(t for t in argument_leaves if t is not None), *watched_leaves, *parameters.values()]
    with torch.enable_grad():
        terms = [(o * u).sum() for o, u in zip(outputs, upstream, strict=True) if o.requires_grad]
    if not terms or not wanted:
        found: list[torch.Tensor | None] = [None] * len(wanted)
    else:
        found = list(torch.autograd.grad(sum(terms), wanted, allow_unused=True, retain_graph=True))  # type: ignore[arg-type]
    rest = iter(found)
    return {
        "arguments": [None if leaf is None else next(rest) for leaf in argument_leaves],
        "watched": [next(rest) for _leaf in watched_leaves],
        "parameters": {name: next(rest) for name in parameters},
    }


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """All tensors in nested arguments, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in(item)
