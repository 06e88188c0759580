"""Guards one submission: starts its worker, answers the jail's questions, kills and reaps all that lies below.

The keeper is trusted code in a process of its own. It never runs student code and never reads a message from a
worker that has run some. Everything that the worker starts stays in one process group and becomes a child of the
keeper when its parent dies, so killing is complete.

A *parked* fork of the worker keeps the state after some cell for the task that is tested there. The keeper stops it
with a signal that cannot be caught, so that nothing runs in it, whatever the student has arranged, until it is woken.
"""

from __future__ import annotations

import errno
import gc
import os
import select
import signal
import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from autograder.sandbox import channel, processes, questions, scratch, traps, worker
from autograder.sandbox.jail import privileges, seccomp
from autograder.sandbox.settings import Settings

_WATCH_SECONDS = 0.25
_MAX_QUESTIONS = 10_000
_GONE = {"kind": "gone", "number": 0, "cpu_seconds": 0.0}


def keep(control: socket.socket, settings: Settings) -> NoReturn:
    """The life of the keeper of one session; ends, with everything below it, when the grader closes `control`."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        privileges.die_with_parent(signal.SIGKILL)
        privileges.become_undumpable()
        privileges.adopt_orphans()
        _Keeper(control, settings).run()
        status = 0
    except EOFError:
        status = 0
    finally:
        os._exit(status)


@dataclass
class _Worker:
    pid: int
    pidfd: int
    control: socket.socket
    listener: int | None
    memory_at_start: int
    resident_at_start: int  # what it shares with the warm server among it


@dataclass
class _Parked:
    pid: int
    pidfd: int


class _Keeper:
    def __init__(self, control: socket.socket, settings: Settings) -> None:
        self.control = control
        self.settings = settings
        self.folder = Path(settings.scratch_root) / f"session-{os.getpid()}"
        self.files: dict[str, int] = {}
        self.worker: _Worker | None = None
        self.parked: dict[str, _Parked] = {}
        self.ended: set[int] = set()  # children that were ended; the worker reaps them with its next order
        self.busy = False
        self.is_stopped = False  # the worker, while a task is asked that must not have what the worker has
        self.forks_allowed = 0
        self.cpu_before = 0.0  # seconds of the worker, before what it is busy with
        self.next_look = 0.0
        self.questions = 0
        self.refused: Counter[str] = Counter()
        self.verdict: str | None = None  # why we killed the worker, if we did
        self.peak_memory = 0  # of any process of the submission so far, on top of what it began with

    def run(self) -> None:
        try:
            while True:
                self._wait()
        finally:
            self._stop_worker()
            if self.folder.exists():
                scratch.remove(self.folder)
            with suppress(OSError):  # the grader may be gone
                channel.send(self.control, {"peak_memory": self.peak_memory})

    # Waiting for the grader and for the jail's questions

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        listener = self.worker.listener if self.worker else None
        if listener is not None:
            poll.register(listener, select.POLLIN)
        for descriptor, event in poll.poll(_WATCH_SECONDS * 1000 if self.busy else None):
            if descriptor == self.control.fileno():
                self._obey(*channel.receive(self.control))
                return  # the worker, and so the listener, may be another one now
            if event & select.POLLIN:
                self._answer_question()
            else:  # nobody is left under the filter
                self._close_listener()
        if self.busy and time.monotonic() >= self.next_look:
            self._watch_disk()
            self.next_look = time.monotonic() + _WATCH_SECONDS

    def _obey(self, message: dict[str, Any], descriptors: list[int]) -> None:
        match message["op"]:
            case "files":
                self.files.update(zip(message["names"], descriptors, strict=True))
            case "start":
                channel.send(self.control, self._start_worker())
            case "execute" | "park" | "task" as operation:
                self._forward(operation, message, descriptors)
            case "parked":
                channel.send(self.control, self._end_parking(message["name"], message["lost"]))
            case "wake":
                self._wake(message["name"])
            case "look":
                channel.send(self.control, self._look(message["interrupt"]))
            case "clock":
                channel.send(self.control, {"cpu_seconds": self._cpu_seconds()})
            case "forgo":
                channel.send(self.control, self._forgo(message["functions"], set(message["libraries"])))
            case "finish":
                channel.send(self.control, self._finish(message["lost"]))
            case "stop":
                self._stop_worker()
                channel.send(self.control, {})

    def _forward(self, operation: str, message: dict[str, Any], descriptors: list[int]) -> None:
        if self.worker is not None:
            with suppress(OSError):  # it is dead or stuffed; the grader sees its descriptor closed
                self._begin()
                self.forks_allowed = 0 if operation == "execute" else 1
                self.worker.control.settimeout(5)
                channel.send(self.worker.control, message, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)

    # The worker

    def _start_worker(self) -> dict[str, Any]:
        self._stop_worker()
        self.verdict = None
        try:
            scratch.fresh(self.folder, self.files)
        except OSError as error:
            return {"ready": False, "layer": "scratch", "reason": str(error)}
        if self.settings.drop_user:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, privileges.NOBODY_ELSE, privileges.NOBODY_ELSE)
        ours, theirs = channel.pair()
        gc.freeze()
        pid = os.fork()
        if pid == 0:
            ours.close()
            worker.work(theirs, self.settings, self.folder)
        theirs.close()
        # Until it has answered, the worker has run trusted code only.
        try:
            ready, descriptors = channel.receive(ours)
        except EOFError:
            ready, descriptors = {"ready": False, "layer": "worker", "reason": "it ended while starting"}, []
        listener = descriptors[0] if descriptors else None
        memory, resident = processes.memory_of(pid), processes.resident(pid)
        self.worker = _Worker(pid, os.pidfd_open(pid), ours, listener, memory, resident)
        if not ready["ready"]:
            self._stop_worker()
        return ready

    def _stop_worker(self) -> dict[str, Any] | None:
        """Kills the worker and all it has started, reaps them, and returns how the worker itself ended."""
        if self.worker is None:
            return None
        pid = self.worker.pid
        for kill in (os.killpg, os.kill):
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        self._close_listener()
        self.worker.control.close()
        end = None
        while True:
            try:
                ended, status, usage = os.wait4(-1, 0)
            except ChildProcessError:
                break
            peak = usage.ru_maxrss * 1024 - self.worker.resident_at_start  # Linux counts kilobytes
            self.peak_memory = max(self.peak_memory, peak)
            if ended == pid:
                end = processes.ending(status, usage.ru_utime + usage.ru_stime)
        os.close(self.worker.pidfd)
        for name in list(self.parked):
            os.close(self.parked.pop(name).pidfd)
        self.ended.clear()
        self.worker = None
        self.busy = False
        return end

    def _close_listener(self) -> None:
        if self.worker is not None and self.worker.listener is not None:
            os.close(self.worker.listener)
            self.worker.listener = None

    # Parked forks

    def _end_parking(self, name: str | None, lost: bool) -> dict[str, Any]:
        """Keeps the fork that was just made under this name (None: it is not wanted); kills any other new one."""
        self.busy = False
        self.forks_allowed = 0
        if self.worker is None:
            return {"parked": False, "worker": _GONE}
        children = self._awake()
        is_kept = name is not None and len(children) == 1 and self._has_room()
        if is_kept:
            is_kept = self._put_to_sleep(str(name), children[0])
        if not is_kept:
            for child in children:
                processes.end_of(child, wait=False)
            self.ended |= set(children)
        is_over = processes.is_gone(self.worker.pid, self.worker.pidfd, lost, bool(children)) or self.verdict
        return {"parked": is_kept, "worker": self._stop_worker() if is_over else None}

    def _put_to_sleep(self, name: str, pid: int) -> bool:
        try:
            pidfd = os.pidfd_open(pid)
        except OSError:
            return False
        if not processes.stop(pid, pidfd):
            os.close(pidfd)
            return False
        self.parked[name] = _Parked(pid, pidfd)
        return True

    def _wake(self, name: str) -> None:
        """Lets a parked fork go on; from now on it is the task, which `finish` ends."""
        parked = self.parked.pop(name, None)
        if parked is not None:
            self._begin()
            with suppress(OSError):
                signal.pidfd_send_signal(parked.pidfd, signal.SIGCONT)
            os.close(parked.pidfd)

    def _awake(self) -> list[int]:
        """The children of the worker but those that are parked and those that were ended before."""
        assert self.worker is not None
        for name, parked in list(self.parked.items()):
            if processes.is_over(parked.pidfd, 0.0):  # its number may be another's soon
                os.close(self.parked.pop(name).pidfd)
        asleep = {parked.pid for parked in self.parked.values()}
        children = processes.children_of(self.worker.pid)
        self.ended &= set(children)  # one that was reaped may give its number to another
        return [child for child in children if child not in asleep | self.ended]

    def _has_room(self) -> bool:
        """Whether the worker and its parked forks stay within the memory of one submission.

        They share what no cell has changed since. What they occupy together is counted only if they could have too
        much: counting takes milliseconds for each.
        """
        assert self.worker is not None
        limit = self.settings.limits.memory_bytes
        own = processes.memory_of(self.worker.pid) - self.worker.memory_at_start
        if own * (len(self.parked) + 2) <= limit:
            return True
        pids = [self.worker.pid, *(parked.pid for parked in self.parked.values())]
        together = sum(map(processes.share_of_memory, pids)) - self.worker.memory_at_start
        return together + own <= limit

    # The end of a task or execution

    def _finish(self, lost: bool) -> dict[str, Any]:
        """Ends what was asked for last. `lost`: the conversation broke, so something has died or soon will."""
        self.busy = False
        self.forks_allowed = 0
        self._continue_worker()
        ends = []
        used = 0.0
        worker_end = None
        if self.worker is not None:
            children = self._awake()
            used = self._used(children)  # before they are gone
            ends = [processes.end_of(child, lost) for child in children]
            self.ended |= set(children)
            if processes.is_gone(self.worker.pid, self.worker.pidfd, lost, bool(children)) or self.verdict:
                worker_end = self._stop_worker()
        else:
            worker_end = _GONE
        return {
            "task": next((end for end in ends if end), None),
            "worker": worker_end,
            "verdict": self.verdict,
            "cpu_seconds": used,
            "refused": dict(self.refused.most_common(20)),
        }

    def _begin(self) -> None:
        self.busy = True
        self.cpu_before = processes.cpu_seconds_so_far(self.worker.pid) or 0.0 if self.worker else 0.0

    def _used(self, children: list[int]) -> float:
        """The CPU seconds of what was asked for last: of the worker since then, and of its forks that are awake."""
        pids = [*children, *([self.worker.pid] if self.worker else [])]
        counts = [processes.cpu_seconds_so_far(pid) or 0.0 for pid in pids]
        return max(0.0, sum(counts) - self.cpu_before)

    def _look(self, interrupt: bool) -> dict[str, Any]:
        """What the submission has computed for what was asked last, and whether it does nothing but sleep."""
        if self.worker is None:
            return {"cpu_seconds": 0.0, "is_idle": False}
        children = self._awake()
        # On a busy machine a worker may wait for our answer as long as for a processor.
        is_asking = self.worker.listener is not None and select.select([self.worker.listener], [], [], 0)[0]
        is_idle = not is_asking and all(map(processes.is_at_rest, (self.worker.pid, *children)))
        if interrupt:
            signal.pidfd_send_signal(self.worker.pidfd, signal.SIGALRM)
        return {"cpu_seconds": self._used(children), "is_idle": is_idle}

    def _cpu_seconds(self) -> float | None:
        """What the worker and all its forks that are awake have computed so far; None if one of them is gone.

        The worker counts as well: the student may have left threads in it that work for the fork.
        """
        if self.worker is None or processes.is_over(self.worker.pidfd, 0.0):
            return None
        children = self._awake()
        counts = [processes.cpu_seconds(each) for each in (self.worker.pid, *children)]
        known = [seconds for seconds in counts if seconds is not None]
        return sum(known) if children and len(known) == len(counts) else None

    def _forgo(self, functions: list[str], libraries: set[str]) -> dict[str, bool]:
        """Takes compiled code away from the task that is awake, and stops the worker, which has it still.

        Says whether the task is there, and whether the code is gone.
        """
        children = self._awake() if self.worker is not None else []
        if self.worker is None or len(children) != 1:
            return {"there": False, "gone": False}
        is_alone = processes.stop(self.worker.pid, self.worker.pidfd)
        self.is_stopped = True
        is_gone = False
        with suppress(OSError):
            pidfd = os.pidfd_open(children[0])
            try:
                if processes.stop(children[0], pidfd):
                    is_gone = traps.set_traps(children[0], functions, libraries)
                signal.pidfd_send_signal(pidfd, signal.SIGCONT)
            finally:
                os.close(pidfd)
        return {"there": True, "gone": is_alone and is_gone}

    def _continue_worker(self) -> None:
        if self.worker is not None and self.is_stopped:
            with suppress(OSError):
                signal.pidfd_send_signal(self.worker.pidfd, signal.SIGCONT)
        self.is_stopped = False

    def _watch_disk(self) -> None:
        limit = self.settings.limits.scratch_bytes
        if self.worker is not None and scratch.occupied(self.folder, limit) > limit:
            self._condemn("disk")

    def _condemn(self, verdict: str) -> None:
        """Kills the worker at once; the grader learns why when it asks."""
        self.verdict = verdict
        if self.worker is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.worker.pid, signal.SIGKILL)

    # Questions of the jail

    def _answer_question(self) -> None:
        assert self.worker is not None
        assert self.worker.listener is not None
        question = seccomp.next_question(self.worker.listener)
        if question is None:
            return
        name = self.settings.asked.get(question.data.number, "?")
        error, uses_allowance = questions.decide(
            name, question, self.settings.limits.threads, self.worker.pid if self.forks_allowed > 0 else 0
        )
        answered = seccomp.answer(self.worker.listener, question, error)
        if uses_allowance and answered:
            self.forks_allowed -= 1
        if error:
            self.refused["fork" if name in ("clone", "vfork") and error == errno.EPERM else name] += 1
        # Each one costs the grader's side time that no limit of the worker counts.
        self.questions += 1
        if self.questions > _MAX_QUESTIONS:
            self._condemn("questions")
