"""Checkpoints: what is saved is read again, and bytes of any origin give a checked model or one sentence."""

from __future__ import annotations

import io
import json
import math
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from autograder.student.core import kernel
from autograder.student.models.checkpoints import (
    MAX_PARAMETERS,
    MAX_WEIGHTS_BYTES,
    UnreadableCheckpoint,
    changed_since,
    load_checkpoint,
    load_weights,
    read_checkpoint,
    save_checkpoint,
)

ARGUMENTS = b'{"arguments": {"size": 3}}'


class Tied(nn.Module):
    """Two layers that share one weight."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(5, size)
        self.decoder = nn.Linear(size, 5)
        self.decoder.weight = self.embedding.weight


def blob(header: object, body: bytes = b"") -> bytes:
    """A safetensors file with any header."""
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + body


def entry(shape: list[int], size: int, dtype: str = "F32", start: int = 0) -> dict[str, object]:
    """The header's entry of one tensor."""
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, start + size]}


def test_a_shared_weight_is_saved_once_and_loaded_into_both(tmp_path: Path) -> None:
    """The layers share it afterwards as before."""
    model, other = Tied(3), Tied(3)
    save_checkpoint(model, {"size": 3}, tmp_path / "rnn_lm", seed=7, note="ü")
    checkpoint = load_checkpoint(tmp_path / "rnn_lm")
    assert checkpoint.parameters == 5 * 3 + 5
    assert checkpoint.arguments == {"size": 3}
    assert not load_weights(other, checkpoint.tensors)
    assert torch.equal(other.decoder.weight, model.embedding.weight)
    assert other.decoder.weight is other.embedding.weight
    assert json.loads((tmp_path / "rnn_lm.json").read_text("utf-8"))["note"] == "ü"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["rnn_lm.json", "rnn_lm.safetensors"]


def test_what_cannot_be_saved_leaves_the_last_good_one(tmp_path: Path) -> None:
    """Nothing is written before everything is known to be right."""
    save_checkpoint(Tied(3), {"size": 3}, tmp_path / "rnn_lm")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UnreadableCheckpoint):
        save_checkpoint(Tied(3), {"size": [3]}, tmp_path / "rnn_lm")
    with pytest.raises(TypeError):
        save_checkpoint(Tied(3), {"size": 3}, tmp_path / "rnn_lm", model=Tied)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_weights_that_do_not_fit_are_named_and_nothing_is_copied() -> None:
    """Unexpected, missing and wrongly shaped ones."""
    model = Tied(3)
    before = model.decoder.bias.clone()
    misfit = load_weights(
        model, {"decoder.bias": torch.ones(5), "embedding.weight": torch.ones(5, 2), "x": torch.ones(1)}
    )
    assert (misfit.unexpected, misfit.missing, misfit.shapes) == (["x"], [], ["embedding.weight"])
    assert load_weights(model, {"decoder.bias": torch.ones(5)}).missing == ["embedding.weight"]
    assert torch.equal(model.decoder.bias, before)


def _pickled() -> bytes:
    # A tensor of 400 GB in a file of a kilobyte: all its strides are zero.
    file = io.BytesIO()
    torch.save({"w": torch.zeros(1).expand(10**11)}, file)
    return file.getvalue()


NAN = struct.pack("<f", float("nan"))
WEIGHTS = {
    "empty": (b"", "damaged"),
    "no header": (b"12345678", "damaged"),
    "a header bomb": (struct.pack("<Q", 2**60) + b"{}", "damaged"),
    "a header of a thousand levels": (struct.pack("<Q", 200_000) + b"[" * 200_000, "damaged"),
    "a tensor larger than the file": (blob({"w": entry([2**40], 4)}, b"1234"), "damaged"),
    "a tensor without numbers and without end": (blob({"w": entry([0, 2**40], 0)}), "damaged"),
    "strides that overflow": (blob({"w": entry([2**26, 2**26, 2**26, 0], 0)}), "damaged"),
    "tensors that overlap": (blob({"a": entry([1], 4), "b": entry([1], 4)}, b"1234"), "damaged"),
    "a hole": (blob({"a": entry([1], 4), "b": entry([1], 4, start=8)}, b"123412341234"), "damaged"),
    "bytes that belong to nothing": (blob({"a": entry([1], 4)}, b"12345678"), "damaged"),
    "one name twice": (
        blob({"a": entry([1], 4), "b": entry([1], 4)}, b"1234").replace(b'"b"', b'"a"'),
        "damaged",
    ),
    "complex numbers": (blob({"a": entry([1], 8, "C64")}, b"12345678"), "damaged"),
    "no tensors": (blob({}), "from 1 to"),
    "too many parameters": (
        blob({"a": entry([MAX_PARAMETERS + 1], MAX_PARAMETERS + 1, "U8")}, bytes(MAX_PARAMETERS + 1)),
        "from 1 to",
    ),
    "NaN": (blob({"a": entry([1], 4)}, NAN), "diverged"),
    "too large": (bytes(MAX_WEIGHTS_BYTES + 1), "larger than 64 MB"),
    "a pickle of torch.save": (_pickled(), "torch.save"),
    "a bare pickle": (b"\x80\x04.", "torch.save"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_bad_weights_are_refused_with_a_sentence(name: str) -> None:
    """Nothing is executed, nothing large is allocated, and the owner hears why."""
    weights, word = WEIGHTS[name]
    with pytest.raises(UnreadableCheckpoint, match=word):
        read_checkpoint(weights, ARGUMENTS)


GOOD = blob({"a": entry([1], 4), "__metadata__": {"format": "pt"}}, b"\0\0\0\0")


@pytest.mark.parametrize(
    "arguments",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b'{"arguments": []}',
        b'{"arguments": {"a": [1]}}',
        b'{"arguments": {"a": {}}}',
        b'{"arguments": {"a": NaN}}',
        b'{"arguments": {"a": -Infinity}}',
        b'{"arguments": {"a": 1e999}}',
        b'{"arguments": {"a": 99999999999}}',
        b'{"arguments": {"a b": 1}}',
        b'{"arguments": {"a": 1, "a": 2}}',
        b'{"arguments": {"a": "' + b"x" * 300 + b'"}}',
        b"[" * 100_000,
        b'{"arguments": {}}' + b" " * 2**20,
        json.dumps({"arguments": {f"a{i}": i for i in range(100)}}).encode(),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence(arguments: bytes) -> None:
    """Plain values by name, a few of them, and nothing else."""
    with pytest.raises(UnreadableCheckpoint, match="arguments"):
        read_checkpoint(GOOD, arguments)


def test_notes_are_for_people() -> None:
    """Whatever stands beside the arguments is not looked at: a perplexity that a file claims is worth nothing."""
    assert read_checkpoint(GOOD, b'{"perplexity": 1.0, "arguments": {"a": null}}').arguments == {"a": None}


ARGUMENTS_IN_OTHER_WAYS = {
    "UTF-16, as PowerShell writes it": '{"arguments": {"size": 3}}'.encode("utf-16"),
    "UTF-16 without a mark": '{"arguments": {"size": 3}}'.encode("utf-16-le"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + ARGUMENTS,
    "UTF-32": '{"arguments": {"size": 3}}'.encode("utf-32"),
    "a loss that is infinite": b'{"arguments": {"size": 3}, "best": Infinity}',
    "a loss that is no number": b'{"arguments": {"size": 3}, "losses": [NaN, -Infinity]}',
}


@pytest.mark.parametrize("name", ARGUMENTS_IN_OTHER_WAYS)
def test_arguments_are_read_as_other_programs_write_them(name: str) -> None:
    """The encoding is told by the bytes, and what stands beside the arguments may be anything."""
    assert read_checkpoint(GOOD, ARGUMENTS_IN_OTHER_WAYS[name]).arguments == {"size": 3}


@pytest.mark.parametrize(
    ("given_device", "expected"),
    [("cuda", "cpu"), ("cuda:1", "cpu"), ("mps", "cpu"), ("cpu", "cpu"), ("x", "x")],
)
def test_a_model_made_for_an_accelerator_is_loaded_on_the_processor(given_device: str, expected: str) -> None:
    """Whoever grades it may have none."""
    text = json.dumps({"arguments": {"device": given_device, "kind": "cuda"}}).encode()
    assert read_checkpoint(GOOD, text).arguments == {"device": expected, "kind": "cuda"}


PREFIXES = ("_orig_mod.", "module.", "_orig_mod.module.", "module._orig_mod.")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_weights_of_a_wrapped_model_are_loaded(prefix: str) -> None:
    """The prefixes of torch.compile and DataParallel are no part of the names that the notebook's class gives."""
    model, other = Tied(3), Tied(3)
    state = {f"{prefix}{name}": tensor for name, tensor in model.state_dict().items()}
    assert not load_weights(other, state)
    assert torch.equal(other.embedding.weight, model.embedding.weight)
    assert torch.equal(other.decoder.bias, model.decoder.bias)


def test_a_layer_that_was_compiled_alone_is_loaded_and_the_other_way_round() -> None:
    """The prefix stands within the name, of the file or of the model."""
    compiled, plain = Tied(3), Tied(3)
    compiled.decoder = torch.compile(compiled.decoder)  # type: ignore[assignment]
    assert not load_weights(plain, compiled.state_dict())
    assert torch.equal(plain.embedding.weight, compiled.embedding.weight)
    assert not load_weights(compiled, Tied(3).state_dict())


def test_a_layer_called_module_keeps_its_name() -> None:
    """Names that fit are taken as they are; where two would become the same, none is changed."""
    model = nn.ModuleDict({"module": nn.Linear(2, 2)})
    assert not load_weights(model, model.state_dict())
    both = nn.Sequential()
    both.add_module("module", nn.ModuleDict({"a": nn.Linear(2, 2)}))
    both.add_module("a", nn.Linear(2, 2))
    assert not load_weights(both, both.state_dict())
    misfit = load_weights(both, {f"x.{name}": tensor for name, tensor in both.state_dict().items()})
    assert misfit.unexpected == [f"x.{name}" for name in both.state_dict()]


def test_counters_that_the_model_lacks_are_left_out() -> None:
    """A step count is no weight; a matrix that has no place means that the class has changed."""
    state = Tied(3).state_dict()
    assert not load_weights(Tied(3), {**state, "steps": torch.tensor(9), "seen": torch.arange(4)})
    assert not load_weights(Tied(3), {**state, "best_loss": torch.tensor(4.5)})
    assert load_weights(Tied(3), {**state, "other.weight": torch.ones(2, 2)}).unexpected == ["other.weight"]
    counting = Tied(3)
    counting.register_buffer("steps", torch.tensor(0))
    assert not load_weights(counting, {**state, "steps": torch.tensor(9)})
    assert counting.get_buffer("steps").item() == 9


class Unsavable(nn.Module):
    """A module whose state holds something that no checkpoint can."""

    def __init__(self, value: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("strange", value)


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (torch.tensor([math.nan]), "diverged"),
        (torch.ones(2, dtype=torch.complex64), "`strange` is not a tensor of real numbers"),
        (torch.eye(2).to_sparse(), "`strange` is not a tensor of real numbers"),
        (torch.zeros(MAX_PARAMETERS + 1, dtype=torch.uint8), "from 1 to"),
    ],
    ids=["NaN", "complex", "sparse", "too many"],
)
def test_what_could_not_be_loaded_again_is_not_saved(tmp_path: Path, value: torch.Tensor, word: str) -> None:
    """At once, in the words in which it would be refused later; the last good one stays."""
    save_checkpoint(Tied(3), {"size": 3}, tmp_path / "rnn_lm")
    before = (tmp_path / "rnn_lm.safetensors").read_bytes()
    with pytest.raises(UnreadableCheckpoint, match=word):
        save_checkpoint(Unsavable(value), {"size": 3}, tmp_path / "rnn_lm")
    assert (tmp_path / "rnn_lm.safetensors").read_bytes() == before


def test_weights_that_share_memory_in_part_are_saved(tmp_path: Path) -> None:
    """As the layers of cuDNN do: views of one block."""
    block = torch.arange(6.0)
    model = nn.ParameterDict({"a": nn.Parameter(block[:4]), "b": nn.Parameter(block[2:])})
    save_checkpoint(model, {}, tmp_path / "rnn_lm")
    tensors = load_checkpoint(tmp_path / "rnn_lm").tensors
    assert {name: tensor.tolist() for name, tensor in tensors.items()} == {
        "a": [0, 1, 2, 3],
        "b": [2, 3, 4, 5],
    }


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_no_bytes_raise_anything_else(weights: bytes, arguments: bytes) -> None:
    """The only exception is the one with a sentence."""
    with pytest.raises(UnreadableCheckpoint):
        read_checkpoint(weights, arguments)


def test_a_missing_file_says_what_to_do(tmp_path: Path) -> None:
    """Train, and save."""
    with pytest.raises(UnreadableCheckpoint, match="save it with `LiveTraining`"):
        load_checkpoint(tmp_path / "rnn_lm")


def test_a_file_under_another_name_is_named(tmp_path: Path) -> None:
    """What a browser made of the name, or a folder of models."""
    save_checkpoint(Tied(3), {"size": 3}, tmp_path / "rnn_lm (1)")
    with pytest.raises(
        UnreadableCheckpoint, match=r"There is no `rnn_lm.safetensors`.*Is `rnn_lm \(1\).json` meant"
    ):
        load_checkpoint(tmp_path / "rnn_lm")
    (tmp_path / "models").mkdir()
    for suffix in (".json", ".safetensors"):
        (tmp_path / f"rnn_lm (1){suffix}").rename(tmp_path / "models" / f"rnn_lm{suffix}")
    with pytest.raises(UnreadableCheckpoint, match=r"Is `models/rnn_lm.safetensors` meant"):
        load_checkpoint(tmp_path / "rnn_lm")


def test_the_code_of_a_model_is_recorded_in_a_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its classes and what they use, by a hash each; so a later change is named, and nothing else is."""
    helper = "def scale(x):\n    return 2 * x"
    model = "class Tied:\n    def forward(self, x):\n        return scale(x)"
    cells = [helper, model, "def unrelated():\n    pass"]
    monkeypatch.setattr(kernel, "history", lambda: cells)
    save_checkpoint(Tied(3), {"size": 3}, tmp_path / "rnn_lm")
    saved = (tmp_path / "rnn_lm.json").read_bytes()
    assert changed_since(saved, [*cells, "def unrelated():\n    return 1", "# more"]) == []
    assert changed_since(saved, [helper.replace("2", "3"), model]) == ["scale"]
    assert changed_since(saved, [helper]) == ["Tied"]
    assert load_checkpoint(tmp_path / "rnn_lm").arguments == {"size": 3}


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"code": []}', b'{"code": "x"}', b"\xff", b"[" * 100_000]
)
def test_a_file_that_tells_nothing_of_its_code_accuses_nobody(text: bytes) -> None:
    """It was saved by a script, by an older copy of the course, or is damaged."""
    assert changed_since(text, []) == []
