"""Runs untrusted notebooks in a jail and answers the grader's questions about them.

>>> with Server(public, harness="autograder.checks.harness") as server, server.open() as session:  # doctest: +SKIP
...     outcomes = session.execute(["def double(x): return 2 * x"])
...     with session.task(cpu_seconds=5) as conversation:
...         reply = conversation.ask({"op": "call", "name": "double", "arguments": [21], "keywords": {}})
"""

from autograder.sandbox.errors import (
    SandboxLost,
    SandboxUnavailable,
    WorkerCrashed,
    WorkerError,
    WorkerProtocolError,
    WorkerTimeout,
)
from autograder.sandbox.limits import Limits
from autograder.sandbox.probe import probe
from autograder.sandbox.server import Isolation, Layer, Server
from autograder.sandbox.session import CellOutcome, Conversation, Session

__all__ = [
    "CellOutcome",
    "Conversation",
    "Isolation",
    "Layer",
    "Limits",
    "SandboxLost",
    "SandboxUnavailable",
    "Server",
    "Session",
    "WorkerCrashed",
    "WorkerError",
    "WorkerProtocolError",
    "WorkerTimeout",
    "probe",
]
