"""Says what became of a cell, and reads it out of what a worker has sent, which may be anything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from autograder.sandbox.limits import Limits
from autograder.student.core import values

_STATUSES = ("ok", "error", "timeout", "crashed", "skipped")


@dataclass(frozen=True)
class CellOutcome:
    """What became of one cell. `error` holds the student's own frames only; `output` and `error` are capped.

    All of it is what the worker says; only `crashed`, and the `timeout` of a worker that had to be killed, are
    the grader's own observation.
    """

    status: Literal["ok", "error", "timeout", "crashed", "skipped"]
    error: str = ""
    output: str = ""
    seconds: float = 0.0


def outcome_in(message: Any, limits: Limits, why_late: str) -> CellOutcome:
    """The outcome of a cell out of whatever a worker has sent; `WireError` if there is none in it.

    `why_late` says why the cell was stopped, if it was.
    """
    if not isinstance(message, dict) or message.get("status") not in _STATUSES:
        raise values.WireError("not the outcome of a cell")
    error, output, seconds = message.get("error"), message.get("output"), message.get("seconds")
    if not isinstance(error, str) or not isinstance(output, str) or not isinstance(seconds, float):
        raise values.WireError("not the outcome of a cell")
    limit = limits.output_bytes + 2
    outcome = CellOutcome(message["status"], error[:limit], output[:limit], max(0.0, min(seconds, 1e6)))
    if outcome.status == "timeout":
        frames = outcome.error.rstrip().rpartition("\n")[0]  # where it was, without Python's last line
        outcome = replace(outcome, error=f"{frames}\n{why_late}" if frames else why_late)
    return outcome
