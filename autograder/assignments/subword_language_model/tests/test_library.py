"""What is promised of `train_library_tokenizer`."""

from __future__ import annotations

from typing import Any

import pytest

from autograder.student.checking.comparing import assert_equal, assert_kind, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _

# Thrice the same: what is learnt has been seen more than once, whatever the library asks for.
TRAINING_TEXT = 3 * (
    "We the people of the United States, in order to form a more perfect union, establish justice.\n"
    "The people of the states, the states of the people: 사람들의 나라, 사람들의 말.\n"
)
LETTERS = "abcdeXYZ .,\n\t09é한국어\u1112\u1161\u11ab🙂\u00a0"
TEXTS = (
    "slow 한국어",
    "The people,  of  two spaces\tand a tab \r\n",
    "é and e\u0301, 한 and \u1112\u1161\u11ab, 🙂, \u2028, ÀÉ",
    " ",
    "A",
)


def ids_of(tokenizer: Remote, text: str) -> list[int]:
    """The ids of a text, by `encode(text).ids`."""
    encoding = tokenizer.encode(text)
    ids = encoding.attribute("ids") if isinstance(encoding, Remote) else encoding
    what = _("`encode({text}).ids`").format(text=short(text))
    assert_kind(ids, list, what)
    for number in ids:
        assert_kind(number, int, what)
    return list(ids)


def assert_lossless(tokenizer: Remote, text: str) -> None:
    """Raises `CheckFailed` unless the text comes back from its ids."""
    got: Any = tokenizer.decode(ids_of(tokenizer, text))
    assert_kind(got, str, "`decode(…)`")
    if got != text:
        raise CheckFailed(
            _("{text} comes back from its ids as {got}.").format(text=short(text), got=short(got))
        )


@pytest.mark.task("train_library_tokenizer")
@pytest.mark.hint(
    "Which parts of the library turn text into bytes before BPE, and which bytes into text after it?",
    "Which pieces are there for a byte that the training text does not have?",
)
def test_the_text_comes_back(student: Student, draw: Draw) -> None:
    """Any text comes back from its ids, letter for letter, also one with letters that were never seen."""
    tokenizer = student.train_library_tokenizer.keep(TRAINING_TEXT, 300)
    for text in (*TEXTS, *("".join(draw.random.choices(LETTERS, k=length)) for length in (1, 3, 30, 200))):
        assert_lossless(tokenizer, text)


@pytest.mark.task("train_library_tokenizer")
@pytest.mark.hint(
    "What does the trainer count as its `vocab_size`: the merges alone, or everything that has an id?"
)
def test_the_vocabulary_has_its_size(student: Student) -> None:
    """Bytes, merges and specials together are `vocab_size` entries."""
    for specials in ([], ["<end>", "<pad>"]):
        tokenizer = student.train_library_tokenizer.keep(TRAINING_TEXT, 300, specials)
        what = _("with {specials} special tokens and vocab_size=300, the size of the vocabulary")
        assert_equal(tokenizer.get_vocab_size(), 300, what.format(specials=len(specials)))


@pytest.mark.task("train_library_tokenizer")
@pytest.mark.hint(
    "What does the trainer get to read: whole texts, or letters one by one?",
    "How many ids has a word that the training text has a dozen times?",
)
def test_what_is_frequent_is_one_piece(student: Student, draw: Draw) -> None:
    """A frequent word of the training text is a single id; one of letters that are not in it has one id per letter."""
    tokenizer = student.train_library_tokenizer.keep(TRAINING_TEXT, 340)
    got = len(ids_of(tokenizer, "we the people of the")) - len(ids_of(tokenizer, "we the people of"))
    assert_equal(got, 1, _("the number of ids of the last word in “we the people of the”"))
    word = "".join(draw.random.sample("bcdfghjklm", 6))
    other = "".join(draw.random.sample("npqrstvwxz", 6))
    tokenizer = student.train_library_tokenizer.keep(f" {word}" * 50, 256 + 6)
    got = len(ids_of(tokenizer, f" {word}" * 4))
    assert_equal(got, 4, _("the number of ids of a learnt word, four times"))
    got = len(ids_of(tokenizer, f" {other}"))
    assert_equal(got, len(other) + 1, _("the number of ids of a space and a word of six other letters"))


@pytest.mark.task("train_library_tokenizer")
@pytest.mark.hint("Who has to be told of the special tokens, so that they are never cut into pieces?")
def test_a_special_token_is_one_id(student: Student) -> None:
    """Each special token has an id of its own, wherever it stands in a text."""
    specials = ["<end>", "<a.b>"]
    tokenizer = student.train_library_tokenizer.keep(TRAINING_TEXT, 300, specials)
    numbers = [tokenizer.token_to_id(special) for special in specials]
    assert_equal(
        [type(number) is int for number in numbers], [True, True], _("whether each special has an id")
    )
    ids = ids_of(tokenizer, "one<end>two<a.b><end>")
    expected = [numbers[0], numbers[1], numbers[0]]
    got = [number for number in ids if number in numbers]
    assert_equal(got, expected, _("of “one<end>two<a.b><end>” the ids of the specials"))
