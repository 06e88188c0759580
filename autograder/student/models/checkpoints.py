"""Saves a trained model as plain numbers, and reads one from bytes that anybody may have made.

A checkpoint is two files: `rnn_lm.safetensors` holds the weights, `rnn_lm.json` the arguments of the constructor,
{"arguments": {...}}; anything else in it (a seed, a date) is for people. Under "code" are hashes that show later
whether the classes of the model were changed after its training. Nothing in either file can be executed: a file of
`torch.save` is a program, and is never opened.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import nn

from autograder.student.core import kernel
from autograder.student.core.code import definitions, fingerprints
from autograder.student.core.files import replace_file
from autograder.student.core.language import _
from autograder.student.core.modules import beside
from autograder.student.core.reach import reached
from autograder.student.core.spec import ARGUMENTS_SUFFIX, WEIGHTS_SUFFIX
from autograder.student.core.tensors import UnreadableTensors, is_plain_tensor, read_tensors
from autograder.student.models.model_files import (
    MAX_ARGUMENTS_BYTES,
    MAX_WEIGHTS_BYTES,
    about_near_misses,
    names_near,
)

MAX_PARAMETERS = 16_000_000
MAX_ARGUMENTS = 32
_ACCELERATOR = re.compile(r"(cuda|mps|xpu)(:\d+)?")
_WRAPPED = re.compile(
    r"^(?:(?:module|_orig_mod)\.)+|\b_orig_mod\."
)  # names inside DataParallel and torch.compile
_TORCH_SAVE = (b"PK\x03\x04", b"\x80")  # how a zip archive and a pickle begin


class UnreadableCheckpoint(Exception):
    """A checkpoint that cannot be used; the message is a sentence for its owner."""


@dataclass(frozen=True)
class Checkpoint:
    """The weights of a model by name, and the arguments of the constructor that makes a place for them."""

    tensors: dict[str, torch.Tensor]
    arguments: dict[str, Any]
    weights_bytes: int
    sha256: str  # of the weights alone: two students with the same weights trained once
    notes: Mapping[str, Any] = field(
        default_factory=dict
    )  # what else stands with the arguments, unchecked JSON

    @property
    def parameters(self) -> int:
        """How many numbers the weights are."""
        return sum(tensor.numel() for tensor in self.tensors.values())


def save_checkpoint(model: nn.Module, arguments: Mapping[str, Any], stem: str | Path, **notes: Any) -> None:
    """Saves a model as `stem.safetensors` and `stem.json`; a weight that two layers share is saved once.

    `arguments` are those of the model's constructor, by name; `notes` (a seed, a loss) are kept beside them, and in a
    notebook a hash of each function and class of its own that the model is made of. Both files are written whole or
    not at all, so an interrupted training never damages the last good ones. What could not be loaded again is not
    written: `UnreadableCheckpoint` says why.
    """
    weights, text = packed(model, arguments, **notes)
    replace_file(Path(f"{stem}{WEIGHTS_SUFFIX}"), weights)
    replace_file(Path(f"{stem}{ARGUMENTS_SUFFIX}"), text)


def packed(model: nn.Module, arguments: Mapping[str, Any], **notes: Any) -> tuple[bytes, bytes]:
    """What `save_checkpoint` writes into the two files; `UnreadableCheckpoint` if it could not be loaded again."""
    document = {"arguments": dict(arguments), **_code_of(model), **notes}
    _check_arguments(dict(arguments))
    text = (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    weights = _weights_of(model)
    read_checkpoint(weights, text)
    return weights, text


def _weights_of(model: nn.Module) -> bytes:
    """The file of a model's weights."""
    state = model.state_dict(keep_vars=True)
    for name, value in state.items():
        if not is_plain_tensor(value):
            raise UnreadableCheckpoint(
                _(
                    "The model's {name} is not a tensor of real numbers, and cannot be saved: take it out of "
                    "`state_dict()`."
                ).format(name=f"`{_shown(name)}`")
            )
    kept = {names[0]: state[names[0]].detach().cpu() for names in _shared_names(state)}
    # Copies: the library refuses tensors that overlap in memory.
    copies = {name: value.clone(memory_format=torch.contiguous_format) for name, value in kept.items()}
    return safetensors.torch.save(copies)


def _code_of(model: nn.Module) -> dict[str, dict[str, str]]:
    """What the notebook's own code of a model is known by; nothing outside of a notebook."""
    history = kernel.history()
    history = [*beside(Path.cwd(), history).cells, *history]
    hashes, defined = fingerprints(history), definitions(history).keys()
    made_of = {type(module).__name__ for module in model.modules()} & defined
    names = made_of.union(*(reached(history, name) for name in made_of)) & defined
    return {"code": {name: hashes[name] for name in sorted(names)}} if names else {}


def changed_since(arguments: bytes, sources: Sequence[str]) -> list[str]:
    """The functions and classes that are not the ones any more that the model in a file was made of, by name.

    `arguments` are the bytes of the file with the suffix .json, `sources` the notebook's cells as plain Python. A
    file that does not tell, or is damaged, gives nothing.
    """
    try:
        document = json.loads(arguments.decode(json.detect_encoding(arguments)))
    except (ValueError, RecursionError):
        return []
    recorded = document.get("code") if isinstance(document, dict) else None
    now = fingerprints(sources)
    return (
        sorted(n for n, known in recorded.items() if now.get(n) != known)
        if isinstance(recorded, dict)
        else []
    )


def load_checkpoint(stem: str | Path) -> Checkpoint:
    """The checkpoint that `save_checkpoint` wrote; `UnreadableCheckpoint` if there is none, or another thing."""
    paths = Path(f"{stem}{WEIGHTS_SUFFIX}"), Path(f"{stem}{ARGUMENTS_SUFFIX}")
    try:
        weights, arguments = map(_bytes_of, paths, (MAX_WEIGHTS_BYTES, MAX_ARGUMENTS_BYTES))
    except UnreadableCheckpoint as error:
        missing = [path.name for path in paths if not path.exists()]
        similar = about_near_misses(missing, names_near(paths[0].parent))
        raise UnreadableCheckpoint(" ".join([str(error), *similar])) from None
    return read_checkpoint(weights, arguments)


def read_checkpoint(weights: bytes, arguments: bytes) -> Checkpoint:
    """The checkpoint in the bytes of its two files, of unknown origin; `UnreadableCheckpoint` says what is wrong."""
    tensors = _read_weights(weights)
    document = _read_document(arguments)
    digest = hashlib.sha256(weights).hexdigest()
    return Checkpoint(tensors, document.pop("arguments"), len(weights), digest, document)


@dataclass(frozen=True)
class Misfit:
    """Where weights and a model do not fit: names it lacks, names it has no weights for, and other shapes."""

    unexpected: list[str]
    missing: list[str]
    shapes: list[str]

    def __bool__(self) -> bool:
        return bool(self.unexpected or self.missing or self.shapes)


def load_weights(model: nn.Module, tensors: Mapping[str, torch.Tensor]) -> Misfit:
    """Copies weights into a model by name; if they do not fit, nothing is copied and the `Misfit` is true.

    A name may be missing only if the model shares that weight with a name that is there. Names may have the prefixes
    of `torch.compile` and DataParallel, and there may be counters that the model does not have.
    """
    state = model.state_dict(keep_vars=True)
    tensors = _by_names_of(state, tensors)
    misfit = Misfit(
        unexpected=[name for name in tensors if name not in state],
        missing=[names[0] for names in _shared_names(state) if not any(name in tensors for name in names)],
        shapes=[name for name in tensors if name in state and state[name].shape != tensors[name].shape],
    )
    if not misfit:
        with torch.no_grad():
            for name, tensor in tensors.items():
                state[name].copy_(tensor)
    return misfit


def _by_names_of(
    state: Mapping[str, torch.Tensor], tensors: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """The weights by the names that a model gives them, without counters that it does not have."""
    if not tensors.keys() <= state.keys():
        plain, meant = _plain_names(tensors), _plain_names(state)
        if plain and meant:  # else two weights would get one name
            own = {short: name for name, short in meant.items()}
            tensors = {own.get(plain[name], name): tensor for name, tensor in tensors.items()}
    return {name: tensor for name, tensor in tensors.items() if name in state or not _is_counter(tensor)}


def _plain_names(names: Iterable[str]) -> dict[str, str]:
    """Each name without what `torch.compile` and DataParallel put into it; nothing if two would become the same."""
    plain = {name: _WRAPPED.sub("", name) for name in names}
    return plain if len(set(plain.values())) == len(plain) else {}


def _is_counter(tensor: torch.Tensor) -> bool:
    """Whether a tensor can only count something: a model's weights are matrices and vectors of real numbers."""
    return tensor.dim() == 0 or not tensor.is_floating_point()


def _shared_names(state: Mapping[str, torch.Tensor]) -> Iterator[list[str]]:
    """The names of a state, those of one and the same weight together."""
    names: dict[Any, list[str]] = {}
    for name, tensor in state.items():
        place = (tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype) if tensor.numel() else name
        names.setdefault(place, []).append(name)
    return iter(names.values())


def _bytes_of(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError:
        raise UnreadableCheckpoint(
            _("There is no {file}: train your model and save it with {call}.").format(
                file=f"`{path.name}`", call="`LiveTraining`"
            )
        ) from None


def _read_weights(weights: bytes) -> dict[str, torch.Tensor]:
    if len(weights) > MAX_WEIGHTS_BYTES:
        raise UnreadableCheckpoint(
            _(
                "The file of the weights is larger than {limit} MB: a model may have {count:,} numbers."
            ).format(limit=MAX_WEIGHTS_BYTES // 2**20, count=MAX_PARAMETERS)
        )
    try:
        tensors = read_tensors(weights)
    except UnreadableTensors:
        if weights.startswith(_TORCH_SAVE):
            raise UnreadableCheckpoint(
                _(
                    "The weights are a file of `torch.save`, which can run code and is never opened: "
                    "save them with {call}."
                ).format(call="`save_checkpoint`")
            ) from None
        raise UnreadableCheckpoint(
            _("The weights are damaged, or not in the format safetensors: save them with {call}.").format(
                call="`save_checkpoint`"
            )
        ) from None
    count = sum(tensor.numel() for tensor in tensors.values())
    if not tensors or count > MAX_PARAMETERS:
        raise UnreadableCheckpoint(
            _("The weights are {count} numbers; from 1 to {limit} are allowed.").format(
                count=count, limit=MAX_PARAMETERS
            )
        )
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not tensor.isfinite().all():
            raise UnreadableCheckpoint(
                _("The weight {name} holds infinite numbers or NaN: the training has diverged.").format(
                    name=f"`{_shown(name)}`"
                )
            )
    return tensors


def _read_document(text: bytes) -> dict[str, Any]:
    if len(text) > MAX_ARGUMENTS_BYTES:
        raise UnreadableCheckpoint(_("The file of the constructor's arguments is too large."))
    try:
        document = json.loads(text.decode(json.detect_encoding(text)), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        raise UnreadableCheckpoint(_("The file of the constructor's arguments is not JSON.")) from None
    arguments = document.get("arguments") if isinstance(document, dict) else None
    if not isinstance(arguments, dict):
        raise UnreadableCheckpoint(
            _('The file of the constructor\'s arguments must be an object with "arguments": an object.')
        )
    _check_arguments(arguments)
    # Whoever reads it may have no such device, and results do not depend on it.
    document["arguments"] = {name: _on_cpu(name, value) for name, value in arguments.items()}
    return dict(document)


def _on_cpu(name: str, value: Any) -> Any:
    is_accelerator = name == "device" and isinstance(value, str) and _ACCELERATOR.fullmatch(value)
    return "cpu" if is_accelerator else value


def _check_arguments(arguments: dict[str, Any]) -> None:
    plain = all(name.isidentifier() and len(name) <= 64 and _is_plain(v) for name, v in arguments.items())
    if not plain or len(arguments) > MAX_ARGUMENTS:
        raise UnreadableCheckpoint(
            _(
                "The constructor's arguments must be at most {limit} plain values by name: "
                "numbers, short texts, true, false or null."
            ).format(limit=MAX_ARGUMENTS)
        )


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= 200
    if isinstance(value, int):  # true and false too
        return abs(value) <= 2**31
    return value is None or (isinstance(value, float) and math.isfinite(value))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key stands twice")
    return result


def _shown(name: str) -> str:
    """A name out of somebody's file, short enough for a sentence."""
    return "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in name[:80])
