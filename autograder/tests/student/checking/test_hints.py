"""Hints belong to the failure: what raised is asked about, a wrong shape is not asked about its values."""

from __future__ import annotations

import pytest

from autograder.student.checking.hints import questions
from autograder.student.checking.student import CheckFailed, Evidence, Stopped, StudentError

OWN = ("Which gate?", "Which order?")


def raised(kind: str, message: str = "") -> StudentError:
    return StudentError("f", {"type": kind, "message": message, "lines": []})


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (raised("RuntimeError", "mat1 and mat2 shapes cannot be multiplied"), "shapes"),
        (raised("RuntimeError", "selected index k out of range"), "how large may the index become"),
        (raised("RuntimeError", "expected m1 and m2 to have the same dtype"), "dtype"),
        (raised("RuntimeError", "Trying to backward through the graph a second time"), "graph"),
        (raised("TypeError", "f() takes 2 positional arguments"), "arguments"),
        (raised("TypeError", "'NoneType' object is not iterable"), "None"),
        (raised("WireError", "a set cannot travel"), "kind of value"),
        (raised("SomethingNew"), "Print"),
    ],
)
def test_an_exception_is_asked_about_itself(error: StudentError, word: str) -> None:
    """One question on that error, and none of those on the values."""
    [question] = questions(error, OWN)
    assert word in question
    assert question not in OWN


def test_what_speaks_for_itself_gets_no_question() -> None:
    """A name that is missing or misspelt, an unwritten cell, a time limit, another task, a fault of the test."""
    for error in (
        raised("NotImplementedError"),
        raised("NameError"),
        raised("KeyError", "'f'"),
        Stopped("timeout", "Too slow."),
        CheckFailed("`f` calls your `g`, which fails its own check: fix `g` first.", Evidence.ELSEWHERE),
        RuntimeError(),
    ):
        assert questions(error, OWN) == ()


def test_a_wrong_structure_or_shape_is_not_asked_about_values() -> None:
    """The test's own questions would mislead."""
    for evidence in (Evidence.STRUCTURE, Evidence.SHAPE, Evidence.DTYPE):
        [question] = questions(CheckFailed("It is a list.", evidence), OWN)
        assert question not in OWN


def test_wrong_values_get_the_questions_of_the_test() -> None:
    """Behind one that fits better, if there is one."""
    assert questions(CheckFailed("It is 1."), OWN) == OWN
    related = CheckFailed("It is -1.", Evidence.RELATED, "Which sign?")
    assert questions(related, OWN) == ("Which sign?", *OWN)
