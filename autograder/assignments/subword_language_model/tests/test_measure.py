"""What is promised of `compression`, `bits_per_byte`, `word_perplexity` and `compare_tokenizers`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest

from autograder.assignments.subword_language_model.doubles import LibraryTokenizer
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming, short
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

KOREAN = "나라 말이 중국과 달라"  # 30 bytes, 12 characters, 4 words
WIDE = "the  people\n\nof\tthese States"  # white space of several kinds, and no line end at its end


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


# compression


@pytest.mark.task("compression")
@pytest.mark.hint(
    "How many bytes has 한, and what does `len` count in a text?",
    "Is a large number a good one here? What stands above the line, and what below it?",
)
def test_bytes_for_each_token(student: Student) -> None:
    """A tokenizer of bytes has 1.0 for every text; one of words or characters has the bytes of the text, by its ids."""
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


# bits_per_byte


@pytest.mark.task("bits_per_byte")
@pytest.mark.hint(
    "A byte of 256 equal chances costs ln 256 nats. How many bits is that?",
    "How many bytes is '가'? What does `len` count in a text?",
)
def test_a_uniform_model_of_bytes(student: Student) -> None:
    """If each byte is one of 256 equal chances, 8 bits for each, whatever the letters; half of it for 16 chances."""
    cases = [(text, chances) for text in ("to be", KOREAN, "é", WIDE, " \n") for chances in (256, 16)]
    nats = [len(text.encode()) * math.log(chances) for text, chances in cases]
    answers = [
        student.bits_per_byte(total, text) for total, (text, _chances) in zip(nats, cases, strict=True)
    ]
    names = [for_text(text, total) for total, (text, _chances) in zip(nats, cases, strict=True)]
    assert_floats(answers, [math.log2(chances) for _text, chances in cases], names)


@pytest.mark.task("bits_per_byte")
@pytest.mark.hint("What does a text cost that the model was sure of?")
def test_any_number_of_nats(student: Student) -> None:
    """No nats are no bits; nats may be given as a whole number."""
    cases = [(0.0, "sure"), (0, "sure"), (10, "한\n"), (2.5e6, "w" * 999)]
    answers = [student.bits_per_byte(*case) for case in cases]
    expected = [0.0, 0.0, 3.6067376022224087, 3610.347950172581]  # 10 / (4 ln 2), 2.5e6 / (999 ln 2)
    assert_floats(answers, expected, [for_text(text, nats) for nats, text in cases])


# word_perplexity


def assert_word_counts(student: Student, words: Mapping[str, int], named: bool = True) -> None:
    """Raises `CheckFailed` unless so many words share the nats of each text; each costs ln 50, then ln 7."""
    cases = [(text, number, chances) for text, number in words.items() for chances in (50.0, 7.0)]
    answers = [student.word_perplexity(number * math.log(chances), text) for text, number, chances in cases]
    for got, (text, number, chances) in zip(answers, cases, strict=True):
        nats = number * math.log(chances)
        what = for_text(text, nats) if named else _("for text with other white space the result")
        assert_equal(got, chances, what)


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
    """Empty lines have a line end each; spaces and tabs, however many, only part words."""
    words = {"we\n\nthe\n": 5, WIDE: 8, "\n": 1, "\n\n\n": 3, "  we\tthe  people \n": 4, " ": 1, "we \n ": 3}
    assert_word_counts(student, words)


# compare_tokenizers


@dataclass
class Fit:
    """A model of single tokens, add-one smoothed, measured as the task says; it notes what it is called with."""

    width: int = 16
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def __call__(self, *arguments: Any) -> dict[str, float]:
        """The measurements; of a call that makes no sense, any numbers."""
        self.calls.append(arguments)
        if not _is_right_kind(arguments):
            return {"parameters": 1, "embedding": 1, "nats": 1.0}
        return self.measured(*arguments)

    def measured(self, train_ids: list[int], valid_ids: list[int], vocab_size: int) -> dict[str, float]:
        """What a right call returns."""
        counts, total = Counter(train_ids), len(train_ids) + abs(vocab_size) + 1
        nats = sum(math.log(total / (1 + counts[token])) for token in valid_ids)
        embedding = self.width * vocab_size
        return {"parameters": embedding + 64 * self.width, "embedding": embedding, "nats": nats}


def _is_right_kind(arguments: tuple[Any, ...]) -> bool:
    if len(arguments) != 3:
        return False
    ids = [*arguments[:2]]
    kinds = [[isinstance(token, int) for token in part] for part in ids if isinstance(part, list | tuple)]
    return len(kinds) == 2 and all(map(all, kinds)) and isinstance(arguments[2], int)


def probe_bits_per_byte(student: Student) -> None:
    """Fails if `bits_per_byte` itself is not right."""
    answers = [student.bits_per_byte(30 * math.log(4), KOREAN), student.bits_per_byte(math.log(2), "ab \n")]
    assert_floats(answers, [2.0, 0.25], ["", ""])


def probe_compression(student: Student) -> None:
    """Fails if `compression` itself is not right."""
    assert_equal(student.compression(there(LibraryTokenizer("characters")), KOREAN), 30 / 12)


def blaming_bits(student: Student) -> AbstractContextManager[None]:
    """A failure of `compare_tokenizers` names `bits_per_byte`, if that one is called and is wrong."""
    return blaming(student, "compare_tokenizers", "bits_per_byte", lambda: probe_bits_per_byte(student))


def blaming_compression(student: Student) -> AbstractContextManager[None]:
    """A failure of `compare_tokenizers` names `compression`, if that one is called and is wrong."""
    return blaming(student, "compare_tokenizers", "compression", lambda: probe_compression(student))


def compared(
    student: Student,
    tokenizers: Mapping[str, LibraryTokenizer],
    train: str,
    valid: str,
    fit: Callable[..., Any],
) -> list[Any]:
    """The rows of the comparison, after a look that they are one for each tokenizer, in order."""
    names = list(tokenizers)
    there_by_name = {name: there(tokenizer) for name, tokenizer in tokenizers.items()}
    rows = student.compare_tokenizers(there_by_name, train, valid, fit)
    assert_kind(rows, list)
    assert_equal(len(rows), len(names), _("the number of rows"))
    for number, row in enumerate(rows):
        assert_kind(row, dict, _("row {number}").format(number=number))
    assert_equal([row.get("name") for row in rows], names, _("the names of the rows, in order,"))
    return list(rows)


def assert_row(got: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raises `CheckFailed` with the first column that is missing or wrong; whole numbers may be floats."""
    for column, wanted in expected.items():
        what = _("in the row of {name} {column}").format(name=repr(expected["name"]), column=f"`{column}`")
        if column not in got:
            raise CheckFailed(_("{what} is missing.").format(what=what))
        assert_equal(got[column], wanted if isinstance(wanted, str) else float(wanted), what)
    if len(got) != len(expected):
        raise CheckFailed(
            _("the row of {name} has {more} columns that nobody asked for.").format(
                name=repr(expected["name"]), more=len(got) - len(expected)
            )
        )


def assert_calls(fit: Fit, tokenizers: Mapping[str, LibraryTokenizer], train: str, valid: str) -> None:
    """Raises `CheckFailed` unless `fit` was called once for each tokenizer, with its ids and its size."""
    assert_equal(len(fit.calls), len(tokenizers), _("the number of calls of fit"))
    for call in fit.calls:
        assert_equal(len(call), 3, _("the number of arguments of fit"))
    by_size = {call[2]: call for call in fit.calls if isinstance(call[2], int)}
    for name, tokenizer in tokenizers.items():
        if tokenizer.vocab_size not in by_size:
            raise CheckFailed(
                _("fit was never called with the vocabulary size {size}, that of {name}.").format(
                    size=tokenizer.vocab_size, name=repr(name)
                )
            )
        train_ids, valid_ids, _size = by_size[tokenizer.vocab_size]
        both = ((train_ids, train, "train_ids"), (valid_ids, valid, "valid_ids"))
        for got, text, argument in both:
            what = _("for {name} the argument {argument} of fit").format(name=repr(name), argument=argument)
            assert_equal(got, tokenizer.encode(text), what)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "Which text is each column about: the one that is learnt, or the one that is predicted?",
    "The perplexity is for each *token*: how many nats does one of them cost?",
    "2 · ln 32 nats for five bytes: how many bits are these? Which of your functions says so?",
)
def test_the_row_of_the_example(student: Student) -> None:
    """The docstring's example: a row of eight columns."""
    tokenizer = LibraryTokenizer("words", ["or", "not", " ", "be", *map(str, range(95))])
    expected = {
        "name": "words",
        "vocabulary": 100,
        "parameters": 5000,
        "embedding_share": 0.4,
        "tokens": 5,
        "tokens_per_word": 3 / 2,
        "perplexity": 32.0,
        "bits_per_byte": (3 * 5 + 8 * 2) / 5,  # three tokens of 5 bits; "to" is unknown, and is spelt
    }

    def fit(*_arguments: Any) -> dict[str, float]:
        return {"parameters": 5000, "embedding": 2000, "nats": 3 * math.log(32)}

    with blaming_bits(student), blaming_compression(student):
        rows = compared(student, {"words": tokenizer}, "or not be", "to be", fit)
        assert_row(rows[0], expected)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "What does `fit` learn from, and what does it predict? May it have seen the second text before?",
    "How often does your function call `fit` for one tokenizer?",
)
def test_what_fit_is_given(student: Student) -> None:
    """`fit` is called once for each tokenizer: with the ids of the two texts, all of them, and its vocabulary size."""
    train, valid = "the war and the peace\n", "the war is over"
    tokenizers = {
        "word": LibraryTokenizer("words", ["the", " ", "war", "peace"]),
        "byte": LibraryTokenizer("bytes"),
        "character": LibraryTokenizer("characters", list(" aceht")),
    }
    fit = Fit()
    compared(student, tokenizers, train, valid, fit)
    assert_calls(fit, tokenizers, train, valid)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "A model that only ever reads <unk> is never surprised. Who spells the words that it has not read?",
    "How many bits does a byte cost that nobody predicts, and how many nats is that?",
)
def test_unknown_bytes_are_paid_for(student: Student) -> None:
    """A tokenizer that knows nothing wins nothing: 8 bits for each byte that its ids do not tell, in Korean, too."""
    blind, byte = LibraryTokenizer("words"), LibraryTokenizer("bytes")

    def fit(*arguments: Any) -> dict[str, float]:
        is_blind = arguments[2:] == (blind.vocab_size,)
        return {"parameters": 100, "embedding": 50, "nats": 0.0 if is_blind else 30 * math.log(16)}

    with blaming_bits(student), blaming_compression(student):
        rows = compared(student, {"blind": blind, "byte": byte}, "나라", KOREAN, fit)
        for row, number in zip(rows, (8.0, 4.0), strict=True):
            what = _("in the row of {name} {column}").format(name=repr(row["name"]), column="`bits_per_byte`")
            assert_equal(row.get("bits_per_byte"), number, what)
