"""A known mistake is named only where everything fits."""

from __future__ import annotations

import json

from autograder.student.checking.naming import KnownMistake, Trace, name, read_mistakes, write_mistake
from autograder.student.checking.sketch import Sketch, sketch

ONE, TWO = sketch([{"result": 1.0}]), sketch([{"result": 2.0}])


def known(identifier: str, hint: str, **traces: Sketch | None) -> KnownMistake:
    return KnownMistake(identifier, hint, {test: Trace(found) for test, found in traces.items()})


def named(failed: dict[str, Sketch], *mistakes: KnownMistake):
    return name({mistake.id: mistake for mistake in mistakes}, failed)


def test_the_only_mistake_that_fits_is_named() -> None:
    """With its question."""
    found = named({"test_a": ONE}, known("A1", "One?", test_a=ONE), known("A2", "Two?", test_a=TWO))
    assert found is not None
    assert (found.id, found.hint) == ("A1", "One?")


def test_a_mistake_that_fails_in_other_tests_does_not_fit() -> None:
    """In none fewer and in none more."""
    both = known("A1", "One?", test_a=ONE, test_b=ONE)
    assert named({"test_a": ONE}, both) is None
    assert named({"test_a": ONE, "test_b": ONE, "test_c": ONE}, both) is None
    assert named({"test_a": ONE, "test_b": TWO}, both) is None
    assert named({"test_a": ONE, "test_b": ONE}, both) is not None


def test_two_that_fit_share_a_question_or_are_silent() -> None:
    """A guess between two questions would be right half of the time."""
    first, second = known("A1", "One?", test_a=ONE), known("A2", "Two?", test_a=ONE)
    assert named({"test_a": ONE}, first, second) is None
    found = named({"test_a": ONE}, first, known("A3", "One?", test_a=ONE))
    assert found is not None
    assert (found.id, found.hint) == (None, "One?")


def test_a_test_whose_answers_are_not_the_same_twice_tells_nothing() -> None:
    """It must fail all the same, and another one must be recognised."""
    mistake = known("A1", "One?", test_a=ONE, test_b=None)
    assert named({"test_a": ONE, "test_b": TWO}, mistake) is not None
    assert named({"test_b": TWO}, known("A2", "Two?", test_b=None)) is None


def test_mistakes_survive_a_recording() -> None:
    """With the tolerance of each test, where it is larger than usual."""
    mistake = KnownMistake("A1", "One?", {"test_a": Trace(ONE, 0.00025), "test_b": Trace(None)})
    document = {"mistakes": {"A1": json.loads(json.dumps(write_mistake(mistake)))}}
    assert read_mistakes(document) == {"A1": mistake}
