"""Defines the tokens of a tokenizer: the bytes of every id, the merges and the specials, saved as plain JSON.

It lies in the file of the constructor's arguments, under "tokenizer". A byte is one character there, from U+0000 to
U+00FF, so the token " the" is " the". Whoever knows the bytes of all ids can check what text ids stand for, without
running the tokenizer that chose them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.student.core.language import _
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint

NOTE = "tokenizer"  # where it stands in the file
MAX_PIECES = 8_192
MAX_PIECE_BYTES = 256
_BYTES = "latin-1"  # the encoding in which each byte is the character of the same number


@dataclass(frozen=True)
class Spelling:
    """The pieces of a tokenizer by id, and what it was learnt from."""

    pieces: tuple[bytes, ...]
    merges: tuple[tuple[bytes, bytes], ...]
    specials: tuple[str, ...]

    @property
    def vocab(self) -> dict[int, bytes]:
        """The bytes of each id, as `train_bpe` returns them."""
        return dict(enumerate(self.pieces))

    @property
    def line_end(self) -> int | None:
        """The lowest id that is the end of a line and nothing else; None if there is no such token."""
        return self.pieces.index(b"\n") if b"\n" in self.pieces else None


def spelled(
    vocab: Mapping[int, bytes], merges: Sequence[tuple[bytes, bytes]], specials: Sequence[str] = ()
) -> dict[str, Any]:
    """A tokenizer as plain values, to be saved with a model: `save_checkpoint(..., tokenizer=spelled(vocab, merges))`.

    Raises `UnreadableCheckpoint`, whose message says what to do, if it is nothing that could be read again.

    >>> spelled({0: b"a", 1: b"aa"}, [(b"a", b"a")])
    {'vocab': ['a', 'aa'], 'merges': [['a', 'a']], 'specials': []}
    """
    try:
        document = {
            "vocab": [bytes(vocab[number]).decode(_BYTES) for number in range(len(vocab))],
            "merges": [[bytes(part).decode(_BYTES) for part in pair] for pair in merges],
            "specials": list(specials),
        }
    except (KeyError, TypeError) as error:
        raise UnreadableCheckpoint(
            _("A tokenizer is saved as the bytes of the ids 0, 1, 2 …, without a gap, and as pairs of bytes.")
        ) from error
    _read(document)
    return document


def spelling_of(checkpoint: Checkpoint) -> Spelling:
    """The tokenizer that lies with a model, of unknown origin; `UnreadableCheckpoint` says what is wrong with it."""
    if NOTE not in checkpoint.notes:
        raise UnreadableCheckpoint(
            _(
                "No tokenizer is saved with the model: give it to {call} as {argument}, as the training cell does."
            ).format(call="`LiveTraining`", argument="`tokenizer=spelled(vocab, merges)`")
        )
    found = _read(checkpoint.notes[NOTE])
    size = checkpoint.arguments.get("vocab_size")
    if isinstance(size, bool) or size != len(found.pieces):
        raise UnreadableCheckpoint(
            _(
                "The tokenizer has {pieces:,} tokens, but the model was made with another "
                "`vocab_size`: train the model with this tokenizer, and save both together."
            ).format(pieces=len(found.pieces))
        )
    return found


def _read(document: Any) -> Spelling:
    if not isinstance(document, dict) or not {"vocab", "merges", "specials"} <= document.keys():
        raise UnreadableCheckpoint(
            _('The saved tokenizer must be an object with "vocab", "merges" and "specials".')
        )
    vocab, merges, specials = (document[key] for key in ("vocab", "merges", "specials"))
    if not all(isinstance(part, list) and len(part) <= MAX_PIECES for part in (vocab, merges, specials)):
        raise UnreadableCheckpoint(
            _("The saved tokenizer must be three lists of at most {limit:,} entries.").format(
                limit=MAX_PIECES
            )
        )
    if not vocab or not all(map(_is_piece, vocab)):
        raise UnreadableCheckpoint(
            _(
                "Each token of the saved tokenizer must be from 1 to {limit} bytes: an empty one "
                "spells nothing."
            ).format(limit=MAX_PIECE_BYTES)
        )
    if not all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_piece, pair)) for pair in merges):
        raise UnreadableCheckpoint(
            _("Each merge of the saved tokenizer must be two tokens that are not empty.")
        )
    if not all(map(_is_special, specials)):
        raise UnreadableCheckpoint(
            _("Each special token of the saved tokenizer must be a text of 1 to {limit} bytes.").format(
                limit=MAX_PIECE_BYTES
            )
        )
    return Spelling(
        tuple(piece.encode(_BYTES) for piece in vocab),
        tuple((first.encode(_BYTES), second.encode(_BYTES)) for first, second in merges),
        tuple(specials),
    )


def _is_piece(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_PIECE_BYTES and max(value) <= "\xff"


def _is_special(value: Any) -> bool:
    # "surrogatepass": a lone surrogate is not text, but no reason to fail while counting it
    return isinstance(value, str) and 0 < len(value.encode("utf-8", "surrogatepass")) <= MAX_PIECE_BYTES
