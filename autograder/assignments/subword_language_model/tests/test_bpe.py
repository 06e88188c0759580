"""What is promised of `word_counts`, `pair_counts` and `merge_pair`."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.assignments.subword_language_model.tests._steps import (
    assert_counts,
    assert_pieces,
    drawn_letters,
    pieces,
)
from autograder.student.checking.comparing import assert_kind, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

# word_counts

CHARACTERS = "aab  \n\t.,é한국\u0301\u2028\x00😀"


def assert_words(student: Student, reference: Student, text: str) -> None:
    """Raises `CheckFailed` unless the words of a text are tuples of single bytes and have the right counts."""
    what = _("of the text {text}, the result").format(text=short(text))
    got, expected = student.word_counts(text), reference.word_counts(text)
    assert_kind(got, dict, what)
    for word in got:
        assert_single_bytes(word, what)
    assert_counts(got, expected, what)


def assert_single_bytes(word: Any, what: str) -> None:
    """Raises `CheckFailed` unless a word is a tuple of `bytes` of length 1."""
    sentence = _("{what} has the word {word}, expected a tuple of single bytes such as (b'g', b'o').")
    if not isinstance(word, tuple) or not all(isinstance(piece, bytes) and len(piece) == 1 for piece in word):
        raise CheckFailed(sentence.format(what=what, word=short(word)))


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "What does the loop `for b in some_bytes` give you: bytes, or numbers? And what is `bytes(3)`?",
    "How many times does each word occur?",
)
def test_the_example(student: Student) -> None:
    """The example, and words that occur several times."""
    for text, words in (
        ("go, go", {"g|o|,": 1, " |g|o": 1}),
        ("to be or to be", {"t|o": 1, " |b|e": 2, " |o|r": 1, " |t|o": 1}),
    ):
        got = student.word_counts(text)
        what = _("of the text {text}, the result").format(text=short(text))
        assert_kind(got, dict, what)
        for word in got:
            assert_single_bytes(word, what)
        assert_counts(got, {pieces(word): count for word, count in words.items()}, what)


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "Put all words behind each other again: is it the text, byte for byte?",
    "What does SPLIT.findall give for two spaces, for a line end, and for spaces at the end of the text?",
)
def test_white_space_is_kept(student: Student, reference: Student) -> None:
    """White space belongs to a word or is one itself: nothing is lost."""
    for text in ("a  a\n\nb a ", " x\tx\r\n", "   ", "\n\nx\n"):
        assert_words(student, reference, text)


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "How many bytes has the letter é in UTF-8, and how many has 한?",
    "Which letters look the same to you, but not to a computer?",
)
def test_other_letters(student: Student, reference: Student) -> None:
    """Letters of two and three bytes; capitals stay capitals, composed and decomposed letters differ."""
    for text in ("café 한국 café", "Go go GO caf\u00e9 cafe\u0301 \ud55c \u1112\u1161\u11ab ﬁ fi"):
        assert_words(student, reference, text)


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "Is a character the same as a byte? And is there anything in the text that you leave out, or change?"
)
def test_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts of many kinds of letters and white space: each word as often as it occurs."""
    for length in (1, 7, 40, 100):
        assert_words(student, reference, drawn_letters(draw, CHARACTERS, length))


# pair_counts


def drawn_words(draw: Draw, letters: bytes, count: int, longest: int) -> dict[tuple[bytes, ...], int]:
    """Different words of pieces of one or two letters, with counts that all differ from 1."""
    parts = [bytes([a]) for a in letters] + [bytes([a, b]) for a in letters for b in letters]
    words: dict[tuple[bytes, ...], int] = {}
    while len(words) < count:
        word = tuple(draw.random.choices(parts, k=draw.random.randint(1, longest)))
        words[word] = draw.random.randint(2, 9)
    return words


@pytest.mark.task("pair_counts")
@pytest.mark.hint(
    "A word that occurs 5 times: how often does each of its pairs occur?",
    "How many pairs of neighbours are there in a word of three pieces? And in one of one piece?",
)
def test_pairs_by_hand(student: Student) -> None:
    """Pairs are weighted by the counts of their words, and added over the words."""
    words = {"l|o|w": 5, "l|o": 2, "w": 9, "o|l": 1}
    expected = {"l|o": 7, "o|w": 5, "o|l": 1}
    got = student.pair_counts({pieces(word): count for word, count in words.items()})
    assert_counts(got, {pieces(pair): count for pair, count in expected.items()}, _("the result"))


@pytest.mark.task("pair_counts")
@pytest.mark.hint("“aaa” are three letters. How many neighbours has the one in the middle?")
def test_overlapping_pairs_count(student: Student) -> None:
    """In a run of equal pieces every pair of neighbours counts."""
    got = student.pair_counts({pieces("a|a|a|a"): 2, pieces("b|a|b|a"): 3})
    expected = {pieces("a|a"): 6, pieces("b|a"): 6, pieces("a|b"): 3}
    assert_counts(got, expected, _("the result"))


@pytest.mark.task("pair_counts")
@pytest.mark.hint(
    "What are the neighbours here: the letters, or the pieces that exist at this moment?",
    "Take one word and count by hand, with a pencil: which pair does your function miss, or add?",
)
def test_any_pieces(student: Student, reference: Student, draw: Draw) -> None:
    """Pieces that were merged before are pieces like others: words by hand, and drawn ones."""
    words = {"ab|a|b": 2, "a|ba|b": 1, "abab": 4}
    expected = {"ab|a": 2, "a|b": 2, "a|ba": 1, "ba|b": 1}
    got = student.pair_counts({pieces(word): count for word, count in words.items()})
    assert_counts(got, {pieces(pair): count for pair, count in expected.items()}, _("the result"))
    for letters, count, longest in ((b"ab", 6, 7), (b"xyz", 15, 5), (b"a", 5, 9), (b"\x00\xff", 1, 1)):
        drawn = drawn_words(draw, letters, count, longest)
        assert_counts(student.pair_counts(drawn), reference.pair_counts(drawn), _("the result"))


# merge_pair


def assert_merged(student: Student, word: tuple[bytes, ...], pair: tuple[bytes, ...], expected: Any) -> None:
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
        ("a|b|c|a|b", "a|b", "ab|c|ab"),
        ("l|o|w", "o|w", "l|ow"),
        ("l|o|w", "w|o", "l|o|w"),
        ("x", "x|x", "x"),
        ("lo|w|lo|w", "lo|w", "low|low"),
    ):
        assert_merged(student, pieces(word), pieces(pair), pieces(expected))


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
        ("ab|c|a|bc", "a|bc", "ab|c|abc"),
        ("aa|b|a|b", "a|b", "aa|b|ab"),
        ("a|bb|a|b", "a|b", "a|bb|ab"),
    ):
        assert_merged(student, pieces(word), pieces(pair), pieces(expected))


@pytest.mark.task("merge_pair")
@pytest.mark.hint("A byte need not be a letter. Do your pieces ever become text?")
def test_any_bytes(student: Student, draw: Draw) -> None:
    """Bytes that are no letters, white space and signs of regular expressions are merged like any others."""
    for pair in ((b"\xed", b"\x95"), (b" ", b"\n"), (b".", b"*"), (b"\\", b"\x00"), (b"|", b"a")):
        others = [piece for piece in (b"a", b" ", b"\xff", b".") if piece not in pair]
        word = (draw.choice(others), *pair, draw.choice(others), *pair[::-1], draw.choice(others))
        expected = (word[0], pair[0] + pair[1], *word[3:])
        assert_merged(student, word, pair, expected)


@pytest.mark.task("merge_pair")
@pytest.mark.hint("Read the word with your finger on it, from the left: where do you go after a merge?")
def test_drawn_merges(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words over one to three letters, whose pairs follow each other closely."""
    for letters in (b"ab", b"a", b"abc"):
        for word in drawn_words(draw, letters, 6, 12):
            pair = (draw.choice(word), draw.choice(word))
            assert_merged(student, word, pair, reference.merge_pair(word, pair))
