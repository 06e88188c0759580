"""What is promised of `train_bpe`."""

from __future__ import annotations

import contextlib
import string
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from typing import Any

import pytest

from autograder.assignments.subword_language_model.tests._steps import (
    Pair,
    assert_pieces,
    drawn_letters,
    learnable,
    learnt,
    probes,
    vocab_of,
)
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.forbidden import uses
from autograder.student.checking.growth import ATTEMPTS, Attempt, grows_less
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Stopped,
    Student,
    StudentError,
)
from autograder.student.core.language import _

ALL = 10_000  # room for more merges than there are

# Of sixteen times the text. Work in proportion to the text takes 16 times as long, a little more if larger tables are
# slower; work in proportion to its square up to 256 times, though less where a fast library does the quadratic part.
GREATEST_GROWTH = 32.0

# Of 64 merges against one, each of which changes one word of 2,400. Nearly all the work is to read the text, so it
# takes 1 to 2 times as long if only what changes is counted anew; it takes 25 to 30 if everything is, each time.
GREATEST_GROWTH_BY_MERGES = 6.0


@contextlib.contextmanager
def blaming_steps(student: Student) -> Iterator[None]:
    """Lets a failure name the step of byte-pair encoding that `train_bpe` calls and that is wrong."""
    with contextlib.ExitStack() as stack:
        for helper, probe in probes(student).items():
            stack.enter_context(blaming(student, "train_bpe", helper, probe))
        yield


@contextlib.contextmanager
def blaming_slow_merge_pair(student: Student) -> Iterator[None]:
    """Lets a failure name `merge_pair`, if `train_bpe` calls it and it does not get through a long word."""
    try:
        yield
    except Stopped:
        raise
    except CheckFailed:
        if uses(student.sources, "train_bpe", "merge_pair") and not merge_pair_keeps_up(student):
            raise CheckFailed(
                _(
                    "`train_bpe` calls your `merge_pair`, which fails, or takes far too long, for a word of many "
                    "thousand pieces: change `merge_pair`."
                ),
                question=_(
                    "What does `merge_pair` do again for each piece: build a tuple, cut a list, call itself?"
                ),
            ) from None
        raise


def merge_pair_keeps_up(student: Student) -> bool:
    """Whether the work of `merge_pair` grows as its word does; leaves no answers that a mistake is recognised by."""
    answered = len(student.transcript)
    few, many = ((b"a", b"b", b"c") * count for count in (1300, 20800))
    sizes = Attempt((few, (b"a", b"b")), (many, (b"a", b"b")), lambda _merged: None)
    try:
        return grows_less(student, student.merge_pair, ATTEMPTS * [sizes], GREATEST_GROWTH)
    except Stopped:
        raise
    except CheckFailed:
        return False
    finally:
        del student.transcript[answered:]


def assert_merges(got: Any, expected: Sequence[Pair], where: str) -> None:
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


def assert_vocab(got: Any, expected: dict[int, bytes], where: str) -> None:
    """Raises `CheckFailed` unless every id from 0 on has its bytes."""
    assert_kind(got, dict, f"{where} vocab")
    for number, piece in expected.items():
        if number not in got:
            raise CheckFailed(_("{where} vocab has no id {number}.").format(where=where, number=number))
        assert_equal(got[number], piece, f"{where} vocab[{number}]")
    assert_equal(len(got), len(expected), _("{where} the length of vocab").format(where=where))


def assert_learnt(
    got: Any,
    merges: Sequence[Pair],
    where: str,
    specials: Sequence[str] = (),
) -> None:
    """Raises `CheckFailed` unless this is what `train_bpe` returns when it learns these merges."""
    if not isinstance(got, tuple) or len(got) != 2:
        raise CheckFailed(
            _("the result is {got}, expected the tuple (vocab, merges).").format(got=type(got).__name__),
            Evidence.STRUCTURE,
        )
    assert_merges(got[1], merges, where)
    assert_vocab(got[0], vocab_of(merges, specials), where)


def assert_learns(
    student: Student, text: str, vocab_size: int, merges: Sequence[Pair], specials: Sequence[str] = ()
) -> None:
    """Raises `CheckFailed` unless `train_bpe` learns these merges from a text."""
    where = _("trained on {text} with vocab_size {size}").format(text=short(text), size=vocab_size)
    if specials:
        where = _("{where} and the specials {specials}").format(where=where, specials=short(list(specials)))
    with blaming_steps(student):
        assert_learnt(student.train_bpe(text, vocab_size, list(specials)), merges, f"{where},", specials)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Count the pairs by hand. Which is the most frequent, and which after the first merge?",
    "After a merge, who are the neighbours of the new piece? And which pairs are gone?",
)
def test_the_most_frequent_pair(student: Student) -> None:
    """Four lines in which one pair is always the most frequent: with room for one merge, for three, for all."""
    merges = [(b"a", b"b"), (b"ab", b"c"), (b"abc", b"d"), (b"abcd", b"e")]
    for room in (1, 3, 100):
        assert_learns(student, "ab\nabc\nabcd\nabcde", 256 + room, merges[:room])


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Of equally frequent pairs, which one goes first? What does Python say to (b'a', b'b') < (b'e', b'f')?",
    "Do you compare the pairs, or their numbers, or the order in which you found them?",
)
def test_ties_go_to_the_greatest_pair(student: Student) -> None:
    """Of pairs that are equally frequent the greatest one is merged first: the example, and short texts."""
    merges = [(b"o", b"w"), (b"l", b"ow"), (b" ", b"low"), (b"e", b"r"), (b" low", b"er")]
    assert_learns(student, "low low lower", 1000, merges)
    assert_learns(student, "ab cd ef", 260, [(b"e", b"f"), (b"c", b"d"), (b"a", b"b"), (b" ", b"ef")])
    assert_learns(student, "ab ba", 1000, [(b"b", b"a"), (b"a", b"b"), (b" ", b"ba")])
    # As a tuple (ab, a) is greater than (a, c), as joined bytes it is not.
    assert_learns(student, "aba\naba\nab\nac\nac", 258, [(b"a", b"b"), (b"ab", b"a")])


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


def drawn_text(draw: Draw, letters: str, words: int, longest: int) -> str:
    """Words over a few letters, each behind a space or a line end, some of them several times."""
    lexicon = [drawn_letters(draw, letters, draw.random.randint(1, longest)) for _ in range(words)]
    text = "".join(draw.choice(" \n ") + word for word in draw.random.choices(lexicon, k=2 * words))
    return text[draw.choice([0, 1]) :]


def words_once(draw: Draw, letters: str) -> str:
    """Seven words, hardly one of them twice."""
    return " ".join(drawn_letters(draw, letters, draw.random.randint(2, 5)) for _ in range(7))


def scattered(draw: Draw, letters: str) -> str:
    """Letters in no order, and two spaces at the end."""
    return drawn_letters(draw, letters, 30) + "  "


def lines(draw: Draw) -> str:
    """Lines that end in every way there is, and two empty ones at the end."""
    drawn = draw.random.choices(["a", "B ", "\n", "\r", "\r\n", "\u2028"], k=30)
    return "aB" + "".join(drawn) + "\r\n\r\n"


def assert_learns_drawn(
    student: Student, reference: Student, draw_text: Callable[[], str], size: int
) -> None:
    """Raises `CheckFailed` unless a drawn text is learnt as the reference learns it."""
    text, merges = learnable(reference, draw_text, size)
    assert_learns(student, text, size, merges)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Take a short word of two letters, and draw its pieces and its pairs after each merge, with a pencil.",
    "“a b c b” and “a bc bc”: after the merge of (b, c), which pairs are new, and which are gone?",
)
def test_words_over_few_letters(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words over one to three letters, whose pairs overlap and repeat."""
    for letters, words, longest, size in (
        ("ab", 4, 7, ALL),
        ("ab", 6, 9, 256 + 7),
        ("abc", 8, 8, 256 + 12),
        ("a", 3, 11, ALL),
        ("ab", 25, 12, 256 + 9),
    ):
        made = partial(drawn_text, draw, letters, words, longest)
        assert_learns_drawn(student, reference, made, size)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Which of two equally frequent pairs goes first: what exactly do you compare?",
    "(b'a', b'c') and (b'ab', b'a'): which is greater as a tuple, and which if you join the bytes first?",
)
def test_many_ties(student: Student, reference: Student, draw: Draw) -> None:
    """Each word once, so that nearly all pairs are equally frequent: letters, punctuation, Korean, controls."""
    for letters in ("abcdefghijklmnopqrstuvwxyz", "ab !?Z0\x01\x7f", "한국어가나다é", "aßあ😀"):
        assert_learns_drawn(student, reference, partial(words_once, draw, letters), 256 + 18)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Is a letter one piece at the beginning? How many bytes has it?",
    "Compare `repr(text)` with the repr of what you learn from. Which characters have changed, or gone?",
)
def test_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Letters of several bytes, capitals, marks, white space and line ends of all kinds, all as they are."""
    for letters in ("한글 é한 ", "aA\u0301 \n\t\r\x00.\u2028", "ÀàÅ\u212b fi"):
        assert_learns_drawn(student, reference, partial(scattered, draw, letters), 256 + 16)
    assert_learns_drawn(student, reference, partial(lines, draw), 256 + 16)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Is a special cut out of the training text, or is it text like any other?",
    "256 bytes + merges + specials = vocab_size: how many merges are left?",
    "Which ids do the specials have, and in which order?",
)
def test_specials_are_ordinary_text_and_the_last_ids(
    student: Student, reference: Student, draw: Draw
) -> None:
    """In the training text a special is like any other text; in the vocabulary the specials come last."""
    assert_learns(student, "low low lower", 258, [(b"o", b"w")], ["<end>"])
    merges = [(b"n", b"d"), (b"nd", b">"), (b"e", b"nd>"), (b"<", b"end>"), (b" ", b"a"), (b"b", b"<end>")]
    merges += [(b"<end>", b"b"), (b" a", b"b<end>"), (b" a", b"<end>"), (b" ", b"b"), (b" ", b"<end>b")]
    assert_learns(student, "<end> a<end> <end>b ab<end> b", 1000, merges, ["<end>"])
    assert_learns(student, "aab b ab", 260, [(b"a", b"b")], ["<시작>", "!", "b"])
    text = "<|end|> low <pad> <pad><pad> lowest <|end|> low 끝끝"
    for size, specials in (
        (256, []),
        (257, []),
        (258, ["<pad>", "<|end|>"]),
        (259, ["<pad>", "<|end|>"]),
        (266, draw.random.sample(["<pad>", "<|end|>", "low", "끝", "l"], 5)),
        (280, draw.random.sample(["<|end|>", "<pad>", "never"], 3)),
    ):
        assert_learns(student, text, size, learnt(reference, text, size, specials), specials)


@pytest.mark.task("train_bpe")
@pytest.mark.supporting
@pytest.mark.hint("What does your function remember from one call to the next?")
def test_each_training_is_its_own(student: Student, reference: Student, draw: Draw) -> None:
    """A training knows nothing of those before it, and specials may come as a tuple or not at all."""
    first, other = (drawn_text(draw, "abc", 5, 5) for _text in range(2))
    student.train_bpe(first, 270, ["<end>"])
    assert_learns(student, other, 270, learnt(reference, other, 270))
    if student.train_bpe(first, 270) != student.train_bpe(first, 270, ()):
        raise CheckFailed(_("Without specials and with specials=() the results differ."))


def assert_right_first(student: Student, reference: Student) -> None:
    """Raises `CouldNotLook` if what is learnt is wrong: then nobody needs to know how long it takes."""
    text = "low low lower aab aab aaaab ababc abcabc abab"
    merges = learnt(reference, text, 256 + 12)
    try:
        assert_learns(student, text, 256 + 12, merges)
    except (Stopped, StudentError):
        raise
    except CheckFailed:
        sentence = _("The work is not measured yet: the merges of a short text are not right.")
        raise CouldNotLook(sentence) from None


def attempt(reference: Student, small: tuple[str, int], large: tuple[str, int]) -> Attempt:
    """A small and a large call of `train_bpe`, and what the large one learns."""
    where = _("trained on a long text,")
    return Attempt(small, large, partial(assert_learnt, merges=learnt(reference, *large), where=where))


def one_word(draw: Draw, letters: int) -> str:
    """One word of so many letters, of three kinds."""
    return drawn_letters(draw, "".join(draw.random.sample("abcdefgh", 3)), letters)


def zipf_text(draw: Draw, words: int) -> str:
    """So many words, of which a few occur often and most hardly ever."""
    lexicon = [drawn_letters(draw, "abcdefgh", draw.random.randint(2, 9)) for _word in range(words)]
    return " ".join(draw.random.choices(lexicon, [1 / (rank + 1) for rank in range(words)], k=words))


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Double the text. What happens to the time, and which of your lines is to blame?",
    "Which work do you do for each occurrence, though once for each different word would do?",
    "What does it cost to take an item from the front of a list, or to build a tuple anew, n times?",
)
def test_work_grows_as_the_text_does(student: Student, reference: Student, draw: Draw) -> None:
    """Sixteen times the text is about sixteen times the work: of different words, and of one long word."""
    assert_right_first(student, reference)
    for what, draw_text, small, large in (
        (_("words"), zipf_text, 350, 5600),
        # Short words go first: in the long one, very slow code would use up the time of the whole task.
        (_("letters in one word"), one_word, 100, 1600),
        (_("letters in one word"), one_word, 500, 8000),
        (_("letters in one word"), one_word, 4000, 64000),
    ):
        attempts = [
            attempt(reference, (draw_text(draw, small), 260), (draw_text(draw, large), 260))
            for _attempt in range(ATTEMPTS)
        ]
        with blaming_steps(student), blaming_slow_merge_pair(student):
            if not grows_less(student, student.train_bpe, attempts, GREATEST_GROWTH):
                raise CheckFailed(
                    _(
                        "A text of sixteen times as many {what} takes more than {limit:.0f} times as long."
                    ).format(what=what, limit=GREATEST_GROWTH)
                )


def frequent_among_many(draw: Draw) -> str:
    """Twenty words that occur often, and whose pairs are merged first, among 2,401 words that stay as they are."""
    letters = draw.random.sample(string.ascii_lowercase, 26)
    rare, frequent = letters[:7], letters[7:]
    words = ["".join(word) for word in product(rare, repeat=4)]  # each of their 49 pairs occurs 147 times
    for _word in range(20):
        words += 160 * ["".join(draw.random.sample(frequent, 5))]
    return "\n".join(words)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "One more merge: in how many words does its pair stand, and how many words does your code walk through?",
    "Which counts change when a pair is merged? Can you keep the others?",
)
def test_a_merge_costs_what_it_changes(student: Student, reference: Student, draw: Draw) -> None:
    """Many merges, each of which changes one word of thousands, take hardly longer than a single one."""
    assert_right_first(student, reference)
    texts = [frequent_among_many(draw) for _attempt in range(ATTEMPTS)]
    attempts = [attempt(reference, (text, 256 + 1), (text, 256 + 64)) for text in texts]
    with blaming_steps(student):
        if not grows_less(student, student.train_bpe, attempts, GREATEST_GROWTH_BY_MERGES):
            raise CheckFailed(
                _(
                    "64 merges take more than {limit:.0f} times as long as a single merge of the same text, though "
                    "each changes one of its 2,400 different words."
                ).format(limit=GREATEST_GROWTH_BY_MERGES)
            )
