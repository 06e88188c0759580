"""What the grader alone looks at in `train_library_tokenizer`."""

from __future__ import annotations

import pytest

from autograder.assignments.subword_language_model.tests.test_library import assert_lossless, ids_of
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

LETTERS = "abcdeXYZ .,\n\t09é한국어\u1112\u1161\u11ab🙂\u00a0"


@pytest.mark.task("train_library_tokenizer")
@pytest.mark.hint(
    "Does anything in your tokenizer change letters before they are cut: a case, an accent, a space?"
)
def test_drawn_texts_come_back(student: Student, draw: Draw) -> None:
    """Drawn letters of several scripts come back, whatever stands beside them."""
    training = "".join(draw.random.choices(LETTERS, k=400))
    tokenizer = student.train_library_tokenizer.keep(training, 290)
    for length in (1, 3, 30, 200):
        assert_lossless(tokenizer, "".join(draw.random.choices(LETTERS, k=length)))


@pytest.mark.task("train_library_tokenizer")
@pytest.mark.hint("From which text are the merges learnt? Is it the one that was given?")
def test_it_has_learnt_from_the_text(student: Student, draw: Draw) -> None:
    """A drawn word that is most of the text becomes one piece; without its text it does not."""
    word = "".join(draw.random.sample("bcdfghjklm", 6))
    other = "".join(draw.random.sample("npqrstvwxz", 6))
    tokenizer = student.train_library_tokenizer.keep(f" {word}" * 50, 256 + 6)
    assert_equal(
        len(ids_of(tokenizer, f" {word}" * 4)), 4, _("the number of ids of a learnt word, four times")
    )
    got = len(ids_of(tokenizer, f" {other}"))
    assert_equal(got, len(other) + 1, _("the number of ids of a word of other letters"))
