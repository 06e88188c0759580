"""What the grader alone looks at in `word_counts`, `pair_counts` and `merge_pair`."""

from __future__ import annotations

import pytest

from autograder.assignments.subword_language_model.tests.test_bpe import (
    assert_counts,
    assert_merged,
)
from autograder.student.checking.comparing import short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

CHARACTERS = "aab  \n\t.,é한국\u0301\u2028\x00😀"


def drawn_words(draw: Draw, letters: bytes, count: int, longest: int) -> dict[tuple[bytes, ...], int]:
    """Different words of pieces of one or two letters, with counts that all differ from 1."""
    pieces = [bytes([a]) for a in letters] + [bytes([a, b]) for a in letters for b in letters]
    words: dict[tuple[bytes, ...], int] = {}
    while len(words) < count:
        word = tuple(draw.random.choices(pieces, k=draw.random.randint(1, longest)))
        words[word] = draw.random.randint(2, 9)
    return words


@pytest.mark.task("word_counts")
@pytest.mark.hint(
    "Is a character the same as a byte? And is there anything in the text that you leave out, or change?"
)
def test_any_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts of many kinds of letters and white space: each word as often as it occurs."""
    for length in (1, 7, 40, 150):
        text = "".join(draw.random.choices(CHARACTERS, k=length))
        what = _("of the text {text}, the result").format(text=short(text))
        assert_counts(student.word_counts(text), reference.word_counts(text), what)


@pytest.mark.task("word_counts")
@pytest.mark.hint("Which letters look the same to you, but not to a computer?")
def test_nothing_is_normalised(student: Student, reference: Student) -> None:
    """Capitals stay capitals, composed and decomposed letters different words."""
    text = "Go go GO caf\u00e9 cafe\u0301 \ud55c \u1112\u1161\u11ab ﬁ fi  "
    what = _("of the text {text}, the result").format(text=short(text))
    assert_counts(student.word_counts(text), reference.word_counts(text), what)


@pytest.mark.task("pair_counts")
@pytest.mark.hint(
    "Take one word and count by hand, with a pencil: which pair does your function miss, or add?"
)
def test_drawn_words(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words of pieces of one or two letters: each pair as often as it occurs."""
    for letters, count, longest in ((b"ab", 6, 7), (b"xyz", 15, 5), (b"a", 5, 9)):
        words = drawn_words(draw, letters, count, longest)
        assert_counts(student.pair_counts(words), reference.pair_counts(words), _("the result"))
    assert_counts(student.pair_counts({}), {}, _("the result without words"))


@pytest.mark.task("pair_counts")
@pytest.mark.supporting
@pytest.mark.hint("Whose dictionary do you change?")
def test_words_stay_what_they_are(student: Student, draw: Draw) -> None:
    """The words that were given are left alone."""
    words = drawn_words(draw, b"ab", 5, 6)
    student.pair_counts(words)
    after = student.last_call.get("arguments")
    if not isinstance(after, list) or after[:1] != [words]:
        raise CheckFailed(_("The words were changed by the call."))


@pytest.mark.task("merge_pair")
@pytest.mark.hint("Read the word with your finger on it, from the left: where do you go after a merge?")
def test_drawn_merges(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn words over two letters, whose pairs follow each other closely."""
    for letters in (b"ab", b"ab", b"a", b"abc"):
        for word in drawn_words(draw, letters, 6, 12):
            pair = (draw.choice(word), draw.choice(word))
            assert_merged(student, word, pair, reference.merge_pair(word, pair))
    assert_merged(student, (), (b"a", b"a"), ())


@pytest.mark.task("merge_pair")
@pytest.mark.hint("A byte need not be a letter. Do your pieces ever become text?")
def test_any_bytes(student: Student, draw: Draw) -> None:
    """Bytes that are no letters, white space and signs of regular expressions are merged like any others."""
    for pair in ((b"\xed", b"\x95"), (b" ", b"\n"), (b".", b"*"), (b"\\", b"\x00"), (b"|", b"a")):
        others = [piece for piece in (b"a", b" ", b"\xff", b".") if piece not in pair]
        word = (draw.choice(others), *pair, draw.choice(others), *pair[::-1], draw.choice(others))
        expected = (word[0], pair[0] + pair[1], *word[3:])
        assert_merged(student, word, pair, expected)
