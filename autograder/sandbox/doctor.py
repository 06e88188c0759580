"""Attacks the sandbox of this machine to find out whether it holds."""

from __future__ import annotations

import tempfile
from pathlib import Path

from autograder.sandbox.conversation import Conversation
from autograder.sandbox.layers import Layer
from autograder.sandbox.server import Isolation, Server
from autograder.student.core.language import _

# What is tried from inside; each must end in an exception. `CANARY` is a file of ours outside.
_ATTEMPTS = {
    "read": "open({canary!r}).read()",
    "write": "open({canary!r} + '.new', 'w')",
    "connect": "__import__('socket').create_connection(('127.0.0.1', 9), 1)",
    "fork": "__import__('os').fork()",
    "run": "__import__('subprocess').run(['/bin/true'])",
    "signal": "__import__('os').kill(__import__('os').getppid(), 0)",
    "memory": "bytearray(2**36)",
}


def probe(public: Path | None = None, isolation: Isolation | None = None) -> list[Layer]:
    """The layers in force, then one entry per attempt to break out: active means that it was refused.

    Raises `SandboxUnavailable` if this machine has no sandbox.
    """
    names = {
        "read": _("reading a file of the grader"),
        "write": _("writing beside it"),
        "connect": _("connecting to the network"),
        "fork": _("starting a process"),
        "run": _("running a program"),
        "signal": _("signalling another process"),
        "memory": _("taking more memory than allowed"),
    }
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary"
        canary.write_text("canary", encoding="utf-8")
        (Path(folder) / "public").mkdir()
        with Server(
            public or Path(folder) / "public",
            "autograder.sandbox.probe_harness",
            warm=(),
            isolation=isolation,
        ) as server:
            layers = server.layers
            with server.open() as session, session.task() as task:
                for key, attempt in _ATTEMPTS.items():
                    refused = task.ask(attempt.format(canary=str(canary))) is True
                    reason = "" if refused else _("it succeeded")
                    layers.append(Layer(f"attempt: {key}", refused, names[key], reason))
                layers.append(_taking_away(task))
    return layers


def _taking_away(task: Conversation) -> Layer:
    """Whether the keeper can take a compiled function away from a task."""
    is_gone = task.forgo({"at::native::lstm"}, ())
    protects = _("tasks that forbid a library function, whatever name it is called by")
    return Layer("taking away", is_gone, protects, "" if is_gone else _("the kernel does not allow it"))
