"""Measures what a command costs: seconds of the clock, and of all processors for whatever it started; its memory.

No process waits for the forks of a warm server, so `time` does not see them. A control group sees all of them; making
one takes root. Without it the busy seconds of the whole machine are taken, and nothing else may run.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

# Where control groups are made, and the file that tells what one has used: version 1, which has a tree for each
# kind, and version 2.
TREES = {
    "cpu": (("/sys/fs/cgroup/cpuacct", "cpuacct.usage"), ("/sys/fs/cgroup", "cpu.stat")),
    "memory": (("/sys/fs/cgroup/memory", "memory.stat"), ("/sys/fs/cgroup", "memory.stat")),
}
_LOOK_SECONDS = 0.1  # how often the memory is looked at


@dataclass(frozen=True)
class Cost:
    """Seconds of the clock, seconds of the processors, and the most bytes of memory (0 if nobody could look)."""

    wall: float
    cpu: float
    memory: int = 0

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu)

    def __truediv__(self, count: float) -> Cost:
        return Cost(self.wall / count, self.cpu / count)


def cost_of(command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """What a command costs until it ends; `RuntimeError` with its last lines if it fails.

    >>> cost = cost_of(["true"], Path("."))
    >>> cost.cpu < 5
    True
    """
    with ExitStack() as opened:
        groups = {kind: opened.enter_context(_group(kind)) for kind in TREES}
        printed = opened.enter_context(tempfile.TemporaryFile())
        before = _cpu_seconds(groups["cpu"])
        start = time.perf_counter()
        # The shell is in the groups before the command is anything, so that no process escapes the count.
        enter = "".join(
            f'echo $$ > "{group.parent / "cgroup.procs"}" && '
            for group in groups.values()
            if group is not None
        )
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'{enter}exec "$@"', "sh", *command],
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdout=printed,
            stderr=subprocess.STDOUT,
        )
        most = _watched(process, groups["memory"])
        wall = time.perf_counter() - start
        if process.returncode:
            printed.seek(0)
            lines = printed.read().decode(errors="replace").splitlines()
            raise RuntimeError("\n".join([f"{command[0]} ended with {process.returncode}", *lines[-20:]]))
        return Cost(wall, _cpu_seconds(groups["cpu"]) - before, most)


def counts_alone() -> bool:
    """Whether the count holds the command alone, and not the whole machine."""
    with _group("cpu") as group:
        return group is not None


@contextmanager
def _group(kind: str) -> Iterator[Path | None]:
    """The account of a control group of its own; None where none can be made."""
    for tree, account in TREES[kind]:
        folder = Path(tree) / f"autograder-{os.getpid()}-{time.monotonic_ns()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            if (folder / account).is_file():
                yield folder / account
                return
        finally:
            _remove(folder)
    yield None


def _remove(folder: Path) -> None:
    for _attempt in range(50):  # processes that have been killed leave it in a moment
        try:
            folder.rmdir()
            return
        except OSError:
            time.sleep(0.1)


def _cpu_seconds(account: Path | None) -> float:
    """The seconds of the processors that a group, or the machine, has used so far."""
    if account is None:
        first = Path("/proc/stat").read_text().splitlines()[0].split()
        user, nice, system, _idle, _waiting, irq, softirq = map(int, first[1:8])
        return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
    if account.name == "cpuacct.usage":
        return int(account.read_text()) / 1e9  # nanoseconds
    return _numbers(account)["usage_usec"] / 1e6


def _watched(process: subprocess.Popen[bytes], account: Path | None) -> int:
    """Waits for a process, and returns the most memory that its group had at one time: its own, no files."""
    most, is_over = 0, threading.Event()

    def wait() -> None:
        process.wait()
        is_over.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while not is_over.wait(_LOOK_SECONDS):
        if account is not None:
            numbers = _numbers(account)
            most = max(most, numbers.get("total_rss", numbers.get("anon", 0)))
    waiting.join()
    return most


def _numbers(account: Path) -> dict[str, int]:
    return {name: int(value) for name, value in map(str.split, account.read_text().splitlines())}
