"""The warm server: imports what takes seconds to import, once, and forks a keeper for every submission.

Started by path in a process of its own, never forked from the grader, so that it holds no secret. The first thing it
does is to replace the package `autograder.sandbox`, whose own `__init__` is the grader's side.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import os
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any


def _provide_packages(import_path: list[str], core: str) -> None:
    """`autograder.sandbox` becomes the folder of this file, whatever `autograder` the public folder has or lacks.

    If that folder lacks `autograder.student.core`, it is the folder `core`.
    """
    sys.path[:] = import_path
    if importlib.util.find_spec("autograder") is None:
        _define("autograder")
    _define("autograder.sandbox", str(Path(__file__).parent))
    if importlib.util.find_spec("autograder.student") is None:
        _define("autograder.student")
    if importlib.util.find_spec("autograder.student.core") is None:
        _define("autograder.student.core", core)


def _define(name: str, *folders: str) -> None:
    """A package of this name, whose modules lie in these folders."""
    package = types.ModuleType(name)
    package.__path__ = list(folders)
    package.__package__ = name
    sys.modules[name] = package
    parent, _dot, child = name.rpartition(".")
    if parent:
        setattr(importlib.import_module(parent), child, package)


def _main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    message = control.recv(2**18)
    import json

    data = json.loads(message)
    _provide_packages(data["import_path"], data["core"])
    from autograder.sandbox.settings import Settings

    _Server(control, Settings.from_json(data)).serve()


class _Server:
    def __init__(self, control: socket.socket, settings: Any) -> None:
        self.control = control
        self.settings = settings

    def serve(self) -> None:
        """Warms up, then forks a keeper for each descriptor that the grader sends."""
        from autograder.sandbox import channel, keeper, traps
        from autograder.sandbox.jail import privileges

        privileges.become_undumpable()
        gc.disable()  # what is being loaded stays: to look through it again and again takes a fifth of the time
        _warm_up([*self.settings.warm, self.settings.harness])
        with contextlib.suppress(Exception):  # it will fail again where somebody is told
            traps.find(self.settings.forgone)  # here, and not again in the keeper of each submission
        # A keeper that has ended leaves no zombie.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        gc.collect()
        gc.freeze()
        gc.enable()
        channel.send(self.control, {"warm": True})
        while True:
            try:
                _message, descriptors = channel.receive(self.control)
            except EOFError:
                return
            # A fork takes one thread along: locks that another one holds would stay locked for ever.
            if len(os.listdir("/proc/self/task")) != 1:
                raise SystemExit("the warm server has more than one thread")
            if os.fork() == 0:
                self.control.close()
                keeper.keep(socket.socket(fileno=descriptors[0]), self.settings)
            for descriptor in descriptors:
                os.close(descriptor)


def _warm_up(modules: list[str]) -> None:
    """Imports the modules, makes IPython's shell, and lets torch do what it does at its first passes.

    Of a "module:function" the function is called as well: it remembers its result. If it fails, it will fail again in
    the cell that calls it, where somebody is told.
    """
    import torch

    from autograder.sandbox import cells, compiler

    torch.set_num_threads(1)
    compiler.put_off()
    for name in modules:
        module, _colon, function = name.partition(":")
        imported = importlib.import_module(module)
        if function:
            with contextlib.suppress(Exception):
                getattr(imported, function)()
    cells.shell()
    if "torch" not in modules:
        return
    with torch.random.fork_rng(devices=[]):
        lstm = torch.nn.LSTM(3, 4)
        outputs, _state = lstm(torch.randn(5, 2, 3))
        torch.nn.functional.conv1d(outputs, torch.randn(2, 2, 1)).sum().backward()
        torch.optim.Adam(lstm.parameters()).step()
        torch.func.vmap(torch.sin)(torch.ones(2))


if __name__ == "__main__":
    _main()
