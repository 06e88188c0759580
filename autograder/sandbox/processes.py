"""Reads what the kernel says about processes that run student code, and stops and ends them.

Nothing here asks such a process itself, since its answers cannot be trusted.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path
from typing import Any

_STOP_SECONDS = 5.0
_REST_SECONDS = 0.1
_LOOK_SECONDS = 0.0005
_SCHEDULED = 2  # the clock of a process that counts what the scheduler gave it, in nanoseconds
_EXITING = 4  # PF_EXITING among the flags of a process


def process_of(thread: int) -> tuple[int | None, int]:
    """The process that a thread belongs to, and how many threads that has; (None, 0) if it is gone."""
    try:
        with open(f"/proc/{thread}/status", encoding="utf-8", errors="replace") as file:
            fields = dict(line.split(":", 1) for line in file if ":" in line)
        return int(fields["Tgid"]), int(fields["Threads"])
    except (OSError, KeyError, ValueError):
        return None, 0


def resident(process: int) -> int:
    """The bytes of memory that a process occupies, whatever they come from."""
    return _field(f"/proc/{process}/status", "VmRSS")


def memory_of(process: int) -> int:
    """The bytes of memory that are mapped by a process and come from no file."""
    return _field(f"/proc/{process}/status", "RssAnon")


def share_of_memory(process: int) -> int:
    """The same, where a page that several processes share counts for each in part."""
    return _field(f"/proc/{process}/smaps_rollup", "Pss_Anon")


def _field(path: str, name: str) -> int:
    """A number of kilobytes in a file of /proc, in bytes; 0 if the process is gone, too many if we may not read it."""
    try:
        lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    except PermissionError:
        return sys.maxsize
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


def cpu_seconds(process: int) -> float | None:
    """The CPU seconds of all threads of a process, of those that have ended too; None if it is gone.

    Of a thread that is running the kernel counts them up to its last tick, milliseconds ago: so they are first given
    a moment to come to rest.
    """
    deadline = time.monotonic() + _REST_SECONDS
    while "R" in _thread_states(process) and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
    return cpu_seconds_so_far(process)


def cpu_seconds_so_far(process: int) -> float | None:
    """The same up to the last tick, at once; of a process that has ended too, as long as nobody has reaped it."""
    try:
        return time.clock_gettime(~process << 3 | _SCHEDULED)
    except OSError:
        return None


def is_at_rest(process: int) -> bool:
    """Whether no thread of a process runs, wants to run, or waits for the disk; not known of one that is gone."""
    states = _thread_states(process)
    return bool(states) and not states & {"R", "D"}


def children_of(process: int) -> list[int]:
    """The processes whose parent is `process`."""
    try:
        threads = os.listdir(f"/proc/{process}/task")
        return [
            int(child)
            for thread in threads
            for child in Path(f"/proc/{process}/task/{thread}/children").read_text(encoding="ascii").split()
        ]
    except FileNotFoundError:  # a kernel without these files, or the process is gone
        return [
            int(entry)
            for entry in os.listdir("/proc")
            if entry.isdigit() and (_stat(int(entry)) or [""] * 2)[1] == str(process)
        ]


def _stat(process: int) -> list[str] | None:
    return _stat_at(f"/proc/{process}/stat")


def _stat_at(path: str) -> list[str] | None:
    """The fields of a stat file from the state on (the name before it may contain anything)."""
    try:
        text = Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def end_of(process: int, wait: bool) -> dict[str, Any] | None:
    """How a process that is not our own child ended; kills it if it has not. Its parent has to reap it.

    The parent cannot be trusted, since it has run student code. The kernel keeps the exit code.
    """
    try:
        pidfd = os.pidfd_open(process)
    except OSError:
        return None
    try:
        over = is_over(pidfd, 1.0 if wait else 0.0)
        if not over:
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            is_over(pidfd, 5.0)
    except ProcessLookupError:
        over = True
    finally:
        os.close(pidfd)
    fields = _stat(process)
    if fields is None:
        return None
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    if not over:
        return {"kind": "stopped", "number": 0, "cpu_seconds": seconds}
    return ending(int(fields[49]), seconds)


def is_over(pidfd: int, seconds: float) -> bool:
    """Whether a process has ended, waiting for it at most so long."""
    return bool(select.select([pidfd], [], [], seconds)[0])


def is_gone(process: int, pidfd: int, was_lost: bool, has_forks: bool) -> bool:
    """Whether a process has ended, after a conversation with one of its forks that may have been lost with it.

    Where its forks died because it is dying itself, it is given a moment to end: nobody else must be blamed for that.
    """
    may_end = was_lost and (not has_forks or is_ending(process))
    return is_over(pidfd, 1.0 if may_end else 0.0)


def is_ending(process: int) -> bool:
    """Whether a process has ended or is about to: the kernel kills its forks a moment before it is over itself."""
    fields = _stat(process)
    return fields is None or bool(int(fields[6]) & _EXITING)


def ending(status: int, cpu_seconds: float) -> dict[str, Any]:
    """How a process ended, in words for the grader, out of its wait status."""
    if os.WIFSIGNALED(status):
        return {"kind": "signal", "number": os.WTERMSIG(status), "cpu_seconds": cpu_seconds}
    return {"kind": "exit", "number": os.WEXITSTATUS(status), "cpu_seconds": cpu_seconds}


def stop(process: int, pidfd: int) -> bool:
    """Stops a process with the signal that it cannot catch; whether every thread of it stands still now.

    The signal only marks the threads: one that runs on another core goes on until it enters the kernel next.
    """
    try:
        signal.pidfd_send_signal(pidfd, signal.SIGSTOP)
    except OSError:
        return False
    deadline = time.monotonic() + _STOP_SECONDS
    while time.monotonic() < deadline:
        states = _thread_states(process)
        if not states:
            return False
        if states <= {"T", "Z"}:
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _thread_states(process: int) -> set[str]:
    """The states of all threads as in `ps`: T is stopped, Z is ended; empty if the process is gone."""
    states: set[str] = set()
    try:
        threads = os.listdir(f"/proc/{process}/task")
    except OSError:
        return states
    for thread in threads:
        fields = _stat_at(f"/proc/{process}/task/{thread}/stat")
        if fields is not None:
            states.add(fields[0])
    return states
