"""What the tests of byte-pair encoding share: inputs, comparisons, and a look at the student's earlier steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from autograder.student.checking.comparing import assert_equal, assert_kind, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

Pair = tuple[bytes, bytes]


def pieces(text: str) -> tuple[bytes, ...]:
    """A word, written with bars between its pieces.

    >>> pieces("l|ow")
    (b'l', b'ow')
    """
    return tuple(piece.encode() for piece in text.split("|"))


def vocab_of(merges: Sequence[Pair], specials: Sequence[str] = ()) -> dict[int, bytes]:
    """The vocabulary that belongs to merges: bytes, joined pairs, specials."""
    parts = [bytes([value]) for value in range(256)]
    parts += [first + second for first, second in merges]
    return dict(enumerate(parts + [special.encode("utf-8") for special in specials]))


def learnt(reference: Student, text: str, vocab_size: int, specials: Sequence[str] = ()) -> list[Pair]:
    """The merges that the reference learns; its vocabulary, which would make a recording large, stays there."""
    trained = reference.train_bpe.keep(text, vocab_size, list(specials))
    merges: list[Pair] = trained.__getitem__(1)
    return merges


def learnable(reference: Student, draw_text: Callable[[], str], vocab_size: int) -> tuple[str, list[Pair]]:
    """A text and its merges, drawn anew until no two of them make the same bytes.

    Otherwise two ids stood for the same bytes, and whoever counts ids instead of bytes would count them apart.
    """
    for _attempt in range(200):
        text = draw_text()
        merges = learnt(reference, text, vocab_size)
        if len({first + second for first, second in merges}) == len(merges):
            return text, merges
    raise RuntimeError("no text whose merges all differ")


def drawn_letters(draw: Draw, letters: str, count: int) -> str:
    """So many letters, in no order."""
    return "".join(draw.random.choices(letters, k=count))


# Comparisons


def assert_counts(got: Any, expected: Mapping[Any, int], what: str) -> None:
    """Raises `CheckFailed` with the first key that is missing or has another count."""
    assert_kind(got, dict, what)
    for key, count in expected.items():
        if key not in got:
            raise CheckFailed(
                _("{what} has no {key}, which occurs {count} times.").format(
                    what=what, key=short(key), count=count
                )
            )
        assert_equal(got[key], count, _("{what}, the count of {key}").format(what=what, key=short(key)))
    if len(got) != len(expected):
        raise CheckFailed(
            _(
                "{what} has all {count} keys that it should have, with the right counts, and {more} more."
            ).format(what=what, count=len(expected), more=len(got) - len(expected))
        )


def assert_pieces(got: Any, expected: tuple[bytes, ...], what: str) -> None:
    """Raises `CheckFailed` unless a word is the expected tuple of bytes; shows both."""
    assert_kind(got, tuple, what)
    for place, piece in enumerate(got):
        assert_kind(piece, bytes, f"{what}[{place}]")
    if got != expected:
        raise CheckFailed(
            _("{what} is {got}, expected {expected}.").format(
                what=what, got=short(got), expected=short(expected)
            )
        )


# The earlier steps: what `blaming` looks at


def probe_word_counts(student: Student) -> None:
    """Fails if `word_counts` itself is not right."""
    expected = {(b" ", b"\xc3", b"\xa9"): 1, (b" ",): 1, (b" ", b"b"): 2}
    assert_counts(student.word_counts(" é  b b"), expected, _("the result"))


def probe_pair_counts(student: Student) -> None:
    """Fails if `pair_counts` itself is not right."""
    words = {pieces("a|a|a|b"): 3, pieces("ab|a"): 2}
    expected = {pieces("a|a"): 6, pieces("a|b"): 3, pieces("ab|a"): 2}
    assert_counts(student.pair_counts(words), expected, _("the result"))


def probe_merge_pair(student: Student) -> None:
    """Fails if `merge_pair` itself is not right."""
    for word, pair, expected in (
        ("a|a|a|b|a|a", "a|a", "aa|a|b|aa"),
        ("ab|c|a|bc", "a|bc", "ab|c|abc"),
        ("aa|b| |a|b", "a|b", "aa|b| |ab"),
    ):
        got = student.merge_pair(pieces(word), pieces(pair))
        assert_pieces(got, pieces(expected), _("the result"))


def probes(student: Student) -> dict[str, Callable[[], None]]:
    """A look at each earlier step, by its name, the last one first."""
    return {
        "merge_pair": partial(probe_merge_pair, student),
        "pair_counts": partial(probe_pair_counts, student),
        "word_counts": partial(probe_word_counts, student),
    }
