"""Runs untrusted notebooks in a jail and answers the grader's questions about them.

>>> harness = "autograder.student.checking.harness"
>>> with Server(public, harness) as server, server.open() as session:  # doctest: +SKIP
...     outcomes = session.execute(["def double(x): return 2 * x"])
...     with session.task(cpu_seconds=5) as conversation:
...         reply = conversation.ask({"op": "call", "name": "double", "arguments": [21], "keywords": {}})

The names are imported when they are first used: `--help` works at once, and also on systems without a jail.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.sandbox.conversation import Conversation as Conversation
    from autograder.sandbox.doctor import probe as probe
    from autograder.sandbox.errors import SandboxLost as SandboxLost
    from autograder.sandbox.errors import SandboxUnavailable as SandboxUnavailable
    from autograder.sandbox.errors import WorkerCrashed as WorkerCrashed
    from autograder.sandbox.errors import WorkerError as WorkerError
    from autograder.sandbox.errors import WorkerProtocolError as WorkerProtocolError
    from autograder.sandbox.errors import WorkerTimeout as WorkerTimeout
    from autograder.sandbox.layers import Layer as Layer
    from autograder.sandbox.limits import Limits as Limits
    from autograder.sandbox.outcomes import CellOutcome as CellOutcome
    from autograder.sandbox.server import Isolation as Isolation
    from autograder.sandbox.server import Server as Server
    from autograder.sandbox.session import Session as Session

_HOME = {
    "errors": (
        "SandboxLost",
        "SandboxUnavailable",
        "WorkerCrashed",
        "WorkerError",
        "WorkerProtocolError",
        "WorkerTimeout",
    ),
    "doctor": ("probe",),
    "limits": ("Limits",),
    "layers": ("Layer",),
    "server": ("Isolation", "Server"),
    "outcomes": ("CellOutcome",),
    "session": ("Session",),
    "conversation": ("Conversation",),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOME.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
