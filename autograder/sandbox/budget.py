"""Counts what one submission has used of its limits, over all of its sessions, and says what it may still use."""

from __future__ import annotations

import time

from autograder.sandbox.limits import Account, Limits

# Of each account: whoever uses more while others wait is set aside, and graded from the start when nobody waits.
TURN = 1 / 10


class Budget:
    """What is left of the limits of one submission.

    Whatever runs may use half of what is left, so that something is left for what comes behind it: after any number
    of endless loops an honest cell can still run.

    >>> budget = Budget(Limits(tasks_cpu_seconds=60.0))
    >>> for _task in range(4):
    ...     seconds = budget.allowance("tasks", 15.0)
    ...     budget.charge("tasks", seconds)
    ...     print(seconds)
    15.0
    15.0
    15.0
    7.5
    """

    def __init__(self, limits: Limits, is_turn: bool = False) -> None:
        self.limits = limits
        self._whole = limits.accounts()
        self._left = dict(self._whole)
        self._is_turn = is_turn
        self._begun = time.process_time()
        self.is_turn_over = False  # what came out since then is not to be used

    def left(self, account: Account) -> float:
        """The seconds that are left, never less than none."""
        if account == "grader":
            self._left["grader"] = self._whole["grader"] - (time.process_time() - self._begun)
        return max(0.0, self._left[account])

    def allowance(self, account: Account, most: float) -> float:
        """The seconds that one cell, task or pass may use: `most`, or half of what is left if that is less."""
        return min(most, self.left(account) / 2)

    def charge(self, account: Account, seconds: float) -> None:
        """Takes what was used out of an account."""
        self._left[account] -= seconds
        self.look(account)

    def look(self, account: Account, more: float = 0.0) -> None:
        """Notes it if the turn is over, with `more` seconds that are being used and not charged yet.

        Time spent waiting for a busy machine ends nobody's turn.
        """
        used = self._whole[account] - self.left(account) + more
        if self._is_turn and account != "waiting" and used > TURN * self._whole[account]:
            self.is_turn_over = True
