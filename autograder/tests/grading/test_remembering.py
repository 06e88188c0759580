"""The reference that answers each question once."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from autograder.grading.remembering import RememberingReference
from autograder.grading.suite import trusted_student
from autograder.student.checking.student import Student

COUNTER = """
asked = []

class Counter:
    def __init__(self):
        self.total = 0
    def add(self, n):
        asked.append(n)
        self.total += n
        return self.total

def double(x):
    asked.append("double")
    return 2 * x

def apply(f, x):
    asked.append("apply")
    return f(x)

def how_often():
    return len(asked)
"""


@pytest.fixture
def reference() -> RememberingReference:
    """A reference that counts how often it was asked."""
    return RememberingReference(trusted_student([COUNTER]))


def in_test(reference: RememberingReference, name: str) -> Student:
    """The reference as the test of this name gets it."""
    reference.begin_test(name)
    student = reference.student()
    student.begin(3)
    return student


def asked(reference: RememberingReference) -> Any:
    """How often the functions of the reference have run so far."""
    return in_test(reference, "a test of its own that is never remembered").how_often()


def test_what_is_asked_again_is_answered_from_memory(reference: RememberingReference) -> None:
    """The same bytes, and the reference has run once."""
    x = torch.arange(3.0)
    answers = [in_test(reference, "a").double(x) for _student in range(3)]
    assert all(torch.equal(answer, 2 * x) for answer in answers)
    assert asked(reference) == 1


def test_what_was_handed_out_cannot_change_what_is_remembered(reference: RememberingReference) -> None:
    """A test may write into an answer."""
    x = torch.arange(3.0)
    in_test(reference, "a").double(x).zero_()
    in_test(reference, "a").double(x).zero_()
    assert torch.equal(in_test(reference, "a").double(x), 2 * x)


def test_another_input_is_answered_anew(reference: RememberingReference) -> None:
    """Also one that comes after some that were the same: the reference is brought to the same state first."""
    for last in (5, 7, 5):
        counter = in_test(reference, "a").Counter.keep()
        assert counter.add(1) == 1
        assert counter.add(2) == 3
        assert counter.add(last) == 3 + last


def test_each_test_has_a_memory_of_its_own(reference: RememberingReference) -> None:
    """The same question in another test is another question: its state may be another."""
    first = in_test(reference, "a").Counter.keep()
    assert first.add(1) == 1
    second = in_test(reference, "b").Counter.keep()
    assert second.add(4) == 4
    again = in_test(reference, "a").Counter.keep()
    assert again.add(1) == 1


def test_a_test_that_goes_on_longer_than_before_is_answered(reference: RememberingReference) -> None:
    """The first student's code stopped in the middle of the test; the next one's does not."""
    in_test(reference, "a").Counter.keep().add(1)
    counter = in_test(reference, "a").Counter.keep()
    assert [counter.add(1), counter.add(1)] == [1, 2]
    counter = in_test(reference, "a").Counter.keep()
    assert [counter.add(1), counter.add(1)] == [1, 2]


def test_a_function_that_is_handed_over_is_called_each_time(reference: RememberingReference) -> None:
    """The test may count the calls of it."""
    calls = []

    def note(x: Any) -> Any:
        calls.append(x)
        return x

    for _student in range(3):
        assert in_test(reference, "a").apply(note, 4) == 4
    assert calls == [4, 4, 4]
