"""Defines how code in the sandbox can end, as the keeper sees it, and what people are told of each ending."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from autograder.sandbox.errors import WorkerCrashed, WorkerError, WorkerProtocolError, WorkerTimeout
from autograder.sandbox.frames import TimeIsUp, TooMuchIsSent
from autograder.sandbox.limits import Account, Limits
from autograder.student.core import values
from autograder.student.core.language import _


@dataclass(frozen=True)
class Ending:
    """How something ended that the keeper watched."""

    kind: str
    number: int
    cpu_seconds: float


def failure_of(
    error: Exception, ending: Ending | None, verdict: str | None, limit: float, late: str, limits: Limits
) -> WorkerError:
    """What a broken conversation means, if what was asked ended like this, with this verdict of the keeper's."""
    if isinstance(error, TimeIsUp) and error.args:
        return WorkerTimeout(used_up_sentence(error.args[0], limits))
    if verdict is not None:
        return WorkerCrashed(verdict_sentence(verdict))
    if isinstance(error, TooMuchIsSent):
        return WorkerProtocolError(used_up_sentence("replies", limits))
    if isinstance(error, values.WireError):
        return WorkerProtocolError(_("The program sent something that is not an answer."))
    if isinstance(error, TimeIsUp) or (ending and was_too_slow(ending, limit)):
        return WorkerTimeout(late)
    return WorkerCrashed(ending_sentence(ending))


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


def allowance_sentence(account: Account, cpu_seconds: float, limits: Limits) -> str:
    """The same, of a cell or task that had less time than others if those before it have used up so much."""
    usual: dict[Account, float] = {"cells": limits.cpu_seconds_per_cell, "tasks": limits.task_cpu_seconds}
    sentence = timeout_sentence(round(cpu_seconds, 1))
    if cpu_seconds >= usual.get(account, 0.0):
        return sentence
    if account == "cells":
        text = _("All cells together have {seconds:g} seconds; those before it used up most of them.")
    else:
        text = _("All tasks together have {seconds:g} seconds; those before it used up most of them.")
    return f"{sentence} {text.format(seconds=limits.accounts()[account])}"


def used_up_sentence(account: str, limits: Limits) -> str:
    """What is said where something else than the computing time of a cell or task is used up."""
    sentences = {
        "waiting": _("Not run: the tasks before it used all {minutes:g} minutes that a notebook has.").format(
            minutes=limits.waiting_seconds / 60
        ),
        "idle": _(
            "Stopped: it kept the grader waiting without computing anything. A submission may sleep for {seconds:g} "
            "seconds in all."
        ).format(seconds=limits.idle_seconds),
        "grader": _(
            "Stopped: the grader's own work for this submission took more than {seconds:g} seconds of computing time."
        ).format(seconds=limits.grader_cpu_seconds),
        "calls": _(
            "Stopped: it called a function of the test more than {count} times while it answered one question."
        ).format(count=limits.calls),
        "replies": _("Stopped: its answers are larger than the {size} MB that one task may send.").format(
            size=limits.reply_bytes // 2**20
        ),
    }
    return sentences[account]


def about_limit(error: str, limits: Limits) -> str:
    """What a submission has of what an error of Python's own says that there is no more of; empty for other errors.

    >>> about_limit("MemoryError", Limits())
    'A submission has 2048 MB of memory.'
    """
    if "MemoryError" in error or "allocate memory" in error:
        return _("A submission has {count} MB of memory.").format(count=limits.memory_bytes // 2**20)
    if "File too large" in error:
        return _("A file that a submission writes may have {count} MB.").format(
            count=limits.file_bytes // 2**20
        )
    if "Too many open files" in error:
        return _("A submission may have {count} files open at one time.").format(count=limits.open_files)
    if "start new thread" in error:
        return _("A submission may have {count} threads at one time.").format(count=limits.threads)
    return ""
