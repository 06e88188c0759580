"""How work grows is judged by a clock outside of the answer, and told without a time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from autograder.student.checking.growth import Attempt, grows_less
from autograder.student.checking.student import CheckFailed, Student, live_student


def anything(_result: Any) -> None:
    """Any result is right."""


def test_it_is_told_without_a_time() -> None:
    """Linear work passes a limit that quadratic work is far beyond; what is kept of the replies is one bool."""
    student = live_student(
        {"once": lambda n: sum(range(n)), "twice": lambda n: [sum(range(n)) for _ in range(n)]}
    )
    assert grows_less(student, student.once, [Attempt([20_000], [160_000], anything)] * 2, 20.0) is True
    assert grows_less(student, student.twice, [Attempt([600], [4_800], anything)] * 2, 20.0) is False
    assert student.transcript == [{"result": True}, {"result": False}]


def test_it_is_told_where_cpu_seconds_are_limited() -> None:
    """There the clock of a process moves in steps longer than a small call takes."""
    program = """
import resource
from autograder.student.checking.growth import Attempt, grows_less
from autograder.student.checking.student import live_student

resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
student = live_student({"once": lambda n: sum(range(n))})
attempts = [Attempt([30_000], [240_000], lambda result: None)] * 3
print(all(grows_less(student, student.once, attempts, 20.0) for _try in range(100)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def student_with_clock(*seconds: float) -> Student:
    """A student whose calls take so many seconds, one after the other, and return what they are given."""
    readings, total = [], 0.0
    for taken in seconds:
        readings += [total, total := total + taken]
    clock: Callable[[], float] = iter(readings).__next__
    return Student(lambda request, _callbacks: {"result": request["arguments"][0]}, clock=clock)


def test_the_best_of_all_attempts_counts() -> None:
    """What a busy machine spoils in one attempt is made good by another."""
    attempts = [Attempt([1], [16], anything)] * 2
    student = student_with_clock(0.01, 0.5, 0.01, 0.2)
    assert grows_less(student, student.work, attempts, 32.0)
    student = student_with_clock(0.01, 0.5, 0.01, 0.4)
    assert not grows_less(student, student.work, attempts, 32.0)


def test_nobody_waits_for_more_of_what_is_hopeless() -> None:
    """Seconds, and twice as many as are allowed: the clock is not read again."""
    student = student_with_clock(0.01, 1.5)
    assert not grows_less(student, student.work, [Attempt([1], [16], anything)] * 2, 32.0)


def test_a_large_result_has_to_be_right() -> None:
    """Work that is left out is not fast."""

    def assert_right(result: int) -> None:
        if result != 17:
            raise CheckFailed("wrong")

    student = student_with_clock(0.01, 0.01)
    with pytest.raises(CheckFailed, match="wrong"):
        grows_less(student, student.work, [Attempt([1], [16], assert_right)], 32.0)
