"""Defines how code in the sandbox can end, as the keeper sees it, and what people are told of each ending."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from autograder.student.core.language import _


@dataclass(frozen=True)
class Ending:
    """How something ended that the keeper watched."""

    kind: str
    number: int
    cpu_seconds: float


def was_too_slow(ending: Ending, limit: float) -> bool:
    if ending.kind != "signal":
        return False
    return ending.number == signal.SIGXCPU or (
        ending.number == signal.SIGKILL and ending.cpu_seconds >= limit
    )


def was_killed(ending: Ending | None, limit: float) -> bool:
    """Whether it was killed and no limit of ours explains it: by the machine, a person, or itself on purpose."""
    if ending is None or ending.kind != "signal":
        return False
    return ending.number == signal.SIGKILL and not was_too_slow(ending, limit)


def verdict_sentence(verdict: str) -> str:
    if verdict == "disk":
        return _("Stopped: the code wrote more to the disk than is allowed.")
    return _("Stopped: the code kept making requests that the sandbox refuses.")


def ending_sentence(ending: Ending | None) -> str:
    if ending is None:
        return _("The program ended without an answer.")
    if ending.kind == "exit":
        return _("The program ended with exit code {code} before it answered.").format(code=ending.number)
    if ending.kind == "signal" and ending.number == signal.SIGKILL:
        return _("The system ended the program, probably because it used too much memory.")
    if ending.kind == "signal" and ending.number == signal.SIGILL:
        return _("Stopped: the code called a library function that this task forbids.")
    if ending.kind == "signal":
        name = (
            signal.Signals(ending.number).name
            if ending.number in list(signal.Signals)
            else str(ending.number)
        )
        return _("The program crashed (signal {name}).").format(name=name)
    return _("The program stopped answering.")


def timeout_sentence(cpu_seconds: float) -> str:
    """Why a cell or a task was stopped that had so many seconds of computing time."""
    return _(
        "Stopped: the code used more than {seconds:g} seconds of computing time, or kept the grader "
        "waiting for too long."
    ).format(seconds=cpu_seconds)


def all_tasks_sentence(seconds: float) -> str:
    """Why a task is not run after others have used up the time of them all."""
    return _("Not run: the tasks before it used all {minutes:g} minutes that a notebook has.").format(
        minutes=seconds / 60
    )
