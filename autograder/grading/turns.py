"""Lets students take turns: whoever needs much more than others is graded when nobody else waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

# So many may be put off; more only if they are no more than half of all: else they need no more than others do here.
_FEW = 10


class Turns:
    """The order in which the submissions of a class are graded, by their numbers.

    Each gets a turn as long as others wait for their first. A submission that has used up its turn is put off, and
    graded from the start, with its whole budget, behind all others. What comes of a submission depends on its bytes
    and the seed alone, so the order changes no mark.

    >>> turns = Turns([1, 2])
    >>> turns.next()
    (1, True)
    >>> turns.put_off(1)
    >>> turns.next(), turns.next(), bool(turns)
    ((2, False), (1, False), False)
    """

    def __init__(self, pending: Iterable[int]) -> None:
        self._waiting = deque(pending)
        self._put_off = deque[int]()
        self._started = self._stopped = 0

    def __bool__(self) -> bool:
        return bool(self._waiting or self._put_off)

    def next(self) -> tuple[int, bool]:
        """Whose submission is to be graded now, and whether it has only a turn, since others wait."""
        is_usual = self._stopped > max(_FEW, self._started // 2)
        self._started += 1
        number = (self._waiting or self._put_off).popleft()
        return number, bool(self._waiting) and not is_usual

    def put_off(self, number: int) -> None:
        """Puts somebody who has used up a turn behind all others."""
        self._stopped += 1
        self._put_off.append(number)
