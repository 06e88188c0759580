"""What is promised of `train_bpe`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import pytest

from autograder.assignments.subword_language_model.tests.test_bpe import (
    assert_counts,
    assert_pieces,
    assert_words,
    singles,
)
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

Merges = Sequence[tuple[bytes, bytes]]

# Of sixteen times the text. Work in proportion to the text takes 16 times as long, a little more if larger tables are
# slower; work in proportion to its square up to 256 times, though less where a fast library does the quadratic part.
GREATEST_GROWTH = 32.0


def probe_word_counts(student: Student) -> None:
    """Fails if `word_counts` itself is not right."""
    assert_words(student.word_counts(" é  b b"), {" é": 1, " ": 1, " b": 2}, " é  b b")


def probe_pair_counts(student: Student) -> None:
    """Fails if `pair_counts` itself is not right."""
    words = {singles("aaab"): 3, (b"ab", b"a"): 2}
    expected = {(b"a", b"a"): 6, (b"a", b"b"): 3, (b"ab", b"a"): 2}
    assert_counts(student.pair_counts(words), expected, _("the result"))


def probe_merge_pair(student: Student) -> None:
    """Fails if `merge_pair` itself is not right."""
    for word, pair, expected in (
        (singles("aaabaa"), (b"a", b"a"), (b"aa", b"a", b"b", b"aa")),
        ((b"ab", b"c", b"a", b"bc"), (b"a", b"bc"), (b"ab", b"c", b"abc")),
    ):
        assert_pieces(student.merge_pair(word, pair), expected, _("the result"))


@contextlib.contextmanager
def blaming_steps(student: Student, name: str = "train_bpe") -> Iterator[None]:
    """Lets a failure name the step of byte-pair encoding that the function calls and that is wrong."""
    with contextlib.ExitStack() as stack:
        for helper, probe in (
            ("merge_pair", probe_merge_pair),
            ("pair_counts", probe_pair_counts),
            ("word_counts", probe_word_counts),
        ):
            stack.enter_context(blaming(student, name, helper, partial(probe, student)))
        yield


def assert_merges(got: Any, expected: Merges, where: str) -> None:
    """Raises `CheckFailed` with the first merge that differs, or with how many there should be."""
    assert_kind(got, list, f"{where} merges")
    for place, (pair, wanted) in enumerate(zip(got, expected, strict=False)):
        assert_pieces(pair, wanted, f"{where} merges[{place}]")
    if len(got) != len(expected):
        raise CheckFailed(
            _(
                "{where} there are {got} merges, expected {expected}; as far as both go they are the same."
            ).format(where=where, got=len(got), expected=len(expected))
        )


def assert_vocab(got: Any, expected: Sequence[bytes], where: str) -> None:
    """Raises `CheckFailed` unless these are the bytes of the ids 0, 1, 2, …"""
    assert_kind(got, dict, f"{where} vocab")
    assert_equal(len(got), len(expected), _("{where} the length of vocab").format(where=where))
    for number, piece in enumerate(expected):
        if number not in got:
            raise CheckFailed(_("{where} vocab has no id {number}.").format(where=where, number=number))
        assert_equal(got[number], piece, f"{where} vocab[{number}]")


def assert_trained(got: Any, merges: Merges, specials: Sequence[str], where: str) -> None:
    """Raises `CheckFailed` unless the result of `train_bpe` is the vocabulary and the list of these merges."""
    assert_kind(got, tuple, _("the result"))
    assert_equal(len(got), 2, _("the number of results, vocab and merges,"))
    assert_merges(got[1], merges, where)
    joined = [b"".join(pair) for pair in merges]
    assert_vocab(got[0], [*map(bytes, zip(range(256))), *joined, *(s.encode() for s in specials)], where)


def assert_learns(
    student: Student, text: str, vocab_size: int, merges: Merges, specials: Sequence[str] = ()
) -> None:
    """Raises `CheckFailed` unless `train_bpe` learns these merges from a text."""
    where = _("trained on {text} with vocab_size {size}").format(text=short(text), size=vocab_size)
    if specials:
        where = _("{where} and the specials {specials}").format(where=where, specials=short(list(specials)))
    with blaming_steps(student):
        got = student.train_bpe(text, vocab_size, list(specials))
        assert_trained(got, merges, specials, f"{where},")


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Count the pairs of “low low lower” by hand. Which is the most frequent, and which after the first merge?",
    "After a merge, who are the neighbours of the new piece? And which pairs are gone?",
)
def test_the_example(student: Student) -> None:
    """“low low lower”, once with room for a single merge, once until no pair is left."""
    assert_learns(student, "low low lower", 258, [(b"o", b"w")], ["<end>"])
    merges = [(b"o", b"w"), (b"l", b"ow"), (b" ", b"low"), (b"e", b"r"), (b" low", b"er")]
    assert_learns(student, "low low lower", 1000, merges)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "“low” occurs five times, “newer” twice: how often, then, do (l, o) and (n, e) occur?",
    "May a merge join the end of a word with the space before the next one?",
)
def test_frequent_words_weigh_more(student: Student) -> None:
    """A pair of a word that occurs five times counts five times."""
    merges = [(b"o", b"w"), (b"l", b"ow"), (b" ", b"low"), (b"e", b"r"), (b"w", b"er"), (b"n", b"e")]
    assert_learns(student, "newer newer wider low low low low low", 262, merges)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Of equally frequent pairs, which one goes first? What does Python say to (b'a', b'b') < (b'e', b'f')?",
    "Do you compare the pairs, or their numbers, or the order in which you found them?",
)
def test_ties_go_to_the_greatest_pair(student: Student) -> None:
    """Of pairs that are equally frequent the greatest one is merged first."""
    assert_learns(student, "ab cd ef", 260, [(b"e", b"f"), (b"c", b"d"), (b"a", b"b"), (b" ", b"ef")])
    assert_learns(student, "ab ba", 1000, [(b"b", b"a"), (b"a", b"b"), (b" ", b"ba")])


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "“aaaaa”: which pieces are there after the first merge, and which pairs do they make?",
    "Is 1 allowed as the count of a pair that is merged? And what does your function do when no pair is left?",
)
def test_runs_until_no_pair_is_left(student: Student) -> None:
    """Runs of equal letters are merged from the left; learning ends when each word is one piece."""
    assert_learns(
        student, "aaaaa aaaaa", 1000, [(b"a", b"a"), (b"aa", b"aa"), (b"aaaa", b"a"), (b" ", b"aaaaa")]
    )
    assert_learns(student, "abc abab", 1000, [(b"a", b"b"), (b"ab", b"c"), (b"ab", b"ab"), (b" ", b"abab")])
    assert_learns(student, "", 300, [])


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "256 bytes + merges + specials = vocab_size: how many merges are left?",
    "Which ids do the specials have, and in which order?",
)
def test_specials_are_ordinary_text_and_the_last_ids(student: Student) -> None:
    """In the training text a special is like any other text; in the vocabulary the specials come last."""
    merges = [(b"n", b"d"), (b"nd", b">"), (b"e", b"nd>"), (b"<", b"end>"), (b" ", b"a"), (b"b", b"<end>")]
    merges += [(b"<end>", b"b"), (b" a", b"b<end>"), (b" a", b"<end>"), (b" ", b"b"), (b" ", b"<end>b")]
    assert_learns(student, "<end> a<end> <end>b ab<end> b", 1000, merges, ["<end>"])
    assert_learns(student, "aab b ab", 260, [(b"a", b"b")], ["<시작>", "!", "b"])


def zipf_text(draw: Draw, words: int) -> str:
    """So many words, of which a few occur often and most hardly ever."""
    lexicon = [
        "".join(draw.random.choices("abcdefgh", k=draw.random.randint(2, 9))) for _word in range(words)
    ]
    return " ".join(draw.random.choices(lexicon, [1 / (rank + 1) for rank in range(words)], k=words))


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Double the text. What happens to the time, and which of your lines is to blame?",
    "Which work do you do for each occurrence, though once for each different word would do?",
    "What does it cost to take an item from the front of a list, or to build a tuple anew, n times?",
)
def test_work_grows_as_the_text_does(student: Student, draw: Draw) -> None:
    """Sixteen times the text is about sixteen times the work: of different words, and of one long word."""
    for what, small, large in (
        (_("words"), zipf_text(draw, 350), zipf_text(draw, 5600)),
        # The short word goes first: in the long one, very slow code would use up the time of the whole task.
        (_("equal letters"), "a" * 250, "a" * 4000),
        (_("equal letters"), "a" * 4000, "a" * 64000),
    ):
        assert_learns(student, "ab ab b", 257, [(b"a", b"b")])
        with blaming_steps(student):
            if not student.train_bpe.scales([small, 260], [large, 260], GREATEST_GROWTH):
                raise CheckFailed(
                    _(
                        "A text of sixteen times as many {what} takes more than {limit:.0f} times as long."
                    ).format(what=what, limit=GREATEST_GROWTH)
                )
