"""The modules, tokenizers and sets that live next to the student's code are what tests take them for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from autograder.assignments.subword_language_model.doubles import (
    AssembledModule,
    LibraryFit,
    LibraryTokenizer,
    temporary_path,
)
from autograder.student.checking.student import live_student
from autograder.student.core.values import Recipe


def test_an_assembled_module_shares_freezes_and_has_its_own() -> None:
    """Shared tensors are one object, frozen ones ask for no gradient, own parameters and buffers are registered."""
    inner = AssembledModule({"lookup": nn.Embedding(5, 3)})
    module = AssembledModule(
        {"inner": inner, "readout": nn.Linear(3, 5)},
        own={"scale": 4},
        buffers={"mask": 2},
        shared={"inner.lookup.weight": "readout.weight"},
        frozen=["scale"],
    )
    assert inner.get_parameter("lookup.weight") is module.get_parameter("readout.weight")
    assert sum(parameter.numel() for parameter in module.parameters()) == 15 + 5 + 4
    assert [name for name, p in module.named_parameters() if not p.requires_grad] == ["scale"]
    assert [name for name, _buffer in module.named_buffers()] == ["mask"]


@given(
    st.text(), st.sampled_from(["bytes", "characters", "words"]), st.lists(st.text(max_size=3), unique=True)
)
def test_a_library_tokenizer_tells_all_bytes_or_says_how_many_not(
    text: str, kind: str, known: list[str]
) -> None:
    """The bytes of the known pieces and the unknown ones together are the text; every id is in the vocabulary."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:  # half a surrogate pair: no text that a file could hold
        return
    tokenizer = LibraryTokenizer(kind, [piece for piece in known if piece.isascii()])
    ids = tokenizer.encode(text)
    pieces = {number: piece for piece, number in tokenizer.ids.items()}
    told = len(ids) if kind == "bytes" else sum(len(pieces.get(token, "").encode()) for token in ids)
    assert told + tokenizer.unknown_bytes(text) == size
    assert all(0 <= token < tokenizer.vocab_size for token in ids)


def test_pieces_of_a_library_tokenizer() -> None:
    """Words keep the white space between them; what is not known is the id 0."""
    tokenizer = LibraryTokenizer("words", ["to", " "])
    assert tokenizer.encode("to be  to") == [1, 2, 0, 0, 1]
    assert tokenizer.unknown_bytes("to be  한") == 2 + 2 + 3
    assert LibraryTokenizer("characters", ["é"]).encode("éa") == [1, 0]


@pytest.mark.parametrize("kept", [False, True])
def test_they_can_be_built_by_recipe(kept: bool) -> None:
    """A student's function gets a true set, a module with true children, and a tokenizer to call."""

    def seen(strings, module, tokenizer):  # type: ignore[no-untyped-def]
        children = {name: type(child).__name__ for name, child in module.named_children()}
        return isinstance(strings, set), sorted(strings), children, tokenizer.encode("ab")

    student = live_student({"seen": seen})
    parts = {"norm": Recipe("BatchNorm1d", {"num_features": 3}), "squash": Recipe("ReLU", {})}
    arguments = [
        Recipe("set", {"strings": ["b", "a"]}),
        Recipe("AssembledModule", {"parts": parts}),
        Recipe("LibraryTokenizer", {"kind": "characters", "known": ["b"]}),
    ]
    got = student.seen(*(student.put(argument) if kept else argument for argument in arguments))
    assert got == (True, ["a", "b"], {"norm": "BatchNorm1d", "squash": "ReLU"}, [0, 1])


def test_a_path_is_new_and_in_a_folder_of_its_own() -> None:
    """Nothing lies at the path, also when it is asked for a second time; the folder is there."""
    path = Path(temporary_path("a file"))
    assert path.parent.is_dir()
    path.write_text("left by an earlier test", encoding="utf-8")
    assert Path(temporary_path("a file")) == path
    assert not path.exists()


def test_a_fit_that_trains_nothing_tells_what_it_was_given() -> None:
    """Its numbers depend on every id, its place and the size of the vocabulary; it notes its calls."""
    fit = LibraryFit()
    answers = [fit([1, 2], [3], 5), fit([2, 1], [3], 5), fit([1, 2], [4], 5), fit([1, 2], [3], vocab_size=6)]
    assert len({tuple(answer.values()) for answer in answers}) == 4
    assert fit.calls()[0] == ([1, 2], [3], 5)
    assert LibraryFit(nats=2.0)([1], [2], 100) == {"parameters": 2000, "embedding": 800, "nats": 2.0}
