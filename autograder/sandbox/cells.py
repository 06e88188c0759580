"""Executes notebook cells one after another in one namespace, as a kernel would, and keeps what they print.

It runs beside student code, in a worker, so its limits hold only for honest code; the jail's hold for all.
"""

from __future__ import annotations

import functools
import io
import math
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.sandbox.absent import provide_absent
from autograder.sandbox.limits import Limits
from autograder.sandbox.locks import provide_locks
from autograder.sandbox.threads import provide_one_thread
from autograder.student.core.shell import Shell

# An endless loop that swallows the interruption gets so many more CPU seconds before the kernel ends the worker.
_LAST_CHANCE_SECONDS = 2
_REPEAT_SECONDS = 0.5
_LEAST_SECONDS = 0.01  # a timer of nothing would never ring


class CellTimeout(BaseException):
    """Raised in a cell whose time is up; not an `Exception`, so that an honest `except Exception` lets it pass."""


class CappedText(io.TextIOBase):
    """A text stream that keeps the beginning of what is written and drops the rest without complaint."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._parts: list[str] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        room = self._capacity - self._length
        if room > 0:
            part = text[:room]
            self._parts.append(part)
            self._length += len(part)
            if self._length == self._capacity:
                self._parts.append("\n…")
        return len(text)

    def take(self) -> str:
        """What was written since the last time."""
        text = "".join(self._parts)
        self._parts, self._length = [], 0
        return text


@functools.cache
def shell() -> Shell:
    """The shell of this process. The warm server makes it, so that no worker has to."""
    return Shell.instance()


class Executor:
    """Executes cells in the shell's namespace, which is that of a fresh `__main__`."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._output = CappedText(limits.output_bytes)
        self._armed = self._is_late = False
        self._seconds = limits.cpu_seconds_per_cell  # of CPU, for the cell that runs
        self._folder = f"{os.getcwd()}/"
        self._shell = shell()
        self.namespace: dict[str, Any] = self._shell.user_ns
        sys.modules["__main__"] = self._shell.user_module
        sys.stdout = sys.stderr = self._output
        sys.argv = ["notebook"]
        sys.path.append(
            ""
        )  # at its end: a module that a cell writes is found, and takes the place of no other
        provide_absent()
        provide_locks()
        provide_one_thread()

    def silence(self) -> None:
        """From now on nothing that is printed is kept."""
        sys.stdout = sys.stderr = CappedText(0)

    def execute(
        self, cells: Sequence[tuple[str, str]], cpu_seconds: float = math.inf
    ) -> Iterator[dict[str, Any]]:
        """One outcome per cell (name, source), as it ends.

        `cpu_seconds` is what is left for all of them; each may use half of what those before it have left.
        """
        end = time.process_time() + cpu_seconds
        for cell in cells:
            half = max(_LEAST_SECONDS, (end - time.process_time()) / 2)
            self._seconds = min(self._limits.cpu_seconds_per_cell, half)
            yield self._execute_one(*cell)

    def _execute_one(self, name: str, source: str) -> dict[str, Any]:
        start = time.process_time()
        status, error = "ok", ""
        try:
            self._start_clock()
            try:
                if not self._run(name, source):
                    status = "skipped"
                self._tidy_up()
                if self._is_late:
                    status = (
                        "timeout"  # code that the cell ran through the shell has swallowed the interruption
                    )
            finally:
                self._armed = False
        except CellTimeout as failure:
            status, error = "timeout", self._describe(failure)
        except (
            BaseException
        ) as failure:  # SystemExit and KeyboardInterrupt too: the rest of the notebook goes on
            status, error = "error", self._describe(failure)
        finally:
            self._stop_clock()
        output = self._output.take()
        return {"status": status, "error": error, "output": output, "seconds": time.process_time() - start}

    def _run(self, name: str, source: str) -> bool:
        """Whether there was anything to run. What stops the cell is raised."""
        ran, failure = self._shell.run_notebook_cell(name, source)
        if failure is not None:
            raise failure
        return ran

    def _tidy_up(self) -> None:
        """As the inline backend does: figures of a cell are closed with it."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")

    def _describe(self, failure: BaseException) -> str:
        """The traceback with the student's own frames only."""
        self._armed = True  # a message may take for ever, too
        try:
            summary = traceback.TracebackException.from_exception(failure, limit=-100)
            for part in _chain(summary):
                part.stack[:] = [frame for frame in part.stack if self._is_own(frame)][-20:]
            return "".join(summary.format())[-self._limits.output_bytes :]
        except BaseException:
            return type(failure).__name__
        finally:
            self._armed = False

    def _is_own(self, frame: traceback.FrameSummary) -> bool:
        """Whether it is of a cell, or of a module beside the notebook, which then loses its folder's name."""
        frame.filename = frame.filename.removeprefix(self._folder)
        return frame.filename.startswith("<cell ") or not frame.filename.startswith(("/", "<"))

    # The clock

    def _start_clock(self) -> None:
        cpu = self._seconds
        signal.signal(signal.SIGPROF, self._interrupt)
        signal.signal(signal.SIGALRM, self._interrupt)
        used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
        _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
        last = math.ceil(used + cpu + _LAST_CHANCE_SECONDS)
        resource.setrlimit(resource.RLIMIT_CPU, (min(max(last, 1), hard), hard))
        self._armed, self._is_late = True, False
        signal.setitimer(signal.ITIMER_PROF, cpu, _REPEAT_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, self._limits.wall_seconds(cpu), _REPEAT_SECONDS)

    def _stop_clock(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _interrupt(self, _number: int, _frame: Any) -> None:
        if self._armed:
            self._is_late = True
            raise CellTimeout


def _chain(summary: traceback.TracebackException) -> Iterator[traceback.TracebackException]:
    waiting = [summary]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(other for other in (part.__cause__, part.__context__) if other is not None)
