"""What is promised of `hangul_to_jamo` and `jamo_to_hangul`."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from autograder.student.checking.comparing import assert_kind
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

SYLLABLES = range(0xAC00, 0xD7A4)
OTHERS = "aé\u00c5\u212be\u0301ﬁ \n.,3中かが\u304b\u3099😀ㄱㅏㅎ\u115f\u1160\u1113\u1176\u11a7\u11c3\uabff\ud7a4\ud7b0"


def code_points(text: str) -> str:
    """The numbers of the first characters of a text: U+1112 U+1161."""
    shown = " ".join(f"U+{ord(character):04X}" for character in text[:3])
    return (shown + (" ..." if len(text) > 3 else "")) or _("nothing")


def assert_text(got: Any, expected: str, what: str) -> None:
    """Raises `CheckFailed` with the first character that differs, by its number: many look the same."""
    assert_kind(got, str, what)
    if got == expected:
        return
    place = next((i for i, (a, b) in enumerate(zip(got, expected, strict=False)) if a != b), None)
    place = min(len(got), len(expected)) if place is None else place
    raise CheckFailed(
        _("{what} differs at character {place}: there is {got}, expected {expected}.").format(
            what=what, place=place, got=code_points(got[place:]), expected=code_points(expected[place:])
        )
    )


def shown(text: str) -> str:
    """What a message calls the result for a short text."""
    return _("for {text} ({numbers}) the result").format(text=repr(text), numbers=code_points(text))


# hangul_to_jamo


@pytest.mark.task("hangul_to_jamo")
@pytest.mark.hint(
    "19 initials, 21 vowels, 27 finals or none: how far apart are 가 and 각, 가 and 개, 가 and 까?",
    "Which is the number of the first final, and which would be that of “none”?",
    "There are two blocks of Korean letters in Unicode: those that join, and those that stand for themselves.",
)
def test_syllables_by_hand(student: Student) -> None:
    """The first and the last syllable, with and without a final, and a word in a text."""
    cases = {
        "한a": "\u1112\u1161\u11ab" + "a",
        "가": "\u1100\u1161",
        "각": "\u1100\u1161\u11a8",
        "개": "\u1100\u1162",
        "까": "\u1101\u1161",
        "힣": "\u1112\u1175\u11c2",
        "한국어": "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165",
    }
    answers = [student.hangul_to_jamo(text) for text in cases]
    for got, (text, expected) in zip(answers, cases.items(), strict=True):
        assert_text(got, expected, shown(text))


@pytest.mark.task("hangul_to_jamo")
@pytest.mark.hint("Which characters of your result are others than they were, and are no syllables?")
def test_others_stay(student: Student) -> None:
    """What is no syllable stays: é as one character or two, letters that stand alone, spaces; no text, no letters."""
    for text in (OTHERS, "", " \t\r\n", "Café 100 %"):
        assert_text(student.hangul_to_jamo(text), text, _("for a text without Korean syllables the result"))


# jamo_to_hangul


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint(
    "How many syllables lie from 가 to 개, and how many from 가 to 까? Where does a final lead?",
    "Does your function wait for three letters where there are only two?",
)
def test_syllables_from_jamo(student: Student) -> None:
    """The first and the last syllable, with and without a final, a word, and a final behind a composed syllable."""
    cases = {
        "\u1112\u1161\u11ab" + "하\u11ab": "한한",
        "\u1100\u1161": "가",
        "\u1112\u1175\u11c2": "힣",
        "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165": "한국어",
        "a\u1100\u1162b 각\n": "a개b 각\n",
    }
    answers = [student.jamo_to_hangul(text) for text in cases]
    for got, (text, expected) in zip(answers, cases.items(), strict=True):
        assert_text(got, expected, shown(text))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint(
    "A syllable that has a final already: is there room for another one?",
    "Which letters of the block are not in the three ranges of the docstring?",
)
def test_without_company(student: Student) -> None:
    """Jamo that nothing can be made of stay what they are, and so does all that is no jamo."""
    cases = {
        "\u1112": "\u1112",
        "\u1161\u11ab": "\u1161\u11ab",
        "\u1112\u11ab": "\u1112\u11ab",
        "\u1112\u1112\u1161": "\u1112하",
        "한\u11ab": "한\u11ab",
        "\u1112\u1161\u11ab\u11ab": "한\u11ab",
        "하\u1161": "하\u1161",
        "\u1112 \u1161": "\u1112 \u1161",
        OTHERS: OTHERS,
    }
    answers = [student.jamo_to_hangul(text) for text in cases]
    for got, (text, expected) in zip(answers, cases.items(), strict=True):
        assert_text(got, expected, shown(text))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint(
    "Take one of these syllables apart by hand: which of its letters does your function not know?"
)
def test_round_trip(student: Student, draw: Draw) -> None:
    """Drawn syllables, written as the jamo they are made of, are put together again."""
    syllables = "".join(map(chr, draw.random.sample(SYLLABLES, k=60)))
    jamo = unicodedata.normalize("NFD", syllables)
    assert_text(student.jamo_to_hangul(jamo), syllables, _("for the letters of 60 syllables the result"))
