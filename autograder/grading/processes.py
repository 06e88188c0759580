"""Grades jobs on this machine, in processes that stay warm; one that dies or hangs is replaced."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait

from autograder.grading.graded import TRAINING_CPU_SECONDS, Graded
from autograder.grading.jobs import CannotGrade, Finished, Job, PutOff, gave_up
from autograder.grading.turns import Turns
from autograder.grading.warm import answer

# Far beyond what all limits of a submission add up to for honest work: past it the grader itself hangs.
MAX_SECONDS = 3600.0
MAX_TRAINING_SECONDS = 4.0 * TRAINING_CPU_SECONDS  # on top, since on a busy machine CPU time takes its time
_LOOK_SECONDS = 5.0  # how often it is looked whether one hangs


@dataclass
class _Grader:
    """A process with a warm server, and what it is busy with."""

    process: multiprocessing.process.BaseProcess
    connection: Connection
    number: int = -1
    job: Job | None = None
    since: float = 0.0

    def give(self, number: int, job: Job) -> None:
        self.number, self.job, self.since = number, job, time.monotonic()
        with suppress(OSError):  # it has died; the end of its connection tells
            self.connection.send(job)

    def take(self) -> tuple[int, Job, Graded | PutOff | None]:
        """Its job and what came of it; None if it has died over it."""
        assert self.job is not None
        number, job, self.job = self.number, self.job, None
        try:
            reply = self.connection.recv()
        except (EOFError, OSError):
            return number, job, None
        if isinstance(reply, CannotGrade):
            raise reply
        return number, job, reply

    def stop(self) -> None:
        """Ends it: an idle one by itself, a busy one by a signal, one that hangs by force."""
        self.connection.close()
        if self.job is not None:
            self.process.terminate()
        self.process.join(timeout=5)
        self.process.kill()
        self.process.join()


class Graders:
    """Processes with a warm server each, kept from one use to the next until they are closed."""

    def __init__(self) -> None:
        self._graders: list[_Grader] = []

    def __enter__(self) -> Graders:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all processes."""
        self._stop(self._graders)

    def map(self, pending: Sequence[int], read: Callable[[int], Job], jobs: int) -> Iterator[Finished]:
        """Maps over `jobs` processes. One that dies is replaced; what it was busy with is tried once more, alone.

        Students take turns (`Turns`), but where models are trained: that takes longer than anybody's turn.
        """
        turns = Turns(pending)
        suspects: deque[int] = deque()
        second_try: set[int] = set()
        try:
            while turns or suspects or self._busy():
                while turns and self._busy() < max(1, jobs):
                    number, is_turn = turns.next()
                    job = read(number)
                    self._idle().give(number, replace(job, is_turn=is_turn and not job.train))
                if suspects and not self._busy():
                    number = suspects.popleft()
                    self._idle().give(number, read(number))
                for grader in _that_answered(self._graders):
                    number, job, graded = grader.take()
                    if isinstance(graded, PutOff):
                        turns.put_off(number)
                        continue
                    if graded is not None:
                        yield number, job, graded
                        continue
                    self._stop([grader])
                    if number in second_try:
                        yield number, job, gave_up(job)
                    else:
                        second_try.add(number)
                        suspects.append(number)
        finally:
            self._stop(
                [grader for grader in self._graders if grader.job is not None]
            )  # nobody waits for these

    def _busy(self) -> int:
        return sum(grader.job is not None for grader in self._graders)

    def _idle(self) -> _Grader:
        idle = next((grader for grader in self._graders if grader.job is None), None)
        if idle is None:
            self._graders.append(idle := _start_grader())
        return idle

    def _stop(self, graders: Sequence[_Grader]) -> None:
        for grader in list(graders):
            self._graders.remove(grader)
            grader.stop()


def _that_answered(graders: Sequence[_Grader]) -> list[_Grader]:
    """The graders that have something to say, or have died; one that takes for ever is ended, and so has died."""
    busy = [grader for grader in graders if grader.job is not None]
    ready = wait([grader.connection for grader in busy], timeout=_LOOK_SECONDS)
    for grader in busy:
        assert grader.job is not None
        if time.monotonic() - grader.since > MAX_SECONDS + MAX_TRAINING_SECONDS * grader.job.train:
            grader.process.kill()
    return [grader for grader in busy if grader.connection in ready]


def _start_grader() -> _Grader:
    # A fork would take our threads' locks along, and torch's; a fresh interpreter has nothing.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Grader(process, ours)


def _serve(connection: Connection) -> None:
    """The life of a grader process: one job after another, until nobody sends any."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the keyboard's interruption is for the one who gives the jobs
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(1))  # so that temporary folders are removed
    with suppress(EOFError, OSError), ExitStack() as resources:
        while True:
            connection.send(answer(connection.recv(), resources))
