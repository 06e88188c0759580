"""Judges how the work of a call grows with what it is given.

The CPU time is counted by whoever runs the student's code, not by her code. Each attempt has inputs of its own, so that
nothing is gained by remembering, and its larger result has to be right, so that nothing is gained by leaving work out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.student.checking.student import Remote, Student

ATTEMPTS = 2  # a busy machine may spoil one of them
_HOPELESS = 2.0  # times the growth that is allowed
_PATIENCE = 1.0  # CPU seconds of one call


@dataclass(frozen=True)
class Attempt:
    """Arguments of a small call and of a large one; `assert_right` raises unless it is given the large one's result."""

    small: Sequence[Any]
    large: Sequence[Any]
    assert_right: Callable[[Any], None]


def grows_less(student: Student, function: Remote, attempts: Sequence[Attempt], limit: float) -> bool:
    """Whether the CPU time of a call grows to less than `limit` times from small to large arguments.

    The best of the attempts counts, so that a busy machine does not. Of the student's replies only this answer is kept:
    neither times nor the number of attempts are the same at every run.

    >>> from autograder.student.checking.student import live_student
    >>> student = live_student({"total": lambda n: sum(range(n))})
    >>> attempt = Attempt([20_000], [160_000], lambda result: None)
    >>> grows_less(student, student.total, [attempt], limit=20.0)
    True
    """
    before = len(student.transcript)
    best_small = best_large = math.inf
    for attempt in attempts:
        del student.transcript[before:]
        best_small = min(best_small, function.timed(*attempt.small)[0])
        seconds, result = function.timed(*attempt.large)
        attempt.assert_right(result)
        best_large = min(best_large, seconds)
        if best_large < limit * best_small:
            break
        if best_large > max(_PATIENCE, _HOPELESS * limit * best_small):
            break  # no busy machine and no garbage collector does that, and a student waits for each attempt
    del student.transcript[before:]
    is_less = best_large < limit * best_small
    student.transcript.append({"result": is_less})
    return is_less
