"""What is promised of `compare_tokenizers`."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from autograder.assignments.subword_language_model.doubles import LibraryTokenizer
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

KOREAN = "나라 말이 중국과 달라"  # 30 bytes, 12 characters, 4 words

Tokenizers = Mapping[str, LibraryTokenizer]


def there(tokenizer: LibraryTokenizer) -> Recipe:
    """The same tokenizer on the student's side."""
    return Recipe("LibraryTokenizer", {"kind": tokenizer.kind, "known": list(tokenizer.ids)})


def fit_of(who: Student, nats: float | None = None) -> Remote:
    """What trains a model, on their side: these nats are its answer, or numbers that tell all that it was given."""
    return who.put(Recipe("LibraryFit", {"nats": nats}))


def probe_bits_per_byte(student: Student) -> None:
    """Fails if `bits_per_byte` itself is not right."""
    assert_equal(student.bits_per_byte(30 * math.log(4), KOREAN), 2.0)
    assert_equal(student.bits_per_byte(math.log(2), "ab \n"), 0.25)


def probe_compression(student: Student) -> None:
    """Fails if `compression` itself is not right."""
    assert_equal(student.compression(there(LibraryTokenizer("characters")), KOREAN), 30 / 12)


@contextlib.contextmanager
def blaming_measures(student: Student) -> Iterator[None]:
    """Lets a failure name `bits_per_byte` or `compression`, if it is called and is wrong."""
    with (
        blaming(student, "compare_tokenizers", "bits_per_byte", lambda: probe_bits_per_byte(student)),
        blaming(student, "compare_tokenizers", "compression", lambda: probe_compression(student)),
    ):
        yield


def compared(who: Student, tokenizers: Tokenizers, train: str, valid: str, fit: Remote) -> list[Any]:
    """The rows of the comparison, after a look that they are one for each tokenizer, in order."""
    there_by_name = {name: there(tokenizer) for name, tokenizer in tokenizers.items()}
    rows = who.compare_tokenizers(there_by_name, train, valid, fit)
    assert_kind(rows, list)
    assert_equal(len(rows), len(tokenizers), _("the number of rows"))
    for number, (row, name) in enumerate(zip(rows, tokenizers, strict=True)):
        assert_kind(row, dict, _("row {number}").format(number=number))
        assert_equal(
            row.get("name"), name, _("in row {number} {column}").format(number=number, column="`name`")
        )
    return list(rows)


def assert_row(got: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raises `CheckFailed` with the columns that are missing, or the first wrong one; whole numbers may be floats."""
    name = repr(expected["name"])
    missing = [column for column in expected if column not in got]
    if missing or len(got) != len(expected):
        more = len(got) - (len(expected) - len(missing))
        sentence = _("the row of {name} is missing {missing}; unexpected columns: {more}.")
        names = ", ".join(f"`{column}`" for column in missing) or _("nothing")
        raise CheckFailed(sentence.format(name=name, missing=names, more=more), Evidence.STRUCTURE)
    for column, wanted in expected.items():
        what = _("in the row of {name} {column}").format(name=name, column=f"`{column}`")
        assert_equal(got[column], wanted if isinstance(wanted, str) else float(wanted), what)


def assert_calls(fit: Remote, tokenizers: Tokenizers, train: str, valid: str) -> None:
    """Raises `CheckFailed` unless `fit` was called with each tokenizer's ids and size, and with nothing else."""
    calls = fit.calls()
    for name, tokenizer in tokenizers.items():
        found = [call for call in calls if call[2] == tokenizer.vocab_size]
        if not found:
            raise CheckFailed(
                _("fit was never called with the vocabulary size {size}, that of {name}.").format(
                    size=tokenizer.vocab_size, name=repr(name)
                )
            )
        for train_ids, valid_ids, _size in found:
            both = ((train_ids, train, "train_ids"), (valid_ids, valid, "valid_ids"))
            for got, text, argument in both:
                what = _("for {name} the argument {argument} of fit")
                expected = tokenizer.encode(text)
                assert_equal(got, expected, what.format(name=repr(name), argument=argument))
    sizes = {tokenizer.vocab_size for tokenizer in tokenizers.values()}
    if any(call[2] not in sizes for call in calls):
        raise CheckFailed(_("fit was also called with a vocabulary size that no tokenizer has."))


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "Which text is each column about: the one that is learnt, or the one that is predicted?",
    "The perplexity is for each *token*: how many nats does one of them cost?",
    "3 · ln 32 nats for five bytes: how many bits are these? Which of your functions says so?",
)
def test_the_row_of_the_example(student: Student) -> None:
    """A row by hand: its eight columns, for a text of five bytes in three tokens."""
    tokenizer = LibraryTokenizer("words", ["or", "not", " ", "be", "to", *map(str, range(94))])
    expected = {
        "name": "words",
        "vocabulary": 100,
        "parameters": 2000,
        "embedding_share": 0.4,
        "tokens": 5,
        "tokens_per_word": 3 / 2,
        "perplexity": 32.0,
        "bits_per_byte": 3 * 5 / 5,
    }
    with blaming_measures(student):
        fit = fit_of(student, 3 * math.log(32))
        rows = compared(student, {"words": tokenizer}, "or not be", "to be", fit)
        assert_row(rows[0], expected)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "What does `fit` learn from, and what does it predict? May it have seen the second text before?",
    "Which vocabulary size does each model get?",
)
def test_what_fit_is_given(student: Student) -> None:
    """`fit` is given the ids of the two texts, all of them, and the vocabulary size of each tokenizer."""
    train, valid = "the war and the peace\n", "the war is over"
    tokenizers = {
        "word": LibraryTokenizer("words", ["the", " ", "war", "peace"]),
        "byte": LibraryTokenizer("bytes"),
        "character": LibraryTokenizer("characters", list(" aceht")),
    }
    fit = fit_of(student)
    compared(student, tokenizers, train, valid, fit)
    assert_calls(fit, tokenizers, train, valid)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "A model that only ever reads <unk> is never surprised. Who spells the words that it has not read?",
    "How many bits does a byte cost that nobody predicts, and how many nats is that?",
)
def test_unknown_bytes_are_paid_for(student: Student) -> None:
    """Each byte that the ids do not tell costs 8 bits, in Korean too: a tokenizer that knows nothing gains nothing."""
    blind, half = LibraryTokenizer("words"), LibraryTokenizer("words", [" ", "나라", "달라"])
    cases = [
        # Tokenizer, nats, bits per byte of 30 bytes, perplexity of 7 tokens.
        (blind, 0.0, 8.0, 1.0),
        (blind, 30 * math.log(2), 9.0, 2 ** (30 / 7)),
        (half, 30 * math.log(2), 1.0 + 8 * 15 / 30, 2 ** (30 / 7)),
        (LibraryTokenizer("bytes"), 30 * math.log(16), 4.0, 16.0),
    ]
    with blaming_measures(student):
        for tokenizer, nats, bits, perplexity in cases:
            row = compared(student, {"it": tokenizer}, "나라", KOREAN, fit_of(student, nats))[0]
            for column, number in (("bits_per_byte", bits), ("perplexity", perplexity)):
                what = _("in the row of {name} {column}").format(name="'it'", column=f"`{column}`")
                assert_equal(row.get(column), number, what)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint(
    "Go through the columns one by one: which text, which unit, and whose average?",
    "Take one row, and compute it by hand from what `fit` returned.",
)
def test_a_whole_comparison(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts and tokenizers in drawn order: each call of `fit`, each row and each column."""
    for letters in ("abcde", "한국어말이"):
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
        fit = fit_of(student)
        with blaming_measures(student):
            rows = compared(student, tokenizers, train, valid, fit)
            expected = compared(reference, tokenizers, train, valid, fit_of(reference))
            assert_calls(fit, tokenizers, train, valid)
            for got, wanted in zip(rows, expected, strict=True):
                assert_row(got, wanted)


@pytest.mark.task("compare_tokenizers")
@pytest.mark.hint("What does your function still keep from an earlier row, or an earlier call?")
def test_no_row_knows_of_another(student: Student, reference: Student) -> None:
    """A tokenizer alone has the row that it has among others."""
    train, valid = "a b a\n", "b a  b c"
    word = LibraryTokenizer("words", ["a", "b", " "])
    others = {"byte": LibraryTokenizer("bytes"), "word": word, "character": LibraryTokenizer("characters")}
    with blaming_measures(student):
        expected = compared(reference, {"word": word}, train, valid, fit_of(reference))[0]
        among = compared(student, others, train, valid, fit_of(student))[1]
        alone = compared(student, {"word": word}, train, valid, fit_of(student))[0]
        for row in (among, alone):
            assert_row(row, expected)
