"""Runs student code in a jail: enters it, executes cells, and serves each conversation in a fork of its own.

A fork for a task is made when the task is asked for, or earlier, between two cells; then it sleeps till it is asked.

What runs here after the first cell can be tampered with by that cell, this file included. Nothing in it protects
anything once student code has run; the layers applied before do, and the keeper outside.
"""

from __future__ import annotations

import errno
import importlib
import math
import os
import random
import resource
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any, NoReturn

import numpy
import torch

from autograder.sandbox import cells, channel
from autograder.sandbox.frames import Connection, ConnectionEnded
from autograder.sandbox.jail import landlock, privileges, seccomp
from autograder.sandbox.settings import Settings
from autograder.student.core.values import WireError

# The hard limit; the soft one, which stops honest code first, is set for every cell and task.
_CPU_SECONDS_AT_MOST = 3600
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/dev/full")
_PROC_FILES = ("/proc/cpuinfo", "/proc/meminfo", "/proc/stat")


def work(control: socket.socket, settings: Settings, folder: Path) -> NoReturn:
    """The life of a worker: into the jail, then one order of the keeper after another."""
    try:
        control = _leave_everything_behind(control, folder)
        layers = _go_to_jail(control, settings, folder)
        if layers is not None:
            _Worker(control, settings, folder).serve()
    except EOFError:
        pass
    except BaseException:
        os._exit(70)
    os._exit(0)


def _leave_everything_behind(control: socket.socket, folder: Path) -> socket.socket:
    """Own process group, no descriptor but `control`, the scratch folder as the current one."""
    os.setpgid(0, 0)
    privileges.die_with_parent(signal.SIGKILL)
    os.chdir(folder)
    os.environ.update(HOME=str(folder), TMPDIR=str(folder))
    tempfile.tempdir = None  # remembered from the warm server
    os.umask(0o077)
    nothing = os.open("/dev/null", os.O_RDWR)
    kept = os.dup2(control.fileno(), 3, inheritable=False) if control.fileno() != 3 else 3
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    if control.fileno() != 3:
        control.detach()
    os.closerange(4, 2**16)
    return control if control.fileno() == 3 else socket.socket(fileno=kept)


def _go_to_jail(control: socket.socket, settings: Settings, folder: Path) -> list[str] | None:
    """Applies the layers and reports them to the keeper; a required layer that fails ends the worker."""
    layers: dict[str, str] = {}  # name -> "" if active, else why not
    required = {
        "strong": {"limits", "capabilities", "seccomp"},
        "inner": {"limits", "capabilities", "landlock", "seccomp"},
    }
    listener = None

    def apply(name: str, action: Any) -> Any:
        try:
            result = action()
        except OSError as error:
            layers[name] = str(error) or type(error).__name__
            if name in required.get(settings.level, set()):
                channel.send(control, {"ready": False, "layer": name, "reason": layers[name]})
                raise EOFError from None
            return None
        layers[name] = ""
        return result

    limits = settings.limits
    apply(
        "limits",
        lambda: privileges.limit_resources(
            limits.memory_bytes, limits.file_bytes, limits.open_files, _CPU_SECONDS_AT_MOST
        ),
    )
    if settings.level != "none":
        if settings.drop_user:
            apply("user", privileges.drop_user)
            # Changing the identity clears the signal that comes with our parent's death.
            privileges.die_with_parent(signal.SIGKILL)
        apply("capabilities", _drop_capabilities)
        abi = apply(
            "landlock", lambda: landlock.restrict(settings.readable + _PROC_FILES, [str(folder)], _DEVICES)
        )
        layers["landlock network"] = "" if abi and abi >= 4 else f"Landlock version {abi or 0} < 4"
        layers["landlock signals"] = "" if abi and abi >= 6 else f"Landlock version {abi or 0} < 6"
        listener = apply("seccomp", lambda: seccomp.load(settings.instructions, settings.call_number))
    message = {"ready": True, "layers": layers}
    channel.send(control, message, [] if listener is None else [listener])
    if listener is not None:
        os.close(listener)
    return list(layers)


def _drop_capabilities() -> None:
    privileges.drop_capabilities()
    if privileges.capabilities() != 0:
        raise OSError(errno.EPERM, "some capabilities are left")
    # The keeper did not want to be looked into, and we have inherited that; but the keeper must see how tasks end.
    privileges.become_dumpable()
    privileges.forbid_new_privileges()


class _Worker:
    def __init__(self, control: socket.socket, settings: Settings, folder: Path) -> None:
        self.control = control
        self.settings = settings
        self.executor = cells.Executor(settings.limits)
        _seed()

    def serve(self) -> NoReturn:
        """Orders of the keeper until it closes."""
        while True:
            message, descriptors = channel.receive(self.control)
            self._reap()
            connection = Connection(socket.socket(fileno=descriptors[0]))
            if message["op"] == "execute":
                self._execute(connection)
            elif message["op"] == "park":
                self._park(connection)
            else:
                self._fork_for_task(connection, message["cpu_seconds"])
            connection.close()

    def _execute(self, connection: Connection) -> None:
        order = connection.receive()
        for outcome in self.executor.execute(order["cells"], order["cpu_seconds"]):
            connection.send(outcome)

    def _fork_for_task(self, connection: Connection, cpu_seconds: float) -> None:
        let_go, held = os.pipe()
        try:
            child = os.fork()
        except OSError:
            child = -1  # the allowance was used up by somebody else
        if child == 0:
            try:
                self.control.close()
                # The keeper may stop us, the worker, once the task has answered: if we still held the other end of its
                # conversation then, nobody would see it end.
                os.close(held)
                os.read(let_go, 1)
                os.close(let_go)
                self._task(connection, cpu_seconds)
            finally:
                os._exit(0)
        connection.close()
        os.close(held)
        os.close(let_go)

    def _park(self, connection: Connection) -> None:
        """Forks now; the fork keeps this state of the notebook and waits to be told what its task may use."""
        try:
            child = os.fork()
        except OSError:
            connection.send({"parked": False})
            return
        if child == 0:
            try:
                self.control.close()
                if self.settings.level != "none":
                    privileges.die_with_parent(signal.SIGKILL)
                connection.send({"parked": True})
                self._task(connection, connection.receive()["cpu_seconds"])
            finally:
                os._exit(0)

    def _task(self, connection: Connection, cpu_seconds: float) -> None:
        """Serves the requests of one conversation until the grader closes it."""
        if self.settings.level != "none":
            privileges.die_with_parent(signal.SIGKILL)
        for number in (signal.SIGPROF, signal.SIGALRM, signal.SIGXCPU, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        seconds = max(1, math.ceil(cpu_seconds))
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (min(seconds, hard), min(seconds + 1, hard)))
        self.executor.silence()

        def call_back(number: int, arguments: list[Any]) -> Any:
            connection.send({"kind": "callback", "number": number, "arguments": arguments})
            return connection.receive()

        try:
            harness = importlib.import_module(self.settings.harness).Harness(
                self.executor.namespace, call_back
            )
            while True:
                reply = harness.handle(connection.receive())
                try:
                    connection.send({"kind": "reply", "value": reply})
                except WireError as error:  # too large, or nested without end: the student hears of it
                    answer = {"error": {"type": "WireError", "message": str(error), "lines": []}}
                    connection.send({"kind": "reply", "value": answer})
        except ConnectionEnded:
            return
        except BaseException as error:
            connection.send({"kind": "broken", "error": type(error).__name__[:100]})

    def _reap(self) -> None:
        """Buries tasks that are over; not before the keeper has seen how they ended."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass


def _seed() -> None:
    """The same submission must give the same result twice."""
    random.seed(0)
    numpy.random.seed(0)
    torch.manual_seed(0)
