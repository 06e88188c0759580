"""What the grader alone looks at in `BPETokenizer`."""

from __future__ import annotations

import pytest

from autograder.assignments.subword_language_model.tests.test_tokenizer import (
    assert_comes_back,
    assert_ids,
    load,
    new_path,
)
from autograder.assignments.subword_language_model.tests.test_train import probe_merge_pair
from autograder.student.checking.comparing import blaming, short
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _

Vocab = dict[int, bytes]
Merges = list[tuple[bytes, bytes]]
LETTERS = "ab \n\t\u00a0\u2028\r.é한\u1112\u1161\u11abﬁ🙂\x00İß"


def trained(reference: Student, draw: Draw, letters: str, specials: list[str]) -> tuple[Vocab, Merges]:
    """What the reference learns from a drawn text of these letters and spaces."""
    text = "".join(draw.random.choices(letters + " ", k=300))
    return reference.train_bpe(text, 256 + 25 + len(specials), specials)


def both(
    student: Student, reference: Student, vocab: Vocab, merges: Merges, specials: list[str]
) -> list[Remote]:
    """Her tokenizer and the reference's, of the same merges."""
    return [who.BPETokenizer.keep(vocab, merges, specials) for who in (student, reference)]


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Take one word that was not in training. Which merge was learnt first, of all that fit somewhere in it?"
)
def test_words_that_were_not_in_training(student: Student, reference: Student, draw: Draw) -> None:
    """Merges learnt from a drawn text, other words of the same letters: the same pieces."""
    for letters in ("ab", "abc", "aé한", "xyzuvw"):
        vocab, merges = trained(reference, draw, letters, [])
        hers, right = both(student, reference, vocab, merges, [])
        with blaming(student, "BPETokenizer", "merge_pair", lambda: probe_merge_pair(student)):
            for length in (2, 5, 9, 17, 60):
                text = "".join(draw.random.choices(letters + letters + " ", k=length))
                assert_ids(hers.encode(text), right.encode(text), vocab, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Which characters does `str` treat in a special way: as white space, as a line end, as a capital?"
)
def test_drawn_unicode_comes_back(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn letters, signs and white space of many kinds come back, and nothing is normalised."""
    vocab, merges = trained(reference, draw, "ab", [])
    hers, right = both(student, reference, vocab, merges, [])
    for length in (1, 4, 30, 120):
        text = "".join(draw.random.choices(LETTERS, k=length))
        assert_ids(hers.encode(text), right.encode(text), vocab, text)
        assert_comes_back(hers, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint("Of all specials that begin here, which is the longest? And where does the next one begin?")
def test_drawn_specials(student: Student, reference: Student, draw: Draw) -> None:
    """Specials that begin alike, stand side by side, or are also pieces: each is its own id, the rest is text."""
    specials = ["ab", "abab", "(a", "한", "b b"]
    draw.random.shuffle(specials)
    vocab, merges = trained(reference, draw, "ab", specials)
    hers, right = both(student, reference, vocab, merges, specials)
    for length in (3, 8, 40):
        text = "".join(draw.random.choices("aab (한", k=length)) + "abab"
        assert_ids(hers.encode(text), right.encode(text), vocab, text)
        assert_comes_back(hers, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint("Two tokenizers in one program: what do they share?")
def test_two_tokenizers_know_nothing_of_each_other(student: Student, reference: Student, draw: Draw) -> None:
    """A second tokenizer with other merges changes nothing in the first one, whichever was asked before."""
    first, second = (trained(reference, draw, letters, []) for letters in ("ab", "ba"))
    hers = [student.BPETokenizer.keep(*parts) for parts in (first, second)]
    right = [reference.BPETokenizer.keep(*parts) for parts in (first, second)]
    for text in ("abab baba aabb", "bbaa abba"):
        for mine, other, (vocab, _merges) in zip(hers, right, (first, second), strict=True):
            assert_ids(mine.encode(text), other.encode(text), vocab, text)


@pytest.mark.task("BPETokenizer")
@pytest.mark.hint(
    "Load the file in a program that has never seen the first tokenizer. What is missing?",
    "Does your file keep the order of the merges, and pieces with line ends and quotation marks in them?",
)
def test_a_file_holds_everything(student: Student, reference: Student, draw: Draw) -> None:
    """Pieces with white space, quotation marks and broken letters survive the file; two files do not mix."""
    letters = "\n\t\"'\\,:é한 "
    files = []
    for number, specials in enumerate((["<s>\n", '"'], [])):
        vocab, merges = trained(reference, draw, letters, specials)
        hers, right = both(student, reference, vocab, merges, specials)
        path = new_path(student, f"{number}.tokenizer")
        hers.save(path)
        files.append((path, vocab, right))
    for path, vocab, right in files:
        loaded = load(student, path)
        for length in (5, 50):
            text = "".join(draw.random.choices(letters + "<s>", k=length)) + "<s>\n"
            assert_ids(loaded.encode(text), right.encode(text), vocab, text)
            got = loaded.decode(right.encode(text))
            if got != text:
                raise CheckFailed(
                    _("The loaded tokenizer decodes {got}, expected {text}.").format(
                        got=short(got), text=short(text)
                    )
                )
