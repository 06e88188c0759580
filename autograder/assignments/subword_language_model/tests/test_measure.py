"""What is promised of `compression`, `bits_per_byte` and `word_perplexity`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from autograder.assignments.subword_language_model.doubles import LibraryTokenizer
from autograder.student.checking.comparing import assert_equal, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

KOREAN = "나라 말이 중국과 달라"  # 30 bytes, 12 characters, 4 words
WIDE = "the  people\n\nof\tthese States"  # white space of several kinds, and no line end at its end
CHARACTERS = "aab ceé한국어말\n 😀\u0301\ufeff"
OTHER_WHITE_SPACE = "\t\r\x0b\x0c\x1c\x1e\x85\u00a0\u2003\u2028\u2029\u3000"


def there(tokenizer: LibraryTokenizer) -> Recipe:
    """The same tokenizer on the student's side."""
    return Recipe("LibraryTokenizer", {"kind": tokenizer.kind, "known": list(tokenizer.ids)})


def assert_floats(answers: Sequence[Any], expected: Sequence[float], names: Sequence[str]) -> None:
    """Raises `CheckFailed` at the first answer that is not the number expected."""
    for got, number, what in zip(answers, expected, names, strict=True):
        assert_equal(got, number, what)


def for_text(text: str, nats: float | None = None) -> str:
    """What a message calls the result for a text, and for these nats."""
    if nats is None:
        return _("for the text {text} the result").format(text=short(text))
    return _("for {nats} nats and the text {text} the result").format(nats=short(nats), text=short(text))


def drawn_text(draw: Draw, length: int) -> str:
    """Characters of one to four bytes, white space among them."""
    return "".join(draw.random.choices(CHARACTERS, k=length))


# compression


@pytest.mark.task("compression")
@pytest.mark.hint(
    "How many bytes has 한, and what does `len` count in a text?",
    "Is a large number a good one here? What stands above the line, and what below it?",
)
def test_bytes_for_each_token(student: Student) -> None:
    """A tokenizer of bytes gives 1.0 for every text; one of words or characters gives the bytes per id."""
    byte, character = LibraryTokenizer("bytes"), LibraryTokenizer("characters", list("abc"))
    word = LibraryTokenizer("words", ["the", "people", " "])
    cases: list[tuple[LibraryTokenizer, str, float]] = [
        (byte, "to be", 1.0),
        (byte, KOREAN, 1.0),
        (character, "abca", 1.0),
        (character, "한국어", 3.0),
        (character, KOREAN, 30 / 12),
        (word, "the people, the people", 22 / 7),
        (word, WIDE, 28 / 9),
    ]
    answers = [student.compression(there(tokenizer), text) for tokenizer, text, _number in cases]
    assert_floats(answers, [number for *_case, number in cases], [for_text(text) for _t, text, _n in cases])


@pytest.mark.task("compression")
@pytest.mark.hint(
    "Which text do you count: all of it, as it is? And which tokens: all of them, the same one twice?"
)
def test_compression_of_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts with letters of one to four bytes, for tokenizers that know them, and that do not."""
    tokenizers = [
        LibraryTokenizer("bytes"),
        LibraryTokenizer("characters", list("abc한")),
        LibraryTokenizer("words"),
        LibraryTokenizer("words", ["a", " ", "\n"]),
    ]
    for number, tokenizer in enumerate(tokenizers):
        text = "\n" + drawn_text(draw, 12 + 10 * number) + " a \n"
        got, expected = (who.compression(there(tokenizer), text) for who in (student, reference))
        assert_equal(got, expected, for_text(text))


# bits_per_byte


@pytest.mark.task("bits_per_byte")
@pytest.mark.hint(
    "A byte of 256 equal chances costs ln 256 nats. How many bits is that?",
    "How many bytes is '가'? What does `len` count in a text?",
)
def test_a_uniform_model_of_bytes(student: Student) -> None:
    """If every byte has probability 1/256 the result is 8.0, whatever the letters; with 1/16 it is 4.0."""
    sizes = {"to be": 5, KOREAN: 30, "é": 2, WIDE: 28, " \n": 2}  # in bytes
    cases = [
        (size * math.log(chances), text, bits)
        for text, size in sizes.items()
        for chances, bits in ((256, 8.0), (16, 4.0))
    ]
    answers = [student.bits_per_byte(nats, text) for nats, text, _bits in cases]
    names = [for_text(text, nats) for nats, text, _bits in cases]
    assert_floats(answers, [bits for *_case, bits in cases], names)


@pytest.mark.task("bits_per_byte")
@pytest.mark.hint("What does a text cost that the model was sure of?")
def test_any_number_of_nats(student: Student) -> None:
    """No nats are no bits; nats may be given as a whole number."""
    cases = [(0.0, "sure"), (0, "sure"), (10, "한\n"), (2.5e6, "w" * 999)]
    answers = [student.bits_per_byte(*case) for case in cases]
    expected = [0.0, 0.0, 3.6067376022224087, 3610.347950172581]  # of 4 and of 999 bytes
    assert_floats(answers, expected, [for_text(text, nats) for nats, text in cases])


@pytest.mark.task("bits_per_byte")
@pytest.mark.hint("Which characters of the text do you leave out, or count more than once?")
def test_bits_of_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts with letters of one to four bytes, white space at both ends, and drawn nats."""
    for text in (" \n", "\ufeffa", *(f" {drawn_text(draw, length)}\n" for length in (1, 9, 200))):
        nats = draw.random.uniform(0.01, 900.0)
        got, expected = (who.bits_per_byte(nats, text) for who in (student, reference))
        assert_equal(got, expected, for_text(text, nats))


# word_perplexity


def assert_word_counts(student: Student, words: Mapping[str, int]) -> None:
    """Raises `CheckFailed` unless so many words share the nats of each text; each costs ln 50, then ln 7."""
    cases = [(text, number, chances) for text, number in words.items() for chances in (50.0, 7.0)]
    inputs = [(number * math.log(chances), text) for text, number, chances in cases]
    answers = list(student.word_perplexity.each(inputs))
    for got, (text, number, chances) in zip(answers, cases, strict=True):
        nats = number * math.log(chances)
        assert_equal(got, chances, for_text(text, nats))


@pytest.mark.task("word_perplexity")
@pytest.mark.hint(
    "Count with your finger: how many words, how many line ends? And is the last line ended?",
    "Does your number depend on how many tokens the model has, or how many characters the text?",
)
def test_words_and_line_ends(student: Student) -> None:
    """A line end is a word, and so is the end of a last line that has none; punctuation is not split off."""
    words = {
        "we the people\nof us": 7,
        "we the people\nof us\n": 7,
        "we": 2,
        "we, the people.\n": 4,
        KOREAN: 5,
    }
    assert_word_counts(student, words)


@pytest.mark.task("word_perplexity")
@pytest.mark.hint(
    "Two spaces between two words: how many words does your way of splitting find?",
    "How many line ends are in an empty line?",
)
def test_white_space(student: Student) -> None:
    """Each empty line counts as one line end; spaces and tabs, however many, only separate words."""
    words = {"we\n\nthe\n": 5, WIDE: 8, "\n": 1, "\n\n\n": 3, "  we\tthe  people \n": 4, " ": 1, "we \n ": 3}
    assert_word_counts(student, words)


@pytest.mark.task("word_perplexity")
@pytest.mark.hint(
    "Which characters does `str.split` take for white space, and which of them does the docstring call a line end?",
    "Does `splitlines` count the same line ends as you do?",
)
def test_other_white_space(student: Student) -> None:
    """Other kinds of white space separate words, but only "\\n" is a line end."""
    words = {f"we{white}the\npeople": 5 for white in OTHER_WHITE_SPACE}
    words |= {f"we the{white}": 3 for white in OTHER_WHITE_SPACE} | {"we\r\nthe\r\n": 4, "we\n\r": 3}
    assert_word_counts(student, words)


@pytest.mark.task("word_perplexity")
@pytest.mark.hint("Count the words and the line ends of one of your own texts by hand.")
def test_words_of_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts with words, empty lines and spaces in every order, and drawn nats."""
    parts = ["we", "한국", "the,", " ", "  ", "\n", "\n", "\t", "it's"]
    for length in (1, 3, 8, 20, 60):
        for end in ("", "\n"):
            text, nats = "".join(draw.random.choices(parts, k=length)) + end, draw.random.uniform(0.5, 40.0)
            got, expected = (who.word_perplexity(nats, text) for who in (student, reference))
            assert_equal(got, expected, for_text(text, nats))
