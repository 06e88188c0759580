"""Talks to one submission's worker from the grader's side: execute cells, then ask it things, task by task."""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal

from autograder.sandbox import channel
from autograder.sandbox.budget import Budget
from autograder.sandbox.conversation import Conversation
from autograder.sandbox.endings import (
    Ending,
    allowance_sentence,
    ending_sentence,
    failure_of,
    used_up_sentence,
    was_killed,
)
from autograder.sandbox.errors import (
    SandboxLost,
    SandboxUnavailable,
    TurnOver,
    WorkerCrashed,
    WorkerError,
    WorkerTimeout,
)
from autograder.sandbox.frames import Connection, ConnectionEnded, TimeIsUp
from autograder.sandbox.limits import Account, Limits
from autograder.sandbox.outcomes import CellOutcome, outcome_in
from autograder.sandbox.watch import Watch
from autograder.student.core import values
from autograder.student.core.elsewhere import place_of_error, without
from autograder.student.core.language import _

_NO_CELL: Literal["skipped"] = (
    "skipped"  # the status that stands for the loss of a worker while none of its cells ran
)
# Of CPU for a task, whatever others have used: honest answers need less, and there are few.
_LEAST_SECONDS = 1.0
_KEEPER_SECONDS = 120.0  # trusted code: if it does not answer for so long, the machine is in trouble


class Session:
    """One submission in the sandbox. A context manager; leaving it ends everything that runs for it."""

    def __init__(
        self, control: socket.socket, budget: Budget, files: Mapping[str, int], is_scoring: bool = False
    ) -> None:
        self._control = control
        self.budget = budget
        self._cells_account: Account = "scoring" if is_scoring else "cells"
        self._account: Account = self._cells_account  # what runs now is charged to it, with so many seconds
        self._cpu_limit = budget.limits.cpu_seconds_per_cell
        self.on_kill: Callable[[], None] = lambda: None
        self.is_lost = False  # whatever its tasks seem to have answered since then is not to be believed
        self._limits = budget.limits
        self._cells: list[str] = []
        self._left_out: set[int] = set()
        self._late: dict[int, CellOutcome] = {}  # of cells that ran out of time; what was late is run no more
        self._parks: dict[str, int] = {}  # where forks are to be parked, by task
        self._parked: dict[str, Connection] = {}
        self._restarts = 0
        self._alive = False
        self._refused: dict[str, int] = {}
        self.layers: dict[str, str] = {}
        self.peak_memory = 0  # bytes on top of the warm server's, known when the session is closed
        names = list(files)
        for start in range(0, len(names), 32):
            part = names[start : start + 32]
            self._tell({"op": "files", "names": part}, [files[name] for name in part])
        self._start_worker()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the session; returns when all its processes are gone and its scratch folder is removed."""
        self._forget_parked()
        with suppress(OSError, EOFError):
            self._control.shutdown(socket.SHUT_WR)
            self._control.settimeout(_KEEPER_SECONDS)
            while True:
                message, _descriptors = channel.receive(self._control)
                self.peak_memory = message.get("peak_memory", self.peak_memory)
        self._control.close()

    @property
    def limits(self) -> Limits:
        """What the submission may use."""
        return self._limits

    @property
    def refusals(self) -> list[str]:
        """System calls that the jail refused so far and that no honest notebook needs, most frequent first."""
        return sorted(self._refused, key=lambda name: (-self._refused[name], name))

    # Cells

    def execute(
        self,
        cells: Sequence[str],
        skip: Collection[int] = (),
        parks: Mapping[str, int] | None = None,
    ) -> list[CellOutcome]:
        """Executes cells (sources) in order in one namespace; `skip` holds positions to leave out.

        `parks` says by task after which position the worker forks; the fork sleeps until `task` wakes it.
        An error in one cell is reported and the rest go on. A cell that takes the worker with it is reported as
        crashed or timed out, and the others are executed again, without it, in a fresh worker.
        """
        first = len(self._cells)
        self._cells += cells
        self._left_out |= {first + position for position in skip}
        self._parks |= {task: first + position for task, position in (parks or {}).items()}
        outcomes = self._run(first) if self._alive else self._rebuild()
        return [outcomes.get(first + position, CellOutcome("skipped")) for position in range(len(cells))]

    @property
    def parked(self) -> frozenset[str]:
        """The tasks whose forks are asleep."""
        return frozenset(self._parked)

    def restart(self, parks: Mapping[str, int] | None = None) -> None:
        """Puts the submission into a fresh worker and executes its cells again, with these `parks` and no others.

        Tasks of one worker can pass notes if the student has arranged it (a file, a pipe, a thread); after this,
        nothing that an earlier task has seen is left.
        """
        self._parks = dict(parks or {})
        self._start_worker()
        self._run(0)

    def _run(self, first: int) -> dict[int, CellOutcome]:
        """Executes the cells from `first` on; starts again without a cell that killed the worker."""
        known: dict[int, CellOutcome] = {}
        while True:
            finished, loss = self._run_once(first)
            known.update(finished)
            if loss is None:
                return known
            culprit = next(
                (i for i in range(first, len(self._cells)) if i not in finished and i not in self._left_out),
                None,
            )
            if culprit is not None and loss.status != _NO_CELL:
                known[culprit] = loss
                self._left_out.add(culprit)
            self._alive = False
            self.ask_keeper({"op": "stop"})
            if self._restarts >= self._limits.restarts:
                return self._give_up(known)
            self._restarts += 1
            self._start_worker()
            first = 0

    def _rebuild(self) -> dict[int, CellOutcome]:
        """A fresh worker in the state after all cells so far."""
        if self._restarts >= self._limits.restarts:
            return self._give_up({})
        self._restarts += 1
        self._start_worker()
        return self._run(0)

    def _give_up(self, known: dict[int, CellOutcome]) -> dict[int, CellOutcome]:
        reason = _("This cell was not executed: too many cells before it ended the whole program.")
        missing = {
            i: CellOutcome("crashed", reason)
            for i in range(len(self._cells))
            if i not in known and i not in self._left_out
        }
        return {**missing, **known}

    def _run_once(self, first: int) -> tuple[dict[int, CellOutcome], CellOutcome | None]:
        """The outcomes of the cells that ended, and how the worker was lost, if it was."""
        outcomes: dict[int, CellOutcome] = {}
        ends = sorted({end for end in self._parks.values() if end >= first} | {len(self._cells) - 1})
        for end in ends:
            positions = range(first, end + 1)
            loss = self._run_stretch(positions, outcomes)
            if self.budget.is_turn_over:
                raise TurnOver
            if loss is not None:
                return outcomes, loss
            for task in [task for task, position in self._parks.items() if position == end]:
                if not self._park(task):
                    # What it runs when it forks has broken it; every task is tested in the final state then.
                    self._parks.clear()
                    return outcomes, CellOutcome(_NO_CELL)
            first = end + 1
        return outcomes, None

    def _run_stretch(self, positions: range, outcomes: dict[int, CellOutcome]) -> CellOutcome | None:
        """Executes some cells and adds their outcomes; how the worker was lost, if it was."""
        wanted = [position for position in positions if position not in self._left_out]
        order = [(f"<cell {position + 1}>", self._cells[position]) for position in wanted]
        self._account, self._cpu_limit = self._cells_account, self._limits.cpu_seconds_per_cell
        connection = self._converse({"op": "execute"}, None)
        per_cell = self._limits.wall_seconds(self._cpu_limit) + self._limits.wall_grace_seconds
        failure: WorkerError | None = None
        try:
            connection.seconds = self._limits.wall_grace_seconds
            connection.send({"cells": order, "cpu_seconds": self.budget.left(self._account)})
            used = 0.0  # as the worker says
            for position in wanted:
                message, why_late = self._next_message(connection, per_cell, used)
                outcome = outcome_in(message, self._limits, why_late)
                used += outcome.seconds
                outcomes[position] = self._remembered(position, outcome)
        except (ConnectionEnded, TimeIsUp, values.WireError) as error:
            failure = self.failure(error, connection)
        finally:
            connection.close()
        if failure is None:
            self.finish(lost=False)
            return None
        status: Literal["timeout", "crashed"] = "timeout" if isinstance(failure, WorkerTimeout) else "crashed"
        return CellOutcome(status, str(failure))

    def _next_message(self, connection: Connection, most: float, used: float) -> tuple[Any, str]:
        """What is said of the next cell, and why it was stopped if it was; those before it have used some seconds."""
        connection.seconds = granted = min(most, self.budget.left("waiting"))
        connection.on_wait = watch = Watch(self.ask_keeper, self.budget, self._account, is_cell=True)
        try:
            message = connection.receive()
        finally:
            if self._account == "cells":
                self.charge(granted - connection.seconds)
        if watch.has_interrupted:
            return message, used_up_sentence("idle", self._limits)
        allowed = min(self._cpu_limit, max(0.0, self.budget.left(self._account) - used) / 2)
        return message, allowance_sentence(self._account, allowed, self._limits)

    def _remembered(self, position: int, outcome: CellOutcome) -> CellOutcome:
        """The outcome of a cell, in later runs too; a statement that has run out of time is not run again."""
        if outcome.status == "timeout" and position not in self._late:
            self._late[position] = outcome
            line, _error = place_of_error(position, outcome.error)
            cut = without(self._cells[position], line, "") if line else None
            self._cells[position] = cut.source if cut else ""
        return self._late.get(position, outcome)

    def _park(self, task: str) -> bool:
        """Has the worker fork, and the fork put to sleep; whether the worker is well.

        A fork that fails costs nothing: its task is tested in the final state.
        """
        seconds = min(self._limits.wall_grace_seconds, self.budget.left("waiting"))
        connection = self._converse({"op": "park"}, seconds)
        failure: Exception | None = None
        greeting = None
        try:
            greeting = connection.receive()
        except (ConnectionEnded, TimeIsUp, values.WireError) as error:
            failure = error
        self.charge(seconds - (connection.seconds or 0.0))
        is_there = isinstance(greeting, dict) and greeting.get("parked") is True
        lost = isinstance(failure, ConnectionEnded)
        answer = self.ask_keeper({"op": "parked", "name": task if is_there else None, "lost": lost})
        if answer["parked"]:
            self._parked[task] = connection
        else:
            connection.close()
        self._alive = answer["worker"] is None
        return self._alive and not isinstance(failure, TimeIsUp)

    # Tasks

    def task(
        self,
        cpu_seconds: float | None = None,
        wall_seconds: float | None = None,
        parked: str | None = None,
        scores: bool = False,
    ) -> Conversation:
        """A conversation with a fork of the worker; what happens there leaves the worker as it is.

        The fork is a fresh one, or that which was `parked` for a task; `WorkerCrashed` if that is gone. With `scores`,
        those of a model for every word of a text, the answers may be as large as they like.
        """
        usual = self._limits.task_cpu_seconds if cpu_seconds is None else cpu_seconds
        account: Account = "scoring" if scores else "tasks"
        cpu = max(_LEAST_SECONDS, self.budget.allowance(account, usual))
        wall = self._limits.wall_seconds(cpu) if wall_seconds is None else wall_seconds
        if not scores:
            if not self.budget.left("waiting"):
                raise WorkerTimeout(used_up_sentence("waiting", self._limits))
            wall = min(wall, self.budget.left("waiting"))
        if not self.budget.left("grader"):
            raise WorkerTimeout(used_up_sentence("grader", self._limits))
        if not self._alive:
            self._rebuild()
        self._account, self._cpu_limit = account, cpu
        if not self._alive:
            raise WorkerCrashed(_("The notebook's process ended too often, so it was not started again."))
        if parked is not None:
            return self._wake(parked, cpu, wall, scores)
        connection = self._converse({"op": "task", "cpu_seconds": cpu}, wall)
        return self._conversation(connection, cpu, scores)

    def _wake(self, task: str, cpu: float, wall: float, scores: bool) -> Conversation:
        """The conversation with a parked fork; it is parked no more, in a later worker neither."""
        self._parks.pop(task, None)
        connection = self._parked.pop(task, None)
        if connection is None:
            raise WorkerCrashed(ending_sentence(None))
        connection.seconds = wall
        self._tell({"op": "wake", "name": task})
        conversation = self._conversation(connection, cpu, scores)
        conversation.send({"cpu_seconds": cpu})
        return conversation

    def _conversation(self, connection: Connection, cpu: float, scores: bool) -> Conversation:
        """Scores are asked for by the grader: neither their size nor the wait is counted with that of tasks."""
        connection.on_wait = Watch(self.ask_keeper, self.budget, self._account)
        connection.bytes_left = None if scores else self._limits.reply_bytes
        return Conversation(self, connection, cpu, is_charged=not scores)

    def _forget_parked(self) -> None:
        while self._parked:
            self._parked.popitem()[1].close()

    # The keeper

    def _tell(self, message: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        try:
            channel.send(self._control, message, descriptors)
        except OSError as error:
            raise self._loss() from error

    def ask_keeper(self, message: dict[str, Any]) -> dict[str, Any]:
        """What the keeper answers to a message; `SandboxLost` if it is gone."""
        self._tell(message)
        self._control.settimeout(_KEEPER_SECONDS)
        try:
            return channel.receive(self._control)[0]
        except (EOFError, TimeoutError) as error:
            raise self._loss() from error

    def _loss(self) -> SandboxLost:
        self.is_lost = True
        return SandboxLost(_("The sandbox ended unexpectedly."))

    def _start_worker(self) -> None:
        self._forget_parked()
        answer = self.ask_keeper({"op": "start"})
        if answer.get("layer") == "worker":
            raise self._loss()
        if not answer["ready"]:
            raise SandboxUnavailable(
                _("The sandbox could not switch on its layer {layer} ({reason}), so no code was run.").format(
                    layer=answer["layer"], reason=answer["reason"]
                )
            )
        self.layers = answer["layers"]
        self._alive = True

    def _converse(self, message: dict[str, Any], seconds: float | None) -> Connection:
        ours, theirs = socket.socketpair()
        with theirs:
            self._tell(message, [theirs.fileno()])
        return Connection(ours, seconds)

    def finish(self, lost: bool) -> tuple[Ending | None, Ending | None, str | None]:
        """Has the keeper end what was asked for last: how the task ended, how the worker, and the keeper's verdict."""
        answer = self.ask_keeper({"op": "finish", "lost": lost})
        self._refused = answer["refused"]
        self.budget.charge(self._account, answer["cpu_seconds"])
        if answer["worker"] is not None:
            self._alive = False
        task, worker = (Ending(**part) if part else None for part in (answer["task"], answer["worker"]))
        if answer["verdict"] is None and was_killed(worker or task, self._cpu_limit):
            self.on_kill()
        return task, worker, answer["verdict"]

    def failure(
        self, error: Exception, connection: Connection, task_cpu_seconds: float | None = None
    ) -> WorkerError:
        """What a broken conversation means, after looking at what is left of the other end."""
        connection.close()
        limit = task_cpu_seconds or self.budget.allowance(self._account, self._cpu_limit)
        why_late = allowance_sentence(self._account, limit, self._limits)
        task, worker, verdict = self.finish(lost=isinstance(error, ConnectionEnded))
        return failure_of(error, worker or task, verdict, limit, why_late, self._limits)

    def charge(self, seconds: float) -> None:
        """Takes what kept the grader waiting out of the time for that."""
        self.budget.charge("waiting", seconds)
