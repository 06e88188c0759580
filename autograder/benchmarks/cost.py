"""Measures what a command costs: seconds of the clock, and of all processors for whatever it started.

A warm server's forks are nobody's waited-for children, so that `time` does not see them. A control group sees all of
them; making one takes root. Without it the busy seconds of the whole machine are taken, and nothing else may run.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

GROUPS = (
    (Path("/sys/fs/cgroup/cpuacct"), "cpuacct.usage"),  # version 1: nanoseconds
    (Path("/sys/fs/cgroup"), "cpu.stat"),  # version 2: `usage_usec` microseconds
)


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock, and seconds of the processors."""

    wall: float
    cpu: float

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu)

    def __truediv__(self, count: float) -> Cost:
        return Cost(self.wall / count, self.cpu / count)


def cost_of(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """What a command costs until it ends; `RuntimeError` with its last lines if it fails.

    >>> cost = cost_of(["true"], Path("."))
    >>> cost.wall < 5
    True
    """
    with _group() as group:
        before = _used(group)
        start = time.perf_counter()
        # The shell is in the group before the command is anything, so that no process escapes the count.
        enter = f'echo $$ > "{group / "cgroup.procs"}" && ' if group else ""
        with tempfile.TemporaryFile() as printed:
            code = subprocess.call(
                ["/bin/sh", "-c", f'{enter}exec "$@"', "sh", *command],
                cwd=folder,
                env={**os.environ, **(environment or {})},
                stdout=printed,
                stderr=subprocess.STDOUT,
            )
            wall = time.perf_counter() - start
            if code:
                printed.seek(0)
                lines = printed.read().decode(errors="replace").splitlines()
                raise RuntimeError("\n".join([f"{command[0]} ended with {code}", *lines[-20:]]))
        return Cost(wall, _used(group) - before)


def counts_alone() -> bool:
    """Whether the count holds the command alone, and not the whole machine."""
    with _group() as group:
        return group is not None


@contextmanager
def _group() -> Iterator[Path | None]:
    """A control group of its own; None where none can be made."""
    for parent, account in GROUPS:
        folder = parent / f"autograder-{os.getpid()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        if (folder / account).is_file():
            try:
                yield folder
            finally:
                _remove(folder)
            return
        _remove(folder)
    yield None


def _remove(folder: Path) -> None:
    for _attempt in range(50):  # processes that have been killed leave it in a moment
        try:
            folder.rmdir()
            return
        except OSError:
            time.sleep(0.1)


def _used(group: Path | None) -> float:
    """The seconds of the processors that a group, or the machine, has used so far."""
    if group is None:
        first = Path("/proc/stat").read_text().splitlines()[0].split()
        user, nice, system, _idle, _waiting, irq, softirq = map(int, first[1:8])
        return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
    with suppress(FileNotFoundError):
        return int((group / "cpuacct.usage").read_text()) / 1e9
    stat = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    return int(stat["usage_usec"]) / 1e6
