"""What is promised of `from_roman` and `is_numeral`."""

import pytest

from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import Student


@pytest.mark.task("from_roman")
@pytest.mark.hint("What does a smaller letter in front of a larger one do?")
def test_numerals_worked_out_by_hand(student: Student) -> None:
    """IV is 4, VI is 6, MCMXCIV is 1994."""
    for numeral, number in (("IV", 4), ("VI", 6), ("MCMXCIV", 1994)):
        assert_equal(student.from_roman(numeral), number, f"from_roman({numeral!r})")


@pytest.mark.task("from_roman")
@pytest.mark.hint("Which letters did your loop read last?")
def test_numerals_of_every_length(student: Student, reference: Student, draw: Draw) -> None:
    """The number of any numeral, of one letter and of fifteen."""
    numerals = ["I", "MMMDCCCLXXXVIII", *draw.random.sample(["XL", "XC", "CD", "CM", "LIX", "DCCVII"], 4)]
    for numeral in numerals:
        assert_equal(student.from_roman(numeral), reference.from_roman(numeral), f"from_roman({numeral!r})")


@pytest.mark.task("is_numeral")
@pytest.mark.hint("May any of these letters stand in any order?")
def test_words_that_are_numerals_and_words_that_are_not(
    student: Student, reference: Student, draw: Draw
) -> None:
    """True for a numeral as it is usually written, False for anything else."""
    words = ["", "IIII", "IV", "VIV", "iv", "MIX", "MILD", *draw.random.sample(["XLX", "XC", "LC", "CDM"], 3)]
    for word in words:
        assert_equal(student.is_numeral(word), reference.is_numeral(word), f"is_numeral({word!r})")
