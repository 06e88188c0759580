"""What is promised of `word_counts`, `pair_counts` and `merge_pair`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from autograder.student.checking.comparing import assert_equal, assert_kind, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _


def singles(text: str) -> tuple[bytes, ...]:
    """A text as its single bytes."""
    return tuple(bytes([value]) for value in text.encode())


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


def assert_words(got: Any, expected: Mapping[str, int], text: str) -> None:
    """Raises `CheckFailed` unless these words, as single bytes, have these counts."""
    what = _("of the text {text}, the result").format(text=short(text))
    assert_counts(got, {singles(word): count for word, count in expected.items()}, what)


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


# word_counts


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "What does the loop `for b in some_bytes` give you: bytes, or numbers? And what is `bytes(3)`?",
    "How many bytes has the letter é in UTF-8?",
)
def test_words_by_hand(student: Student) -> None:
    """The example, and words with letters of two and three bytes."""
    for text, words in (
        ("go, go", {"go,": 1, " go": 1}),
        ("to be or to be", {"to": 1, " be": 2, " or": 1, " to": 1}),
        ("café 한국 café", {"café": 1, " 한국": 1, " café": 1}),
    ):
        assert_words(student.word_counts(text), words, text)


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "Put all words behind each other again: is it the text, byte for byte?",
    "What does SPLIT.findall give for two spaces, for a line end, and for spaces at the very end?",
)
def test_white_space_is_kept(student: Student) -> None:
    """White space belongs to a word or is one itself: nothing is lost."""
    for text, words in (
        ("a  a\n\nb a ", {"a": 1, " ": 2, " a": 2, "\n": 2, "b": 1}),
        (" x\tx\r\n", {" x": 1, "\t": 1, "x": 1, "\r\n": 1}),
        ("   ", {"   ": 1}),
        ("", {}),
    ):
        assert_words(student.word_counts(text), words, text)


# pair_counts


@pytest.mark.task("pair_counts")
@pytest.mark.hint(
    "A word that occurs 5 times: how often does each of its pairs occur?",
    "How many pairs of neighbours are there in a word of three pieces? And in one of one piece?",
)
def test_pairs_by_hand(student: Student) -> None:
    """Pairs are weighted by the counts of their words, and added over the words."""
    words = {(b"l", b"o", b"w"): 5, (b"l", b"o"): 2, (b"w",): 9, (b"o", b"l"): 1}
    expected = {(b"l", b"o"): 7, (b"o", b"w"): 5, (b"o", b"l"): 1}
    assert_counts(student.pair_counts(words), expected, _("the result"))


@pytest.mark.task("pair_counts")
@pytest.mark.hint("“aaa” are three letters. How many neighbours has the one in the middle?")
def test_overlapping_pairs_count(student: Student) -> None:
    """In a run of equal pieces every pair of neighbours counts."""
    got = student.pair_counts({(b"a", b"a", b"a", b"a"): 2, (b"b", b"a", b"b", b"a"): 3})
    expected = {(b"a", b"a"): 6, (b"b", b"a"): 6, (b"a", b"b"): 3}
    assert_counts(got, expected, _("the result"))


@pytest.mark.task("pair_counts")
@pytest.mark.hint("What are the neighbours here: the letters, or the pieces that are there by now?")
def test_pieces_of_any_length(student: Student) -> None:
    """Pieces that were merged before are pieces like others."""
    got = student.pair_counts({(b"ab", b"a", b"b"): 2, (b"a", b"ba", b"b"): 1, (b"abab",): 4})
    expected = {(b"ab", b"a"): 2, (b"a", b"b"): 2, (b"a", b"ba"): 1, (b"ba", b"b"): 1}
    assert_counts(got, expected, _("the result"))


# merge_pair


def assert_merged(
    student: Student, word: tuple[bytes, ...], pair: tuple[bytes, bytes], expected: Any
) -> None:
    """Raises `CheckFailed` unless the merge of a pair in a word gives the expected pieces."""
    what = _("after the merge of {pair} the word {word}").format(pair=short(pair), word=short(word))
    assert_pieces(student.merge_pair(word, pair), expected, what)


@pytest.mark.task("merge_pair")
@pytest.mark.hint(
    "How many times does the pair stand in “abcab”, and how many of them have you joined?",
    "Compare two pieces with two pieces: what do you do with the last piece, which has no neighbour to its right?",
)
def test_merges_by_hand(student: Student) -> None:
    """Every occurrence is joined, all other pieces stay."""
    for word, pair, expected in (
        (singles("abcab"), (b"a", b"b"), (b"ab", b"c", b"ab")),
        (singles("low"), (b"o", b"w"), (b"l", b"ow")),
        (singles("low"), (b"w", b"o"), singles("low")),
        ((b"x",), (b"x", b"x"), (b"x",)),
        ((b"lo", b"w", b"lo", b"w"), (b"lo", b"w"), (b"low", b"low")),
    ):
        assert_merged(student, word, pair, expected)


@pytest.mark.task("merge_pair")
@pytest.mark.hint(
    "“aaa”: which two are joined, those at the left or those at the right?",
    "After a merge, at which piece do you go on reading?",
)
def test_from_the_left_without_overlap(student: Student, draw: Draw) -> None:
    """In a run of equal pieces the pairs are taken from the left; an odd piece is left at the right."""
    run = draw.random.randrange(5, 10, 2)
    for count, rest in ((3, b"b"), (run, b"c")):
        word = (b"a",) * count + (rest,)
        assert_merged(student, word, (b"a", b"a"), (b"aa",) * (count // 2) + (b"a", rest))


@pytest.mark.task("merge_pair")
@pytest.mark.hint("Compare pieces, not their text: is (b'a', b'bc') the same pair as (b'ab', b'c')?")
def test_pieces_are_compared_whole(student: Student) -> None:
    """A pair is two whole pieces: not their text, and not the end of a longer piece."""
    for word, pair, expected in (
        ((b"ab", b"c", b"a", b"bc"), (b"a", b"bc"), (b"ab", b"c", b"abc")),
        ((b"aa", b"b", b"a", b"b"), (b"a", b"b"), (b"aa", b"b", b"ab")),
        ((b"a", b"bb", b"a", b"b"), (b"a", b"b"), (b"a", b"bb", b"ab")),
    ):
        assert_merged(student, word, pair, expected)
