"""What the grader alone looks at in `train_bpe`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from autograder.assignments.subword_language_model.tests.test_train import Merges, assert_learns
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

ALL = 10_000  # room for more merges than there are


def drawn_text(draw: Draw, letters: str, words: int, longest: int) -> str:
    """Words over a few letters, each behind a space or a line end, some of them several times."""
    lexicon = ["".join(draw.random.choices(letters, k=draw.random.randint(1, longest))) for _ in range(words)]
    text = "".join(draw.choice(" \n ") + word for word in draw.random.choices(lexicon, k=2 * words))
    return text[draw.choice([0, 1]) :]


def words_once(draw: Draw, letters: str) -> str:
    """Seven words, hardly one of them twice."""
    return " ".join("".join(draw.random.choices(letters, k=draw.random.randint(2, 5))) for _ in range(7))


def scattered(draw: Draw, letters: str) -> str:
    """Letters in no order, and two spaces at the end."""
    return "".join(draw.random.choices(letters, k=30)) + "  "


def lines(draw: Draw) -> str:
    """Lines that end in every way there is, and two empty ones at the end."""
    drawn = draw.random.choices(["a", "B ", "\n", "\r", "\r\n", "\u2028"], k=30)
    return "aB" + "".join(drawn) + "\r\n\r\n"


def learnable(reference: Student, made: Callable[[], str], size: int) -> tuple[str, Merges]:
    """A text and its merges, drawn anew until no two of them make the same bytes.

    Otherwise two ids stood for one piece, and who counts ids instead of bytes would count them apart.
    """
    for _attempt in range(200):
        text = made()
        vocab, merges = reference.train_bpe(text, size)
        if len(set(vocab.values())) == len(vocab):
            return text, merges
    raise RuntimeError("no text whose pieces all differ")


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Take a short word of two letters, and draw its pieces and its pairs after each merge, with a pencil.",
    "“a b c b” and “a bc bc”: after the merge of (b, c), which pairs are new, and which are gone?",
)
def test_words_over_few_letters(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words over two or three letters, whose pairs overlap and repeat, until no pair is left."""
    for letters, words, longest, size in (
        ("ab", 4, 7, ALL),
        ("ab", 6, 9, 256 + 7),
        ("abc", 8, 8, 256 + 12),
        ("a", 3, 11, ALL),
        ("abc", 5, 5, ALL),
        ("ab", 25, 12, 256 + 9),
    ):
        text, merges = learnable(
            reference,
            partial(drawn_text, draw, letters, words, longest),
            size,
        )
        assert_learns(student, text, size, merges)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Which of two equally frequent pairs goes first: what exactly do you compare?",
    "(b'a', b'c') and (b'ab', b'a'): which is greater as a tuple, and which if you join the bytes first?",
)
def test_many_ties(student: Student, reference: Student, draw: Draw) -> None:
    """Each word once, so that nearly all pairs are equally frequent: letters, punctuation, Korean, controls."""
    for letters in ("abcdefghijklmnopqrstuvwxyz", "ab !?Z0\x01\x7f", "한국어가나다é", "aßあ😀"):
        text, merges = learnable(
            reference,
            partial(words_once, draw, letters),
            256 + 25,
        )
        assert_learns(student, text, 256 + 25, merges)
    # As a tuple (ab, a) is greater than (a, c), as joined bytes it is not.
    assert_learns(student, "aba\naba\nab\nac\nac", 258, [(b"a", b"b"), (b"ab", b"a")])


@pytest.mark.task("train_bpe")
@pytest.mark.hint("Is a letter one piece at the beginning? How many bytes has it?")
def test_any_bytes(student: Student, reference: Student, draw: Draw) -> None:
    """Text with letters of several bytes, capitals, marks, and white space of all kinds, unchanged."""
    for letters, size in (("한글 é한 ", ALL), ("aA\u0301 \n\t\r\x00.\u2028", ALL), ("ÀàÅ\u212b fi", 280)):
        text, merges = learnable(
            reference,
            partial(scattered, draw, letters),
            size,
        )
        assert_learns(student, text, size, merges)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "Compare `repr(text)` with the repr of what you learn from. Which characters have changed, or gone?"
)
def test_line_ends(student: Student, reference: Student, draw: Draw) -> None:
    """Line ends of all kinds are characters like any other, at the end of the text, too."""
    text, merges = learnable(reference, partial(lines, draw), ALL)
    assert_learns(student, text, ALL, merges)


@pytest.mark.task("train_bpe")
@pytest.mark.hint(
    "How many merges fit beside the bytes and the specials? Count for vocab_size 256, and for one special.",
    "Is a special cut out of the training text, or is it text like any other?",
)
def test_sizes_and_specials(student: Student, reference: Student, draw: Draw) -> None:
    """No room for a merge, room for one; specials in any order, also ones that are pieces already."""
    text = "<|end|> low <pad> <pad><pad> lowest <|end|> low 끝끝"
    for size, specials in (
        (256, []),
        (257, []),
        (258, ["<pad>", "<|end|>"]),
        (259, ["<pad>", "<|end|>"]),
        (266, draw.random.sample(["<pad>", "<|end|>", "low", "끝", "l"], 5)),
        (ALL, draw.random.sample(["<|end|>", "<pad>", "never"], 3)),
    ):
        merges = reference.train_bpe(text, size, specials)[1]
        assert_learns(student, text, size, merges, specials)


@pytest.mark.task("train_bpe")
@pytest.mark.supporting
@pytest.mark.hint("What does your function remember from one call to the next?")
def test_each_training_is_its_own(student: Student, reference: Student, draw: Draw) -> None:
    """A training knows nothing of those before it, and specials may come as a tuple or not at all."""
    first, other = (drawn_text(draw, "abc", 5, 5) for _text in range(2))
    student.train_bpe(first, 270, ["<end>"])
    assert_learns(student, other, 270, reference.train_bpe(other, 270)[1])
    if student.train_bpe(first, 270) != student.train_bpe(first, 270, ()):
        raise CheckFailed(_("Without specials and with specials=() the results differ."))
