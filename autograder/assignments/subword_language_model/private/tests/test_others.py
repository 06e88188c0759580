"""What the grader alone looks at in `wordpiece_encode` and `unigram_segment`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import pytest

from autograder.assignments.subword_language_model.tests.test_others import (
    assert_refused,
    assert_segments,
    assert_words,
    set_there,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student


def drawn_word(draw: Draw, letters: str, longest: int) -> str:
    """A word of one letter up to so many."""
    return "".join(draw.random.choices(letters, k=draw.random.randint(1, longest)))


@pytest.mark.task("wordpiece_encode")
@pytest.mark.hint(
    "Go along one word with your finger: at each place, which pieces fit, and which is the longest?"
)
def test_drawn_vocabularies(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn pieces of few letters, some only at the beginning, some only behind it: every word as it should be."""
    for letters, count in (("ab", 9), ("abc", 24), ("가나é", 16)):
        pieces = {draw.choice(["", "##", "##"]) + drawn_word(draw, letters, 4) for _piece in range(count)}
        pieces |= {letters[0], "##" + letters[0], "##" + letters[1]}
        words = [letters[0] + drawn_word(draw, letters, 9) for _word in range(12)]
        words += [drawn_word(draw, letters, 3) for _word in range(6)]
        vocab = sorted(pieces)
        expected = {word: reference.wordpiece_encode(word, set_there(vocab)) for word in words}
        assert_words(student, vocab, expected, named=False)


@pytest.mark.task("wordpiece_encode")
@pytest.mark.hint(
    "A word may have the signs ## in it, as any others. Does your function take them for a mark?",
    "Which letters do you change, before you look them up?",
)
def test_words_as_they_are(student: Student) -> None:
    """Signs in a word are letters like others, "[UNK]" and "##" may be pieces; nothing is normalised, or made small."""
    letters = ["a", "##b", "e\u0301", "e", "##\u0301", "É", "A", "##A", "##a"]
    vocab = ["#", "###", "####", "###!", "[UNK]", "##x", *letters]
    unknown = ["[UNK]"]
    words = {
        "#": ["#"],
        "##": ["#", "###"],
        "##!": ["#", "###!"],
        "a#": ["a", "###"],
        "a##": ["a", "####"],
        "a##b": ["a", "####", "##b"],
        "a###b": ["a", "####", "###", "##b"],
        "[UNK]": ["[UNK]"],
        "[UNK]x": ["[UNK]", "##x"],
        "e\u0301": ["e\u0301"],
        "ee\u0301": unknown,
        "\u00e9": unknown,
        "É": ["É"],
        "AA": ["A", "##A"],
        "aA": ["a", "##A"],
        "Aa": ["A", "##a"],
        "B": unknown,
    }
    assert_words(student, vocab, words, named=False)


@pytest.mark.task("wordpiece_encode")
@pytest.mark.hint("How long may a piece be, and how long a word?")
def test_long_words(student: Student) -> None:
    """A word of three hundred letters, and a piece of a hundred."""
    vocab = ["a", "##a" + "b" * 99, "##b", "##bb", "##ab", "a" + "b" * 150]
    words = {
        "a" + "ab" * 150: ["a", *["##ab"] * 150],
        "aa" + "b" * 99: ["a", "##a" + "b" * 99],
        "a" + "b" * 150: ["a" + "b" * 150],
    }
    assert_words(student, vocab, words, named=False)


def all_ways(word: str, logp: Mapping[str, float]) -> Iterator[list[str]]:
    """Every way to cut a word into pieces, one after the other: 2^(n-1) of them at most."""
    if not word:
        yield []
    for length in range(1, len(word) + 1):
        if word[:length] in logp:
            yield from ([word[:length], *rest] for rest in all_ways(word[length:], logp))


def best_way(word: str, logp: Mapping[str, float]) -> tuple[list[str], float]:
    """The best of all ways as the docstring judges them, looked up among all of them; the sums are exact."""
    ways = [(math.fsum(logp[piece] for piece in way), way) for way in all_ways(word, logp)]
    score, pieces = max(ways, key=lambda way: (way[0], -len(way[1]), [len(piece) for piece in way[1]]))
    return pieces, score


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Write all ways to cut a word of four letters, with their sums: which one does your function miss?",
    "Of equal sums: are fewer pieces, then longer first ones, what your comparison asks for?",
)
def test_all_ways(student: Student, draw: Draw) -> None:
    """Words of up to eight letters against all ways to cut them; many sums are equal, all of them exact."""
    groups = []
    for letters, longest, steps in (("a", 5, 2), ("ab", 3, 3), ("ab", 8, 2), ("abc", 3, 40), ("가나", 4, 3)):
        words = [drawn_word(draw, letters, 8) for _word in range(12)]
        pieces = {*letters, *(drawn_word(draw, letters, longest) for _piece in range(25))}
        logp = {piece: -draw.random.randint(1, steps) / 8 * len(piece) for piece in sorted(pieces)}
        groups.append((logp, {word: best_way(word, logp) for word in words}))
    assert_segments(student, *groups, named=False)


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Are sums that differ by a billionth equal?",
    "How small may a log-probability be? What is your “impossible” compared with it?",
)
def test_every_size_of_number(student: Student) -> None:
    """Sums that differ very little, very small probabilities, and zeros; a piece may also be longer than the word."""
    small = 2.0**-40
    huge = {"a": -3e7, "b": -2e9, "ab": -2.5e9, "abcdefgh": -1.0}
    zeros = {"a": 0.0, "b": -1.0, "ab": -1.0, "aa": 0.0}
    assert_segments(
        student,
        ({"a": -1.0, "aa": -2.0 - small}, {"aa": (["a", "a"], -2.0)}),
        ({"a": -1.0, "aa": -2.0 + small}, {"aa": (["aa"], -2.0)}),
        (huge, {"ab": (["a", "b"], -2.03e9), "aba": (["a", "b", "a"], -2.06e9)}),
        (zeros, {"aab": (["aa", "b"], -1.0), "a": (["a"], 0.0), "aaa": (["aa", "a"], 0.0)}),
        ({"a": -1, "ab": -3}, {"aab": (["a", "ab"], -4), "": ([], 0.0)}),
        ({}, {"": ([], 0.0)}),
        named=False,
    )


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Which of the words in your table can really be reached, from the first letter or from the last one?"
)
def test_gaps(student: Student, draw: Draw) -> None:
    """Pieces that make up some words, but not others: these have a ValueError, those the best way."""
    for _case in range(4):
        logp = {drawn_word(draw, "ab", 3): -draw.random.randint(1, 9) / 4 for _piece in range(4)}
        logp |= {"ba": -1.0, "bb": -0.5}
        logp.pop("a", None)
        logp.pop("b", None)
        for _word in range(10):
            word = drawn_word(draw, "ab", 7)
            if any(True for _way in all_ways(word, logp)):
                assert_segments(student, (logp, {word: best_way(word, logp)}), named=False)
            else:
                assert_refused(student, word, logp, named=False)
