"""Numbers in the text of the notebooks: what is computed there is right, and an edition says no others."""

from __future__ import annotations

import json
import math
import re

import pytest

from autograder.assignments.sources import assignment_names, source_notebook, source_path
from autograder.maintain import translation
from autograder.tests.assignments.test_worked import half_a_digit, value

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_TERM = r"(?:\\?ln [\d,]+|\d[\d,]*(?:\.\d+)?)"
# Numbers with signs between them, or a logarithm, and what they are said to be.
_EQUATION = re.compile(
    rf"((?:\(\s*)*-?{_TERM}(?:[\s()]*[·+/\-]\s*[\s()]*{_TERM}\)*)+|\\?ln [\d,]+) = (-?\d[\d,]*(?:\.\d+)?)"
)
# Words that stand for a number, in an English and in a Korean text.
_ENGLISH = {
    **{
        0: "no|none|zeros?",
        1: "one|once|single",
        2: "two|twice|both|half",
        3: "three|thirds?",
        4: "four",
        5: "five",
    },
    **{
        6: "six",
        7: "seven",
        8: "eight",
        9: "nine",
        10: "ten(?:th)?",
        12: "twelve|dozen",
        20: "twent(?:y|ieth)",
    },
    **{50: "fifty", 100: "hundred(?:th)?", 1000: "thousand", 10**5: "hundred thousand"},
}
_KOREAN = {
    **{
        0: "영|없",
        1: "하나|한|첫|일",
        2: "둘|두|이중",
        3: "셋|세",
        4: "넷|네",
        5: "다섯",
        6: "여섯",
        7: "일곱",
    },
    **{8: "여덟", 9: "아홉", 10: "열", 12: "열두", 20: "스무", 100: "백", 1000: "천"},
}
_TEN_THOUSANDS = {"만": 10**4, "억": 10**8}
_SHARE = re.compile(r"(\d+)분의 1")  # a tenth: "10분의 1"


def english_numbers(text: str) -> tuple[set[float], set[float]]:
    """The numbers of an English text: those in digits, and all of them, words too.

    >>> sorted(english_numbers("One of 2.4 million words, in two thirds.")[1])
    [1.0, 2.0, 3.0, 2400000.0]
    """
    digits = set()
    for match in _NUMBER.finditer(text):
        is_millions = text[match.end() :].lstrip().startswith("million")
        digits.add(float(match[0].replace(",", "")) * (10**6 if is_millions else 1))
    words = {
        float(number)
        for number, word in _ENGLISH.items()
        if re.search(rf"\b(?:{word})\b", text, re.IGNORECASE)
    }
    return digits, digits | words


def korean_numbers(text: str) -> set[float]:
    """Those of a Korean text that are written in digits.

    >>> korean_numbers("단어 240만 개를 35개씩")
    {2400000.0, 35.0}
    """
    found = set()
    text = _SHARE.sub(r"\1", text)
    for match in _NUMBER.finditer(text):
        unit = _TEN_THOUSANDS.get(text[match.end() : match.end() + 1], 1)
        found.add(float(match[0].replace(",", "")) * (1 if "." in match[0] else unit))
    return found


def problems(english: str, korean: str) -> list[str]:
    """What one of two texts says in numbers and the other does not."""
    in_digits, all_of_them = english_numbers(english)
    theirs = korean_numbers(korean)
    lost = [n for n in in_digits - theirs if not re.search(_KOREAN.get(int(n), "(?!)"), korean)]
    return [f"only in Korean: {n:g}" for n in theirs - all_of_them] + [
        f"only in English: {n:g}" for n in lost
    ]


def equations(text: str) -> list[tuple[str, str]]:
    r"""The two sides of every equation of numbers in a text, as Python reads them.

    >>> equations(r"It is 35 · 20 = 700, and $1 / \ln 2 = 1.44$.")
    [('35 · 20', '700'), ('1 / ln(2)', '1.44')]
    """
    found = []
    for left, right in _EQUATION.findall(text):
        expression = re.sub(r"\\?ln ([\d,]+)", r"ln(\1)", left).replace(",", "")
        found.append((expression, right.rstrip(",").replace(",", "")))
    return found


def holds(left: str, right: str) -> bool:
    """Whether an equation is right to the digits that are written."""
    return math.isclose(value(left), float(right), abs_tol=half_a_digit(right))


@pytest.mark.parametrize("name", assignment_names())
def test_every_equation_of_the_text_holds(name: str) -> None:
    """What a text works out in numbers, such as `35 · 20 = 700`, is computed here."""
    texts = [cell.source for cell in source_notebook(name).cells if cell.kind == "markdown"]
    found = [equation for text in texts for equation in equations(text)]
    assert [equation for equation in found if not holds(*equation)] == []
    assert found or name == "rnn_basics"


def test_a_wrong_equation_is_found() -> None:
    """The mutants: another product, a logarithm of another base."""
    (product, logarithm) = equations("35 · 20 = 710, and ln 2000 = 10.97")
    assert not holds(*product)
    assert not holds(*logarithm)


@pytest.mark.parametrize("name", assignment_names())
def test_every_number_is_that_of_the_english_text(name: str) -> None:
    """Of each text cell: what is proved of the one then holds for the other."""
    english = json.loads(source_path(name).read_text(encoding="utf-8"))["cells"]
    korean = json.loads(translation.translated_notebook(name, "ko"))["cells"]
    found = {
        ours["id"]: wrong
        for ours, theirs in zip(english, korean, strict=True)
        if ours["cell_type"] == "markdown"
        if (wrong := problems("".join(ours["source"]), "".join(theirs["source"])))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("english", "korean"),
    [
        ("About 3,430 updates.", "업데이트는 약 3,340번입니다."),
        ("2.4 million words", "단어 24만 개"),
        ("a tenth of the time", "시간의 20분의 1"),
        ("It is 0.15.", "아주 작습니다."),
    ],
)
def test_a_number_that_differs_is_found(english: str, korean: str) -> None:
    """The mutants: two digits changed places, a zero is missing, another share, nothing at all."""
    assert problems(english, korean)
