"""Looks, while the grader waits for a worker, at what it does, and ends what has used up the budget."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograder.sandbox.budget import Budget
from autograder.sandbox.frames import TimeIsUp
from autograder.sandbox.limits import Account

# A worker stops itself at its limits, and says where. Whoever has arranged that it does not gets so much more.
_LAST_CHANCE_SECONDS = 3.0


class Watch:
    """What a `Connection` calls every half second of waiting, for one cell or one task.

    A worker that sleeps is told from one that has to wait for a processor: the keeper looks whether any of its
    threads wants to run. So a busy machine uses up nobody's time. A cell that sleeps is interrupted first, by
    `interrupt`; a task is ended.
    """

    def __init__(
        self,
        ask_keeper: Callable[[dict[str, Any]], dict[str, Any]],
        budget: Budget,
        account: Account,
        is_cell: bool = False,
    ) -> None:
        self._ask_keeper = ask_keeper
        self._budget = budget
        self._account = account
        self._is_cell = is_cell
        self.has_interrupted = False
        self._cpu_seconds = budget.left(account) + _LAST_CHANCE_SECONDS
        self._idle_seconds = budget.allowance("idle", budget.limits.idle_seconds)

    def __call__(self, seconds: float) -> None:
        """Takes note of so many seconds of waiting; `TimeIsUp` if it is enough."""
        seen = self._ask_keeper({"op": "look", "interrupt": False})
        self._budget.look(self._account, seen["cpu_seconds"])
        if seen["is_idle"]:
            self._budget.charge("idle", seconds)
            self._idle_seconds -= seconds
        if self._budget.is_turn_over or seen["cpu_seconds"] > self._cpu_seconds:
            raise TimeIsUp
        if self._idle_seconds <= 0:
            if not self._is_cell or self.has_interrupted:
                raise TimeIsUp("idle")
            self.has_interrupted = True
            self._idle_seconds = _LAST_CHANCE_SECONDS
            self._ask_keeper({"op": "look", "interrupt": True})
