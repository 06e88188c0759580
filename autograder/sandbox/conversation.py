"""Asks one task, which runs in a fork of the worker, question after question until either side ends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import Any, Protocol

from autograder.sandbox.budget import Budget
from autograder.sandbox.endings import Ending
from autograder.sandbox.errors import WorkerCrashed, WorkerError
from autograder.sandbox.frames import Connection, ConnectionEnded, TimeIsUp
from autograder.student.core import values
from autograder.student.core.language import _


class Watched(Protocol):
    """The session that a conversation belongs to: it asks the keeper how things ended."""

    budget: Budget

    def finish(self, lost: bool) -> tuple[Ending | None, Ending | None, str | None]:
        """Ends what was asked for last: how the task ended, how the worker, and the keeper's verdict."""

    def failure(
        self, error: Exception, connection: Connection, task_cpu_seconds: float | None = None
    ) -> WorkerError:
        """What a broken conversation means."""

    def ask_keeper(self, message: dict[str, Any]) -> dict[str, Any]:
        """What the keeper answers, who sees the task from outside."""

    def charge(self, seconds: float) -> None:
        """Takes what a task kept the grader waiting out of the time of all tasks."""


class Conversation:
    """Questions to one task, a fork of the worker; a context manager that ends the task."""

    def __init__(
        self, session: Watched, connection: Connection, cpu_seconds: float, is_charged: bool = True
    ) -> None:
        self._session = session
        self._connection = connection
        self._cpu_seconds = cpu_seconds
        self._granted = connection.seconds or 0.0
        self._is_charged = is_charged
        self._failed: WorkerError | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._failed is not None

    def __enter__(self) -> Conversation:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, request: Any, callbacks: Mapping[int, Callable[..., Any]] | None = None) -> Any:
        """The harness's reply to the request; meanwhile it may call `callbacks` by their numbers.

        Raises `WorkerTimeout`, `WorkerCrashed` or `WorkerProtocolError`; after that the task is over and every
        further question raises the same.
        """
        if self._failed is not None:
            raise self._failed
        self.send(request)
        calls = 0
        while True:
            message = self._receive()
            self._account_for_ourselves()
            calls += 1
            if calls > self._session.budget.limits.calls:
                # An endless loop that keeps calling the test spends the grader's time and little of its own.
                raise self._fail(TimeIsUp("calls"))
            match message:
                case {"kind": "reply", "value": value}:
                    return value
                case {"kind": "callback", "number": int(number), "arguments": list(arguments)} if (
                    callbacks and number in callbacks
                ):
                    self.send(self._call(callbacks[number], arguments))
                case {"kind": "broken"}:
                    self.close()
                    self._failed = WorkerCrashed(_("The program could not carry out the request."))
                    raise self._failed
                case _:
                    raise self._fail(values.WireError("neither a reply nor a call of a known function"))

    def cpu_seconds(self) -> float:
        """What the task has computed so far, and its worker: read from outside, so nothing there can change it.

        Raises as `ask` does. A task has to have answered once: before, it may not have begun.
        """
        if self._failed is not None:
            raise self._failed
        seconds: float | None = self._session.ask_keeper({"op": "clock"})["cpu_seconds"]
        if seconds is None:
            raise self._fail(ConnectionEnded())
        return seconds

    def forgo(self, functions: Collection[str], libraries: Collection[str]) -> bool:
        """Takes compiled functions and libraries away from the task (`traps`), and all help of its worker.

        Whoever calls them ends the task. False if this system does not let the keeper do that. Raises as `ask` does; a
        task has to have answered once.
        """
        if self._failed is not None:
            raise self._failed
        order = {"op": "forgo", "functions": sorted(functions), "libraries": sorted(libraries)}
        answer = self._session.ask_keeper(order)
        if not answer["there"]:
            raise self._fail(ConnectionEnded())
        return bool(answer["gone"])

    def close(self) -> None:
        """Ends the task, whatever it is doing."""
        if self._failed is None:
            self._failed = WorkerCrashed(_("The program has already ended."))
            self._connection.close()
            self._charge()
            self._session.finish(lost=False)

    def send(self, value: Any) -> None:
        """Sends what the other end waits for; `WorkerError` if it is gone."""
        # A value that cannot be sent is the caller's mistake: that WireError is not the worker's.
        try:
            self._connection.send(value)
        except (ConnectionEnded, TimeIsUp) as error:
            raise self._fail(error) from None

    def _receive(self) -> Any:
        try:
            return self._connection.receive()
        except (ConnectionEnded, TimeIsUp, values.WireError) as error:
            raise self._fail(error) from None

    def _account_for_ourselves(self) -> None:
        """Ends the task if the grader's own work for the submission is too much."""
        budget = self._session.budget
        budget.look("grader")
        if budget.is_turn_over or not budget.left("grader"):
            raise self._fail(TimeIsUp("grader"))

    def _call(self, callback: Callable[..., Any], arguments: list[Any]) -> Any:
        try:
            return callback(*arguments)
        except BaseException:
            self.close()  # the worker would take the next request for the answer
            raise

    def _fail(self, error: Exception) -> WorkerError:
        self._charge()
        self._failed = self._session.failure(error, self._connection, self._cpu_seconds)
        return self._failed

    def _charge(self) -> None:
        if self._is_charged:
            self._session.charge(self._granted - (self._connection.seconds or 0.0))
