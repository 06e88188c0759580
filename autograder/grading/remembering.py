"""The live reference, which answers each question once: what a test asks again at the same seed, it remembers.

Everybody in a class is tested with the same inputs, so that the reference would compute the same answers for each
student anew. A test that asks something else than before, since it depends on what the student answered, or that hands
over a function to call, is answered live from there on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from autograder.student.checking.plugin import LiveReference
from autograder.student.checking.student import Student
from autograder.student.core.values import decode, encode

Message = tuple[bytes, bytes]


@dataclass(frozen=True)
class _Exchange:
    """A request and its reply, as bytes: nothing that was handed out can change what is remembered."""

    request: Message
    reply: Message


class RememberingReference:
    """The reference of a suite at one seed, under the interface of `LiveReference`."""

    def __init__(self, student: Student) -> None:
        self._live = LiveReference(student).student()
        self._remembered: dict[str, list[_Exchange]] = {}
        self._test = ""
        self._position = 0
        self._is_live = False  # whether the reference itself has been asked in this test
        self._is_kept = True  # whether all that was asked in this test is remembered
        self._student = Student(self._ask)

    def student(self) -> Student:
        """The reference as tests see it."""
        return self._student

    def begin_test(self, test: str) -> None:
        """From now on it is this test that asks."""
        self._test, self._position, self._is_live, self._is_kept = test, 0, False, True
        self._remembered.setdefault(test, [])

    def _ask(self, request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
        exchanges = self._remembered[self._test]
        message = encode(request)
        if not self._is_live and self._position < len(exchanges) and not callbacks:
            exchange = exchanges[self._position]
            if exchange.request == message:
                self._position += 1
                return decode(*exchange.reply)
        self._catch_up()
        reply = self._live._ask(request, callbacks)
        self._is_kept = self._is_kept and not callbacks and self._position == len(exchanges)
        if self._is_kept:
            exchanges.append(_Exchange(message, encode(reply)))
            self._position += 1
        return reply

    def _catch_up(self) -> None:
        """Asks the reference itself what it was not asked in this test so far, so that its state is the same."""
        if not self._is_live:
            self._is_live = True
            for exchange in self._remembered[self._test][: self._position]:
                self._live._ask(decode(*exchange.request), {})
