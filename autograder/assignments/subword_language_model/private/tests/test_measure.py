"""What the grader alone looks at in `compression`, `bits_per_byte`, `word_perplexity` and `compare_tokenizers`."""

from __future__ import annotations

import math

import pytest

from autograder.assignments.subword_language_model.doubles import LibraryTokenizer
from autograder.assignments.subword_language_model.tests.test_measure import (
    Fit,
    assert_calls,
    assert_floats,
    assert_row,
    assert_word_counts,
    blaming_bits,
    blaming_compression,
    compared,
    there,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

CHARACTERS = "aab ceé한국어말\n 😀\u0301\ufeff"
OTHER_WHITE_SPACE = "\t\r\x0b\x0c\x1c\x1e\x85\u00a0\u2003\u2028\u2029\u3000"


def drawn_text(draw: Draw, length: int) -> str:
    """Characters of one to four bytes, white space among them."""
    return "".join(draw.random.choices(CHARACTERS, k=length))


@pytest.mark.task("compression")
@pytest.mark.hint(
    "Which text do you count: all of it, as it is? And which tokens: all of them, the same one twice?"
)
def test_compression_of_any_text(student: Student, draw: Draw) -> None:
    """Drawn texts with letters of one to four bytes, for tokenizers that know them, and that do not."""
    tokenizers = [
        LibraryTokenizer("bytes"),
        LibraryTokenizer("characters", list("abc한")),
        LibraryTokenizer("words"),
        LibraryTokenizer("words", ["a", " ", "\n"]),
    ]
    texts = ["\n" + drawn_text(draw, 12 + 10 * number) + " a \n" for number in range(4)]
    answers = [student.compression(there(t), text) for t, text in zip(tokenizers, texts, strict=True)]
    expected = [len(text.encode()) / len(t.encode(text)) for t, text in zip(tokenizers, texts, strict=True)]
    assert_floats(answers, expected, [_("the result")] * 4)


@pytest.mark.task("bits_per_byte")
@pytest.mark.hint("Which characters of the text do you leave out, or count more than once?")
def test_bits_of_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts with letters of one to four bytes, white space at both ends, and drawn nats."""
    texts = [" \n", "\ufeffa", *(f" {drawn_text(draw, length)}\n" for length in (1, 9, 200))]
    cases = [(draw.random.uniform(0.01, 900.0), text) for text in texts]
    answers = [student.bits_per_byte(*case) for case in cases]
    expected = [reference.bits_per_byte(*case) for case in cases]
    assert_floats(answers, expected, [_("the result")] * len(cases))


@pytest.mark.task("word_perplexity")
@pytest.mark.hint(
    "Which characters does `str.split` take for white space, and which of them does the docstring call a line end?",
    "Does `splitlines` count the same line ends as you do?",
)
def test_other_white_space(student: Student) -> None:
    """White space of other kinds parts words, but only "\\n" is a line end."""
    words = {f"we{white}the\npeople": 5 for white in OTHER_WHITE_SPACE}
    words |= {f"we the{white}": 3 for white in OTHER_WHITE_SPACE} | {"we\r\nthe\r\n": 4, "we\n\r": 3}
    assert_word_counts(student, words, named=False)


@pytest.mark.task("word_perplexity")
@pytest.mark.hint("Count the words and the line ends of one of your own texts by hand.")
def test_words_of_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts with words, empty lines and spaces in every order, and drawn nats."""
    parts = ["we", "한국", "the,", " ", "  ", "\n", "\n", "\t", "it's"]
    texts = ["".join(draw.random.choices(parts, k=length)) for length in (1, 3, 8, 20, 60, 61)]
    cases = [(draw.random.uniform(0.5, 40.0), text) for text in [*texts, *(text + "\n" for text in texts)]]
    answers = [student.word_perplexity(*case) for case in cases]
    expected = [reference.word_perplexity(*case) for case in cases]
    assert_floats(answers, expected, [_("the result")] * len(cases))


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "Go through the columns one by one: which text, which unit, and whose average?",
    "Take one row, and compute it by hand from what `fit` returned.",
)
def test_a_whole_comparison(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts and tokenizers in drawn order: each call of `fit`, each row and each column."""
    for korean in (False, True):
        letters = "한국어말이" if korean else "abcde"
        words = ["".join(draw.random.choices(letters, k=k)) for k in (1, 2, 3, 2, 4)]
        train, valid = (
            "".join(word + draw.choice([" ", "  ", "\n", "\n\n"]) for word in draw.random.choices(words, k=n))
            for n in (23, 14)
        )
        valid = f"\n {valid}new ones"
        choice = [
            ("word", LibraryTokenizer("words", [*words[:3], " ", "\n"])),
            ("character", LibraryTokenizer("characters", [*letters, " ", "\n"])),
            ("byte", LibraryTokenizer("bytes")),
            ("blind", LibraryTokenizer("words")),
        ]
        draw.random.shuffle(choice)
        tokenizers = dict(choice)
        fit = Fit(width=draw.random.randrange(5, 40))
        with blaming_bits(student), blaming_compression(student):
            rows = compared(student, tokenizers, train, valid, fit)
            assert_calls(fit, tokenizers, train, valid)
            expected = compared(reference, tokenizers, train, valid, Fit(fit.width))
            for got, wanted in zip(rows, expected, strict=True):
                assert_row(got, wanted)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint("What is left in your function of an earlier row, or an earlier call?")
def test_no_row_knows_of_another(student: Student) -> None:
    """A tokenizer alone has the row that it has among others; none at all, no rows."""
    train, valid = "a b a\n", "b a  b c"
    word = LibraryTokenizer("words", ["a", "b", " "])
    others = {"byte": LibraryTokenizer("bytes"), "word": word, "character": LibraryTokenizer("characters")}
    fit = Fit()
    with blaming_bits(student), blaming_compression(student):
        alone = compared(student, {"word": word}, train, valid, fit)[0]
        among = compared(student, others, train, valid, fit)[1]
        compared(student, {}, train, valid, fit)
        nats = fit.measured(word.encode(train), word.encode(valid), word.vocab_size)["nats"]
        expected = {"tokens": 6, "tokens_per_word": 7 / 4, "perplexity": math.exp(nats / 7)}
        for row in (alone, among):
            assert_floats([row.get(name) for name in expected], list(expected.values()), list(expected))
        assert_row(among, alone)
