"""What the grader alone looks at in `hangul_to_jamo` and `jamo_to_hangul`."""

from __future__ import annotations

import unicodedata

import pytest

from autograder.assignments.subword_language_model.tests.test_hangul import OTHERS, SYLLABLES, assert_text
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student
from autograder.student.core.language import _

ALL = "".join(map(chr, SYLLABLES))


@pytest.mark.task("hangul_to_jamo")
@pytest.mark.hint("19 × 21 × 28 = 11,172. Which of these three numbers stands where in your arithmetic?")
def test_all_syllables(student: Student) -> None:
    """Each of the 11,172 syllables, as the Unicode database of Python takes it apart."""
    expected = unicodedata.normalize("NFD", ALL)
    assert_text(student.hangul_to_jamo(ALL), expected, _("for all syllables the result"))


@pytest.mark.task("hangul_to_jamo")
@pytest.mark.hint("Which characters stand just before the first syllable, and just behind the last one?")
def test_mixed_text(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn texts of syllables, jamo and other characters: only syllables are taken apart."""
    for length in (1, 5, 80):
        text = "".join(
            draw.random.choices(ALL, k=length) + draw.random.choices(OTHERS, k=length) + ["한\u11ab"]
        )
        expected = reference.hangul_to_jamo(text)
        assert_text(student.hangul_to_jamo(text), expected, _("for a mixed text the result"))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint("19 × 21 × 28 = 11,172. Which of these three numbers stands where in your arithmetic?")
def test_all_syllables_again(student: Student) -> None:
    """The jamo of all 11,172 syllables become these again, and syllables that are composed stay."""
    answers = [student.jamo_to_hangul(unicodedata.normalize("NFD", ALL)), student.jamo_to_hangul(ALL)]
    assert_text(answers[0], ALL, _("for the jamo of all syllables the result"))
    assert_text(answers[1], ALL, _("for all syllables the result"))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint("Go through the letters one by one: which of them can the next letter still join?")
def test_jamo_in_disorder(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn jamo in any order, old ones and syllables among them: only what belongs together is joined."""
    letters = (
        "\u1100\u1106\u1112\u1113\u1160\u1161\u1170\u1175\u1176\u11a7\u11a8\u11b5\u11c2\u11c3가각힣하 aé"
    )
    texts = ["".join(draw.random.choices(letters, k=length)) for length in (2, 5, 60, 400)]
    texts.append("".join(draw.random.choices(OTHERS + letters, k=200)))
    answers = [student.jamo_to_hangul(text) for text in texts]
    for got, text in zip(answers, texts, strict=True):
        assert_text(got, reference.jamo_to_hangul(text), _("for letters in disorder the result"))
