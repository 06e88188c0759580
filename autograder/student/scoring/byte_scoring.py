"""Turns a text into ids by the student's own tokenizer, and accepts only ids that spell the text.

What is scored is the bytes of the text, all of them, once and in order. The table from ids to bytes was read by us,
from the file that was handed in; the tokenizer only chooses among the ways in which the table can spell the text.

Why nothing can be gained, beyond what `prequential` says of the model:

- *Other text.* The bytes of the ids, joined, must be exactly the bytes of the text: nothing is dropped, folded, or
  called unknown, and no id of another text is accepted.
- *Counting.* A model is charged for the text's bytes, whose number no tokenizer can change: bits per byte are total
  nats / ln 2 / bytes.
- *Choosing.* A tokenizer sees the text to its end, and could tell by its choice among spellings, or among ids with
  the same bytes, what is to come. It pays in full: the model spreads one unit of probability over sequences of ids,
  and since no piece is empty, the sequences that spell all the texts of a given length form a prefix-free set. Their
  probabilities sum to 1 at most (Kraft's inequality), so the probabilities of all texts do too, whatever spelling is
  chosen for each: tokenizer and model together are a distribution over texts, and a bit told is a bit paid for.
- *Lengths.* Where the text is cut is decided by the text alone, before any tokenizer sees it.
- *Talk.* The tokenizer runs in a session that ends before the model's begins; from one to the other go ids alone.

A long text can be one piece, learnt by heart. It must be in the file that was handed in before the hidden text was
seen, as weights that remember a text must.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import torch

from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.core.metric import BITS_PER_BYTE
from autograder.student.models.tokenizer_file import Spelling
from autograder.student.scoring.prequential import STREAMS

SHORTEST_PIECE_BYTES = 256  # of the text's parts: each begins with nothing read
# Every way of splitting into words that keeps a space with the word behind it splits here, so the ids of the parts
# are those of the whole.
_BEFORE_A_WORD = re.compile(r"(?<=\S) (?=\S)")
_SHOWN = 20  # letters of the text around a difference


class MisspeltText(CheckFailed):
    """Ids that do not spell the text they were made of."""


def cut(text: str, parts: int = STREAMS) -> list[str]:
    """The text in so many parts of nearly equal bytes, each but the first beginning with a space and its word.

    Fewer if the text is short, or has too few places to cut.

    >>> cut("we the people " * 40, 3)[1][:11]
    ' the people'
    """
    size = len(text.encode("utf-8"))
    wanted = max(1, min(parts, size // SHORTEST_PIECE_BYTES))
    cuts, done, place = [0], 0, 0  # `done` bytes lie before the letter at `place`
    for number in range(1, wanted):
        target = size * number // wanted
        while done < target:
            done += len(text[place].encode("utf-8"))
            place += 1
        found = _BEFORE_A_WORD.search(text, max(place, cuts[-1] + 1))
        if found is None:
            break
        cuts.append(found.start())
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def encoded(student: Student, spelling: Spelling, texts: Sequence[str]) -> list[torch.Tensor]:
    """The ids of each text, int64, chosen by a `BPETokenizer` there; `CheckFailed` if they do not spell it.

    The message of a `MisspeltText` shows the text around the first difference: it is for public text.
    """
    tokenizer = student.BPETokenizer.keep(spelling.vocab, list(spelling.merges), list(spelling.specials))
    found = []
    for text in texts:
        ids = _checked(tokenizer.encode(text), spelling, text)
        student.transcript.clear()
        found.append(torch.tensor(ids, dtype=torch.int64))
    return found


def bits_per_byte(nats: float, texts: Sequence[str]) -> float:
    """What each UTF-8 byte of the texts has cost.

    >>> from math import log
    >>> bits_per_byte(9 * log(256), ["한", "국어"])
    8.0
    """
    return BITS_PER_BYTE.of(nats, size_in_bytes(texts))


def size_in_bytes(texts: Sequence[str]) -> int:
    """How many UTF-8 bytes the texts have."""
    return sum(len(text.encode("utf-8")) for text in texts)


def line_end(spelling: Spelling) -> int:
    """The id that every row reads first: that of the end of a line; `CheckFailed` if no piece is one."""
    if spelling.line_end is None:
        raise CheckFailed(
            _(
                "The tokenizer saved with the model has no piece for the end of a line: a byte-level vocabulary has "
                "all 256 bytes."
            )
        )
    return spelling.line_end


def _checked(ids: object, spelling: Spelling, text: str) -> list[int]:
    """The answer of a tokenizer as ids that spell the text."""
    if not isinstance(ids, list | tuple) or not all(type(number) is int for number in ids):
        raise MisspeltText(_("`BPETokenizer.encode` must return a list of whole numbers."))
    size = len(spelling.pieces)
    if not all(0 <= number < size for number in ids):
        raise MisspeltText(
            _(
                "`BPETokenizer.encode` returned an id that is not in the saved vocabulary, whose ids are 0 to {last}."
            ).format(last=size - 1)
        )
    wanted = text.encode("utf-8")
    place = 0
    for piece in _pieces(ids, spelling):
        if not wanted.startswith(piece, place):
            raise _difference(wanted, place, piece)
        place += len(piece)
    if place < len(wanted):
        raise _difference(wanted, place, b"")
    return list(ids)


def _pieces(ids: Sequence[int], spelling: Spelling) -> Iterator[bytes]:
    return (spelling.pieces[number] for number in ids)


def _difference(wanted: bytes, place: int, piece: bytes) -> MisspeltText:
    def shown(part: bytes) -> str:
        return repr(part.decode("utf-8", errors="replace"))

    before, after = wanted[max(0, place - _SHOWN) : place], wanted[place : place + _SHOWN]
    sentence = (
        _("the ids go on with {piece}").format(piece=shown(piece[:_SHOWN])) if piece else _("the ids end")
    )
    return MisspeltText(
        _(
            "The ids of `BPETokenizer.encode` do not spell the text. After {before} the text goes on "
            "with {after}, and {ids}. Every byte counts, so nothing may be lost, normalised or "
            "replaced."
        ).format(before=shown(before), after=shown(after), ids=sentence)
    )
