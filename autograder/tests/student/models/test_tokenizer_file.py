"""A tokenizer is saved with its model as plain JSON, and read from bytes that anybody may have made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from autograder.student.models.checkpoints import (
    Checkpoint,
    UnreadableCheckpoint,
    load_checkpoint,
    save_checkpoint,
)
from autograder.student.models.tokenizer_file import MAX_PIECE_BYTES, MAX_PIECES, spelled, spelling_of

PIECES = st.lists(st.binary(min_size=1, max_size=9), min_size=1, max_size=20)


def checkpoint(tokenizer: Any, vocab_size: Any = 2) -> Checkpoint:
    """A checkpoint in whose file this stands."""
    return Checkpoint({}, {"vocab_size": vocab_size}, 0, "", {"tokenizer": tokenizer})


@given(
    PIECES, st.lists(st.tuples(st.binary(min_size=1), st.binary(min_size=1))), st.lists(st.text(min_size=1))
)
def test_what_was_saved_is_read(
    pieces: list[bytes], merges: list[tuple[bytes, bytes]], specials: list[str]
) -> None:
    """Every byte of it, through JSON."""
    document = json.loads(json.dumps(spelled(dict(enumerate(pieces)), merges, specials)))
    found = spelling_of(checkpoint(document, len(pieces)))
    assert list(found.vocab.items()) == list(enumerate(pieces))
    assert list(found.merges) == merges
    assert list(found.specials) == specials


def test_it_lies_beside_the_arguments(tmp_path: Path) -> None:
    """`save_checkpoint` takes it as a note; a reader sees words where there are words."""
    notes = spelled({0: b" the", 1: b"\n"}, [(b" ", b"the")])
    save_checkpoint(nn.Linear(2, 2), {"vocab_size": 2}, tmp_path / "lm", tokenizer=notes, seed=1)
    assert '" the"' in (tmp_path / "lm.json").read_text(encoding="utf-8")
    found = spelling_of(load_checkpoint(tmp_path / "lm"))
    assert found.pieces == (b" the", b"\n")
    assert found.line_end == 1


GOOD: dict[str, Any] = {"vocab": ["a", "b"], "merges": [["a", "b"]], "specials": ["<end>"]}
BAD: dict[str, tuple[Any, str]] = {
    "a list": ([], "an object with"),
    "None": (None, "an object with"),
    "no merges": ({"vocab": ["a", "b"], "specials": []}, "an object with"),
    "a dict of pieces": (GOOD | {"vocab": {"0": "a", "1": "b"}}, "three lists"),
    "no pieces": (GOOD | {"vocab": []}, "from 1 to"),
    "too many pieces": (GOOD | {"vocab": ["a"] * (MAX_PIECES + 1)}, "8,192"),
    "an empty piece": (GOOD | {"vocab": ["a", ""]}, "spells nothing"),
    "a long piece": (GOOD | {"vocab": ["a", "b" * (MAX_PIECE_BYTES + 1)]}, "to 256 bytes"),
    "letters that are no bytes": (GOOD | {"vocab": ["a", "語"]}, "to 256 bytes"),
    "numbers": (GOOD | {"vocab": [1, 2]}, "to 256 bytes"),
    "true": (GOOD | {"vocab": ["a", True]}, "to 256 bytes"),
    "a merge of three": (GOOD | {"merges": [["a", "b", "c"]]}, "two tokens"),
    "a merge of nothing": (GOOD | {"merges": [["a", ""]]}, "two tokens"),
    "a merge that is a text": (GOOD | {"merges": ["ab"]}, "two tokens"),
    "a special that is a number": (GOOD | {"specials": [1]}, "special token"),
    "an empty special": (GOOD | {"specials": [""]}, "special token"),
    "a piece too many": (GOOD | {"vocab": ["a", "b", "c"]}, "3 tokens"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_tokenizer_is_one_sentence(name: str) -> None:
    """Which says what is wrong."""
    document, word = BAD[name]
    assert spelling_of(checkpoint(GOOD)).pieces == (b"a", b"b")
    with pytest.raises(UnreadableCheckpoint, match=word):
        spelling_of(checkpoint(document))


@pytest.mark.parametrize("size", [1, 3, True, "2", None])
def test_the_model_has_as_many_ids_as_there_are_pieces(size: Any) -> None:
    """Anything else would be another tokenizer's model."""
    with pytest.raises(UnreadableCheckpoint, match="vocab_size"):
        spelling_of(checkpoint(GOOD, size))


def test_a_model_without_its_tokenizer_says_how_to_save_it() -> None:
    """The call is in the sentence."""
    with pytest.raises(UnreadableCheckpoint, match="spelled"):
        spelling_of(Checkpoint({}, {"vocab_size": 2}, 0, ""))


@pytest.mark.parametrize("vocab", [{0: b"a", 2: b"b"}, {0: "a"}, {1: b"a"}, {0: b""}, {}, [b"a", None]])
def test_what_could_not_be_read_is_not_saved(vocab: Any) -> None:
    """Better now than after the training has gone on for minutes."""
    with pytest.raises(UnreadableCheckpoint):
        spelled(vocab, [])


def test_a_list_of_pieces_is_a_vocabulary_too() -> None:
    """What stands at place i has the id i."""
    assert spelled([b"a"], []) == spelled({0: b"a"}, [])  # type: ignore[arg-type]
