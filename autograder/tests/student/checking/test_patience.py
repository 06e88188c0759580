"""One interrupt ends a whole check, and so do calls that together take more than a task's time."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
import torch

from autograder.student.checking.live import check_task
from autograder.student.checking.patience import Patience
from autograder.student.checking.student import Stopped, Student, live_student

INTERRUPTED = (
    "calls = []\ndef rnn_step(x, h, W_xh, W_hh, b):\n    calls.append(1)\n    raise KeyboardInterrupt"
)
ENDLESS = "def rnn_step(x, h, W_xh, W_hh, b):\n    while True:\n        pass"


@pytest.fixture(autouse=True)
def _as_in_a_kernel() -> Iterator[None]:
    """There an interrupt is a KeyboardInterrupt; a process that was started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def student_of(source: str, seconds: float = 60.0) -> tuple[Student, dict]:
    names: dict = {"torch": torch}
    exec(source, names)
    return Patience(live_student(names, [source]), seconds).student, names


def test_one_interrupt_ends_the_whole_check() -> None:
    """The tests after it do not run the code again."""
    student, names = student_of(INTERRUPTED)
    results = check_task(student, "rnn_step", "rnn_basics")
    assert len(names["calls"]) == 1
    assert {result.outcome for result in results} - {"passed"} == {"timeout", "not_run"}
    (told,) = [result for result in results if result.outcome == "timeout"]
    assert told.message.startswith("`rnn_step` was stopped by you.")
    assert told.hints == ()


def test_an_endless_loop_is_ended_with_a_sentence() -> None:
    """It says how long it was waited for, and what to look for."""
    student, _names = student_of(ENDLESS, seconds=0.2)
    with pytest.raises(Stopped, match=r"together have 0 seconds of computing.* Does a loop never end"):
        student.rnn_step(1, 2, 3, 4, 5)
    with pytest.raises(Stopped, match="was stopped before"):
        student.begin(1)


def test_code_that_ends_is_left_alone() -> None:
    """No interrupt comes later, and an error is the student's own."""
    student, _names = student_of("def double(x):\n    return 2 * x", seconds=0.05)
    assert student.double(2) == 4
    torch.rand(10).sort()
    assert student.double(3) == 6


BUSY = """
import time

def busy(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return 1
"""


def test_calls_share_the_time_of_a_task() -> None:
    """Each is short; together they take longer than the grader would give them."""
    student, _names = student_of(BUSY, seconds=0.3)
    assert student.busy(0.2) == 1
    with pytest.raises(Stopped, match="all tests of a task together"):
        student.busy(0.2)


def test_a_slow_answer_is_told_what_is_slow() -> None:
    """From a third of the time on; what is quick hears nothing, and what was stopped has heard it."""
    names: dict = {}
    exec(BUSY, names)
    patience = Patience(live_student(names, [BUSY]), 10.0)
    patience.student.busy(0.01)
    assert patience.note() == ""
    patience.seconds = 0.5
    patience.student.busy(0.2)
    assert "in `busy`" in patience.note()
    patience.seconds = 0.3
    with pytest.raises(Stopped):
        patience.student.busy(60)
    assert patience.note() == ""
