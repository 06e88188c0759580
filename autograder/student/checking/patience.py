"""Ends a check at a student's desk when her code does not end: by one interrupt, or when its time is used up.

After that, this check runs no more of her code, so that an infinite loop has to be stopped only once. The time is what
the grader gives all tests of a task together, so that nothing is green here that comes too late there.
"""

from __future__ import annotations

import _thread
import contextlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.student.checking.student import Stopped, Student
from autograder.student.core.language import _

SLOW = 1 / 3  # of the time: who needs more than this is told so, since the grader's machine may be slower


class _Patient(Student):
    """A student of whom nothing more is asked once her code was stopped."""

    is_over = False

    def begin(self, seed: int) -> None:
        """Begins a test, also one that would look at what was asked before and ask nothing itself."""
        self.go_on()
        super().begin(seed)

    def go_on(self) -> None:
        """Raises `Stopped` if nothing more is asked."""
        if self.is_over:
            raise Stopped("not_run", _("Not run: the code of this task was stopped before."))


class Patience:
    """A student whose code has so many seconds of computing for all the tests of a task together."""

    def __init__(self, student: Student, seconds: float) -> None:
        self.seconds = seconds
        self.student = _Patient(self._ask, student.sources, student.clock)
        self._asked = student._ask
        self._used: dict[str, float] = defaultdict(float)  # seconds, by the name that was called

    def note(self) -> str:
        """A sentence for an answer that is slow, and says where its time goes; empty for any other."""
        used = sum(self._used.values())
        if used <= SLOW * self.seconds or self.student.is_over:
            return ""
        name, most = max(self._used.items(), key=lambda item: item[1])
        return _(
            "It is slow: the tests of this task took {used:.0f} of the {seconds:.0f} seconds of computing that they "
            "have when grading, {most:.0f} of them in {name}. Is the same work done again and again?"
        ).format(used=used, seconds=self.seconds, most=most, name=f"`{name}`")

    def _ask(self, request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
        self.student.go_on()
        name = str(request.get("name") or _("your code"))
        before = time.process_time()
        with _alarm(self.seconds - sum(self._used.values())) as has_rung:
            reply = self._asked(request, callbacks)
        self._used[name] += time.process_time() - before
        error = reply.get("error") if isinstance(reply, dict) else None
        if not isinstance(error, dict) or error.get("type") != "KeyboardInterrupt":
            return reply
        self.student.is_over = True
        lines = error.get("lines") or []
        place = _(" Line {line} of its cell was running.").format(line=lines[-1][1]) if lines else ""
        if has_rung():
            text = _(
                "{name} was stopped: all tests of a task together have {seconds:.0f} seconds of computing, here as "
                "when grading. Does a loop never end, or is the same work done again and again?"
            )
        else:
            text = _("{name} was stopped by you.")
        raise Stopped("timeout", text.format(name=f"`{name}`", seconds=self.seconds) + place)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[Callable[[], bool]]:
    """Interrupts the main thread after so many seconds, as Ctrl-C does on every system; says whether it has.

    What counts is the computing time as well: on a busy machine right code may have to wait for its turn.
    """
    rung = threading.Event()
    ended = threading.Event()
    computed = time.process_time()

    def watch() -> None:
        left = seconds
        while left > 0:
            if ended.wait(left):
                return
            left = seconds - (time.process_time() - computed)
        rung.set()
        _thread.interrupt_main()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield rung.is_set
    finally:
        ended.set()
