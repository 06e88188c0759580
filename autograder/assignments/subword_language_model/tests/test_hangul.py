"""What is promised of `hangul_to_jamo` and `jamo_to_hangul`."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from autograder.student.checking.comparing import assert_kind
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

ALL = "".join(map(chr, range(0xAC00, 0xD7A4)))
# Of the jamo of all syllables, one syllable after the other.
ALL_APART = "bc2bf8b1fbf4649ced580c60f85b385572c41f14d4c243d6e7deb43a7eb70fd7"
JAMO = "\u1100\u1106\u1112\u1113\u1160\u1161\u1170\u1175\u1176\u11a7\u11a8\u11b5\u11c2\u11c3"
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


def sample(draw: Draw) -> str:
    """The first and the last syllable, and every 37th from a drawn one on: all initials, vowels and finals in turn."""
    return ALL[0] + ALL[draw.random.randrange(37) :: 37] + ALL[-1]


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
@pytest.mark.hint("19 × 21 × 28 = 11,172. Which of these three numbers stands where in your arithmetic?")
def test_all_syllables(student: Student, reference: Student, draw: Draw) -> None:
    """Syllables with every initial, vowel and final, one after the other; then all 11,172."""
    text = sample(draw)
    assert_text(
        student.hangul_to_jamo(text), reference.hangul_to_jamo(text), _("for some 300 syllables the result")
    )
    got = student.hangul_to_jamo(ALL)
    assert_kind(got, str, _("for all syllables the result"))
    if hashlib.sha256(got.encode("utf-8", "replace")).hexdigest() != ALL_APART:
        raise CheckFailed(_("Of all 11,172 syllables some are not taken apart as they should be."))


@pytest.mark.task("hangul_to_jamo")
@pytest.mark.hint(
    "Which characters of your result are others than they were, and are no syllables?",
    "Which characters stand just before the first syllable, and just behind the last one?",
)
def test_others_stay(student: Student, reference: Student, draw: Draw) -> None:
    """What is no syllable stays: é as one character or two, letters that stand alone, spaces; no text, no letters."""
    for text in (OTHERS, "", " \t\r\n", "Café 100 %"):
        assert_text(student.hangul_to_jamo(text), text, _("for a text without Korean syllables the result"))
    for length in (1, 5, 80):
        text = "".join(draw.random.choices(ALL, k=length) + draw.random.choices(OTHERS, k=length))
        expected = reference.hangul_to_jamo(text)
        assert_text(student.hangul_to_jamo(text), expected, _("for a mixed text the result"))


# jamo_to_hangul


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint(
    "How many syllables lie from 가 to 개, and how many from 가 to 까? Where does a final lead?",
    "Does your function wait for three letters where there are only two?",
)
def test_syllables_from_jamo(student: Student) -> None:
    """The first and the last syllable, with and without a final, a word, and syllables that are composed already."""
    cases = {
        "\u1112\u1161\u11ab" + "a": "한a",
        "\u1100\u1161": "가",
        "\u1112\u1175\u11c2": "힣",
        "\u1112\u1161\u11ab\u1100\u116e\u11a8\u110b\u1165": "한국어",
        "a\u1100\u1162b 각\n": "a개b 각\n",
    }
    answers = [student.jamo_to_hangul(text) for text in cases]
    for got, (text, expected) in zip(answers, cases.items(), strict=True):
        assert_text(got, expected, shown(text))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint("19 × 21 × 28 = 11,172. Which of these three numbers stands where in your arithmetic?")
def test_round_trip(student: Student, reference: Student, draw: Draw) -> None:
    """The jamo of syllables with every initial, vowel and final are put together again; syllables stay."""
    syllables = sample(draw)
    jamo = reference.hangul_to_jamo(syllables)
    assert_text(student.jamo_to_hangul(jamo), syllables, _("for the jamo of some 300 syllables the result"))
    assert_text(student.jamo_to_hangul(ALL), ALL, _("for all syllables the result"))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint(
    "A syllable that has a final already: is there room for another one?",
    "Which letters of the block are not in the three ranges of the docstring?",
)
def test_without_company(student: Student) -> None:
    """Jamo that form no syllable stay as they are, and so does every other character."""
    cases = {
        "\u1112": "\u1112",
        "\u1161\u11ab": "\u1161\u11ab",
        "\u1112\u11ab": "\u1112\u11ab",
        "\u1112\u1112\u1161": "\u1112하",
        "\u1112\u1161\u11ab\u11ab": "한\u11ab",
        "\u1112\u1161\u11ab\u1161": "한\u1161",
        "\u1112\u1161\u11a7": "하\u11a7",
        "\u1112\u1161\u11c3": "하\u11c3",
        "\u1112\u1160\u1112\u1176": "\u1112\u1160\u1112\u1176",
        "\u1113\u1161": "\u1113\u1161",
        "하\u1161": "하\u1161",
        "\u1112 \u1161": "\u1112 \u1161",
        "": "",
        OTHERS: OTHERS,
    }
    answers = [student.jamo_to_hangul(text) for text in cases]
    for got, (text, expected) in zip(answers, cases.items(), strict=True):
        assert_text(got, expected, shown(text))


@pytest.mark.task("jamo_to_hangul")
@pytest.mark.hint("Go through the letters one by one: which of them can the next letter still join?")
def test_jamo_in_disorder(student: Student, reference: Student, draw: Draw) -> None:
    """Drawn jamo in any order, old ones and syllables among them: only what belongs together is joined."""
    for letters, length in (
        (JAMO, 4),
        (JAMO + "가각힣하 aé", 60),
        (JAMO + "가각힣하 aé", 300),
        (JAMO + OTHERS, 200),
    ):
        text = "".join(draw.random.choices(letters, k=length))
        # A final behind a syllable that stands in the text as such: what becomes of it is not promised.
        text = re.sub("([가-힣])[\u11a8-\u11c2]+", r"\1", text)
        expected = reference.jamo_to_hangul(text)
        assert_text(student.jamo_to_hangul(text), expected, _("for letters in disorder the result"))
