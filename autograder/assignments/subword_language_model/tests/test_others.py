"""What is promised of `wordpiece_encode` and `unigram_segment`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from autograder.student.checking.comparing import assert_equal, assert_kind, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student, StudentError
from autograder.student.core.language import _
from autograder.student.core.values import Recipe


def assert_pieces(got: Any, expected: Sequence[str], what: str) -> None:
    """Raises `CheckFailed` unless these are the pieces, in a list; shows both."""
    assert_kind(got, list, what)
    for place, piece in enumerate(got):
        assert_kind(piece, str, f"{what}[{place}]")
    if got != list(expected):
        raise CheckFailed(
            _("{what} is {got}, expected {expected}.").format(
                what=what, got=short(got), expected=short(list(expected))
            )
        )


# wordpiece_encode


def set_there(pieces: Iterable[str]) -> Recipe:
    """A set on the student's side."""
    return Recipe("set", {"strings": list(pieces)})


def assert_words(student: Student, pieces: Iterable[str], words: Mapping[str, Sequence[str]]) -> None:
    """Raises `CheckFailed` unless each word is cut as expected, with one vocabulary for all of them."""
    vocab = student.put(set_there(pieces))
    answers = list(student.wordpiece_encode.each([(word, vocab) for word in words]))
    for got, (word, expected) in zip(answers, words.items(), strict=True):
        assert_pieces(got, expected, _("for the word {word} the result").format(word=short(word)))


@pytest.mark.task("wordpiece_encode")
@pytest.mark.hint(
    "Of all pieces that fit at this place: which one does the docstring take?",
    "Which pieces may begin a word, and which may continue one?",
    "The two signs ## stand in the vocabulary. Do they also stand in the word?",
)
def test_the_longest_piece(student: Student) -> None:
    """The example; the longest piece is taken at each place, "##" pieces behind the first and only there."""
    vocab = ["un", "u", "##kin", "##d", "##k", "##un", "kind", "##kind", "##ki", "una", "##ble", "##b", "##a"]
    words = {
        "unkind": ["un", "##kind"],
        "unkin": ["un", "##kin"],
        "unkid": ["un", "##ki", "##d"],
        "kind": ["kind"],
        "unun": ["un", "##un"],
        "unable": ["una", "##ble"],
        "kindunkind": ["kind", "##un", "##kind"],
    }
    assert_words(student, vocab, words)
    never_back = ["ab", "abc", "##cde", "##d", "##e", "##cf"]
    assert_words(
        student, never_back, {"abcde": ["abc", "##d", "##e"], "abcf": ["[UNK]"], "abcd": ["abc", "##d"]}
    )
    assert_words(student, vocab[:5], {"unkind": ["un", "##kin", "##d"], "u": ["u"]})


@pytest.mark.task("wordpiece_encode")
@pytest.mark.hint(
    "One part that fits no piece makes the whole word unknown: what is left of the other pieces?",
    "What do you return for no letters at all?",
)
def test_unknown_words(student: Student) -> None:
    """The whole word is ["[UNK]"] if no piece fits at any place, also the last; an empty word has no pieces."""
    vocab = ["a", "ab", "##b", "##c", "##ca", "b"]
    unknown = ["[UNK]"]
    words = {
        "": [],
        "xa": unknown,
        "abx": unknown,
        "axb": unknown,
        "c": unknown,
        "aba": unknown,
        "abc": ["ab", "##c"],
    }
    assert_words(student, vocab, words)
    assert_words(student, [], {"": [], "a": unknown})


@pytest.mark.task("wordpiece_encode")
@pytest.mark.hint(
    "A word may have the signs ## in it, as any others. Does your function take them for a mark?",
    "Which letters do you change, before you look them up?",
)
def test_words_as_they_are(student: Student) -> None:
    """Signs in a word are ordinary letters; "[UNK]" and "##" may be pieces; nothing is normalised or lower-cased."""
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
    assert_words(student, vocab, words)


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
    assert_words(student, vocab, words)


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
        there = reference.put(set_there(vocab))
        assert_words(student, vocab, {word: reference.wordpiece_encode(word, there) for word in words})


# unigram_segment


Segments: TypeAlias = tuple[Mapping[str, float], Mapping[str, tuple[Sequence[str], float]]]


def assert_segments(student: Student, *groups: Segments) -> None:
    """Raises `CheckFailed` unless, with each group's log-probabilities, each word has these pieces and score."""
    cases = [(logp, word, best) for logp, words in groups for word, best in words.items()]
    answers = list(student.unigram_segment.each([(word, dict(logp)) for logp, word, _best in cases]))
    for got, (_logp, word, (pieces, score)) in zip(answers, cases, strict=True):
        what = _("for the word {word} the result").format(word=short(word))
        if not isinstance(got, tuple) or len(got) != 2:
            raise CheckFailed(
                _("{what} is {got}, expected the tuple (pieces, score).").format(what=what, got=short(got)),
                Evidence.STRUCTURE,
            )
        assert_pieces(got[0], pieces, f"{what}[0]")
        assert_equal(got[1], float(score), f"{what}[1]")


def assert_refused(student: Student, word: str, logp: Mapping[str, float]) -> None:
    """Raises `CheckFailed` unless `unigram_segment` raises a ValueError for a word that cannot be cut."""
    try:
        got = student.unigram_segment(word, dict(logp))
    except StudentError as error:
        if error.is_unwritten:
            raise
        if error.type_name != "ValueError":
            known = error.type_name in ("TypeError", "IndexError", "KeyError", "RecursionError", "NameError")
            kind = error.type_name if known else _("another exception")
            sentence = _("for {word}, which no pieces make up, it raises {kind}, expected a ValueError.")
            raise CheckFailed(sentence.format(word=short(word), kind=kind)) from None
    else:
        sentence = _("for {word}, which no pieces make up, it returns {got}, expected a ValueError.")
        raise CheckFailed(sentence.format(word=short(word), got=short(got)))


def assert_as_the_reference(
    student: Student, reference: Student, words: Iterable[str], logp: Mapping[str, float]
) -> None:
    """Raises `CheckFailed` unless every word is cut, or refused, as the reference does it."""
    for word in words:
        try:
            expected = reference.unigram_segment(word, dict(logp))
        except StudentError:
            assert_refused(student, word, logp)
        else:
            assert_segments(student, (logp, {word: expected}))


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Greedy cannot change its mind. Which ways to cut are there, and what does each cost?",
    "Where does the last piece start? And the one before it?",
    "Print your table after each letter: which entry is not what it should be?",
)
def test_the_most_probable_way(student: Student) -> None:
    """The example; neither the longest first piece nor the fewest pieces, but the greatest sum."""
    example = {"a": -1.0, "b": -2.0, "ab": -2.5}
    words = {"aab": (["a", "ab"], -3.5), "b": (["b"], -2.0), "abab": (["ab", "ab"], -5.0), "": ([], 0.0)}
    more = {
        "un": -3.0,
        "unk": -2.0,
        "kind": -3.5,
        "ind": -8.0,
        "u": -5.0,
        "n": -4.0,
        "k": -6.0,
        "unkind": -9.0,
    }
    more_words = {
        "unkind": (["un", "kind"], -6.5),
        "unk": (["unk"], -2.0),
        "nun": (["n", "un"], -7.0),
        "nunkind": (["n", "un", "kind"], -10.5),
    }
    korean = {"한": -1.5, "국": -1.25, "한국": -3.0, "어": 0.0}
    korean_words = {"한국어": (["한", "국", "어"], -2.75)}
    assert_segments(student, (example, words), (more, more_words), (korean, korean_words))


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Two ways with equal sums: what does the docstring look at first, and what then?",
    "`max` keeps the first of equals. In which order do you offer them?",
)
def test_equal_sums(student: Student) -> None:
    """Of equal sums the fewer pieces; of equally many, the longer first piece, then the longer second one."""
    even = {"a": -1.0, "aa": -2.0, "aaa": -3.0, "b": -2.0, "ab": -3.0, "ba": -3.0}
    even_words = {
        "aa": (["aa"], -2.0),
        "aaaa": (["aaa", "a"], -4.0),
        "aaaaaa": (["aaa", "aaa"], -6.0),
        "aaaaa": (["aaa", "aa"], -5.0),
        "aba": (["ab", "a"], -4.0),
        "aaab": (["aaa", "b"], -5.0),
    }
    pairs = {"a": -1.0, "aa": -2.0, "aaa": -3.5, "b": -2.0, "ab": -3.0}
    pairs_words = {"aaa": (["aa", "a"], -3.0), "aaaaa": (["aa", "aa", "a"], -5.0)}
    fewer = {"ab": -2.0, "cde": -3.0, "abc": -3.0, "d": -1.0, "e": -1.0}
    fewer_words = {"abcde": (["ab", "cde"], -5.0)}
    other = {"a": -1.0, "b": -1.0, "cde": -2.0, "abcd": -3.0, "e": -1.0}
    other_words = {"abcde": (["abcd", "e"], -4.0)}
    three = dict.fromkeys(["a", "bcd", "ef", "ab", "c", "def"], -1.0)
    three_words = {"abcdef": (["ab", "c", "def"], -3.0)}
    assert_segments(
        student,
        (even, even_words),
        (pairs, pairs_words),
        (fewer, fewer_words),
        (other, other_words),
        (three, three_words),
    )


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "No way leads to the end of the word. What stands in your table there?",
    "Is the word cut to its very end?",
)
def test_no_way(student: Student) -> None:
    """A ValueError for a word that no pieces make up, at its beginning, within, or at its end."""
    for word, logp in (("abx", {"a": -1.0, "b": -1.0}), ("xab", {"a": -1.0, "b": -1.0}), ("a", {})):
        assert_refused(student, word, logp)
    assert_refused(student, "aba", {"ab": -1.0, "b": -1.0, "ba": -1.0})


@pytest.mark.task("unigram_segment")
@pytest.mark.hint("A word of n letters: how many ways to cut it, and how many places in it?")
def test_a_long_word(student: Student) -> None:
    """A word of forty letters can be cut in 500,000,000,000 ways, and is still segmented; a piece may be long."""
    logp = {"a" * length: -1.0 - 0.5 * length for length in range(1, 8)}
    words = {"a" * 40: (["a" * 7] * 5 + ["a" * 5], -26.0)}
    long = {"a": -1.0, "b": -1.0, "a" * 60: -2.0}
    assert_segments(student, (logp, words), (long, {"b" + "a" * 61: (["b", "a" * 60, "a"], -4.0)}))


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
        ({}, {"": ([], 0.0)}),
    )


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Write all ways to cut a word of four letters, with their sums: which one does your function miss?",
    "Of equal sums: are fewer pieces, then longer first ones, what your comparison asks for?",
)
def test_drawn_words(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words of up to eight letters and drawn pieces; many sums are equal, all of them exact."""
    for letters, longest, steps in (("a", 5, 2), ("ab", 3, 3), ("ab", 8, 2), ("abc", 3, 40), ("가나", 4, 3)):
        words = [drawn_word(draw, letters, 8) for _word in range(12)]
        pieces = {*letters, *(drawn_word(draw, letters, longest) for _piece in range(25))}
        logp = {piece: -draw.random.randint(1, steps) / 8 * len(piece) for piece in sorted(pieces)}
        assert_as_the_reference(student, reference, words, logp)


@pytest.mark.task("unigram_segment")
@pytest.mark.hint(
    "Which of the words in your table can really be reached, from the first letter or from the last one?"
)
def test_gaps(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn pieces that make up some words, but not others: these have a ValueError, those the best way."""
    for _case in range(4):
        logp = {drawn_word(draw, "ab", 3): -draw.random.randint(1, 9) / 4 for _piece in range(4)}
        logp |= {"ba": -1.0, "bb": -0.5}
        logp.pop("a", None)
        logp.pop("b", None)
        words = [drawn_word(draw, "ab", 7) for _word in range(8)]
        assert_as_the_reference(student, reference, words, logp)
