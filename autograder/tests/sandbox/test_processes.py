"""What the kernel says of processes that run student code."""

import os
import signal

from autograder.sandbox import processes


def test_a_process_on_its_way_out_is_known() -> None:
    """One that runs or stands still is not; one that has ended is, whether anybody has reaped it or not."""
    child = os.fork()
    if child == 0:
        signal.pause()
    try:
        assert not processes.is_ending(os.getpid())
        assert not processes.is_ending(child)
        os.kill(child, signal.SIGKILL)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        assert processes.is_ending(child)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert processes.is_ending(child)
