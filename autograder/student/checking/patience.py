"""Ends a check at a student's desk when her code does not end: by one interrupt, or after a minute of computing.

After that, this check runs no more of her code, so that an infinite loop has to be stopped only once.
"""

from __future__ import annotations

import _thread
import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from autograder.student.checking.student import Stopped, Student
from autograder.student.core.language import _

SECONDS = 60.0  # for one call; the slowest right ones take two or three


def patient(student: Student, seconds: float = SECONDS) -> Student:
    """The same student, whose code is asked nothing more once it was stopped."""
    stopped = False

    def ask(request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
        nonlocal stopped
        if stopped:
            raise Stopped("not_run", _("Not run: the code of this task was stopped before."))
        with _alarm(seconds) as has_rung:
            reply = student._ask(request, callbacks)
        error = reply.get("error") if isinstance(reply, dict) else None
        if not isinstance(error, dict) or error.get("type") != "KeyboardInterrupt":
            return reply
        stopped = True
        lines = error.get("lines") or []
        place = _(" Line {line} of its cell was running.").format(line=lines[-1][1]) if lines else ""
        if has_rung():
            text = _(
                "{name} was stopped after {seconds:.0f} seconds: does a loop never end, or is the same work done "
                "again and again?"
            )
        else:
            text = _("{name} was stopped by you.")
        name = f"`{request.get('name') or _('your code')}`"
        raise Stopped("timeout", text.format(name=name, seconds=seconds) + place)

    return Student(ask, student.sources, student.clock)


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
