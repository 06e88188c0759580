"""What a task computes is counted from outside of it, whoever computes, and whatever its own clocks say."""

from __future__ import annotations

import pytest

from autograder.sandbox import Session, WorkerCrashed

SECONDS = 0.3
BURN = f"""
import threading, time
def burn():
    start = time.thread_time()
    while time.thread_time() < start + {SECONDS}: pass
"""


def seconds_of(session: Session, code: str) -> float:
    """The CPU seconds that student code takes in a task of its own."""
    with session.task() as conversation:
        conversation.ask({"run": ""})
        start = conversation.cpu_seconds()
        conversation.ask({"run": code})
        return conversation.cpu_seconds() - start


def test_nothing_takes_no_time(session: Session) -> None:
    """A task that only waits uses a few milliseconds for what it is asked."""
    assert 0 < seconds_of(session, "import time; time.sleep(0.3)") < SECONDS / 3


@pytest.mark.parametrize(
    "code",
    [
        "burn()",
        "thread = threading.Thread(target=burn); thread.start(); thread.join()",
        "burn(); time.thread_time = time.process_time = lambda: 0.0",
    ],
    ids=["in its main thread", "in one that has ended", "with clocks of its own"],
)
def test_work_is_counted(session: Session, code: str) -> None:
    """To the millisecond, though the kernel counts a process with limited CPU seconds in steps of four."""
    assert SECONDS <= seconds_of(session, BURN + code) < 3 * SECONDS


def test_work_in_the_worker_itself_is_counted(session: Session) -> None:
    """A thread that a cell has started there could do the work of the task."""
    work = """
def work():
    while not os.path.exists('go'): time.sleep(0.001)
    burn()
    open('done', 'w')

threading.Thread(target=work, daemon=True).start()
"""
    session.execute([f"import os\n{BURN}{work}"])
    ask = "import os, time\nopen('go', 'w')\nwhile not os.path.exists('done'): time.sleep(0.001)"
    assert seconds_of(session, ask) >= SECONDS


def test_what_is_gone_has_no_clock(session: Session) -> None:
    """It is an error, and not zero."""
    with session.task() as conversation:
        conversation.ask({"run": ""})
        assert conversation.cpu_seconds() > 0
        with pytest.raises(WorkerCrashed):
            conversation.ask({"run": "import os; os._exit(3)"})
        with pytest.raises(WorkerCrashed):
            conversation.cpu_seconds()
