"""Defines what is fuzzed: each reader of bytes that others have made, its seeds, and the errors it may raise.

A target is called with any bytes. What it does not catch breaks a promise: `Unreadable` may end the reading of a
notebook, a `KeyError` may not. An input of two parts is JSON, `SEPARATOR` and the rest, so that JSON can be mutated as
JSON.
"""

from __future__ import annotations

import io
import itertools
import json
import os
import socket
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.assignments.sources import source_notebook, source_path
from autograder.grading.files import Refused
from autograder.grading.find import NothingToGrade, find_submissions
from autograder.grading.read import Unreadable, read_submission
from autograder.grading.repair import recognise, repair
from autograder.grading.roster import BadRoster, roster_from
from autograder.sandbox import channel
from autograder.sandbox.budget import Budget
from autograder.sandbox.conversation import Conversation
from autograder.sandbox.errors import WorkerCrashed, WorkerError
from autograder.sandbox.frames import Connection, ConnectionEnded, TimeIsUp
from autograder.sandbox.limits import Limits
from autograder.sandbox.outcomes import outcome_in
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core import values
from autograder.student.core.files import zipped
from autograder.student.core.notebook import CHECK_PREFIX, SETUP_TAG, Notebook
from autograder.student.models.checkpoints import (
    UnreadableCheckpoint,
    changed_since,
    packed,
    read_checkpoint,
)
from autograder.student.models.tokenizer_file import spelled, spelling_of

SEPARATOR = b"\n-----\n"
ASSIGNMENT = "rnn_basics"
TASKS = ("pad_batch", "rnn_step", "rnn_forward")
_SECONDS = 0.05  # that an end of a conversation waits for the other, which has sent everything before


@dataclass(frozen=True)
class Target:
    """One reader of bytes: `read` returns, or raises what nobody has declared."""

    read: Callable[[bytes], object]
    seeds: Callable[[], Iterable[bytes]]
    modules: tuple[str, ...]  # whose lines are counted


# Notebooks


def _notebook(data: bytes) -> Notebook | None:
    try:
        return read_submission(data).notebook
    except Unreadable:
        return None


def _source() -> Notebook:
    """A few tasks of a source notebook with its setup: as many kinds of cells, and less time for each input."""
    names = {*TASKS, *(f"{CHECK_PREFIX}{task}" for task in TASKS)}
    cells = source_notebook(ASSIGNMENT).cells
    return Notebook(tuple(cell for cell in cells if SETUP_TAG in cell.tags or cell.grade_id in names))


_SOURCES = {ASSIGNMENT: _source()}


def _repaired(data: bytes) -> None:
    if notebook := _notebook(data):
        recognise(notebook, _SOURCES)
        repair(notebook, _SOURCES[ASSIGNMENT], {TASKS[0]: 1.0})


def _notebooks() -> Iterator[bytes]:
    """Our own: the few tasks, one task after another, one whose cells have lost their metadata, and an old format."""
    document = json.loads(source_path(ASSIGNMENT).read_text(encoding="utf-8"))
    names = {*TASKS, *(f"{CHECK_PREFIX}{task}" for task in TASKS)}
    cells = [
        cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") in names
    ]
    for chosen in [cells, *([cell] for cell in cells)]:
        yield json.dumps(document | {"cells": chosen}).encode()
    bare = [{"cell_type": cell["cell_type"], "source": cell["source"]} for cell in cells]
    yield json.dumps({"cells": bare}).encode("utf-16")
    old = [{"cell_type": "code", "input": cell["source"]} for cell in cells]
    yield json.dumps({"nbformat": 3, "worksheets": [{"cells": old}]}).encode()
    yield json.dumps({"content": json.dumps({"cells": bare[:1]}), "type": "notebook"}).encode()


# The wire protocol


_VALUES = (
    {"h": (1, None), 2.5: [True, "x", b"y"]},
    [float("nan"), 2**70, values.Ref(3, "Model"), values.Callback(0)],
    (torch.arange(6.0).view(2, 3).requires_grad_(), torch.tensor([True, False]), torch.empty(0, 3)),
    values.Once([values.Recipe("LSTM", {"input_size": 2}, {"w": torch.ones(2)})]),
)
_REPLIES = (
    {"result": _VALUES[0], "changed": [("argument", "0")]},
    {"result": values.Ref(3, "Model")},
    {"error": {"type": "ValueError", "message": "no", "lines": [("<cell 0>", 1), ("a.py", 2)]}},
    {
        "result": torch.ones(2, 3),
        "gradients": {"inputs": [torch.ones(2)], "parameters": [], "mismatch": False},
    },
    {"callable": True, "value": [1.0, 2.0], "training": True},
    {"replies": [{"result": 1}], "error": {"type": "KeyError", "message": "'f'", "lines": []}},
)


def _joined(value: object) -> bytes:
    text, blob = values.encode(value)
    return text + SEPARATOR + blob if blob else text


def _decoded(data: bytes) -> object:
    text, _separator, blob = data.partition(SEPARATOR)
    try:
        return values.decode(text, blob)
    except values.WireError:
        return None


def _sent_on(data: bytes) -> None:
    """What has come through can be sent on, or is refused."""
    with suppress(values.WireError):
        values.encode(_decoded(data))


def _replied(data: bytes) -> None:
    """A test asks in each way there is, and gets this reply."""
    reply = _decoded(data)
    student = Student(lambda _request, _callbacks: reply, ["def f():\n    return 1"])
    expected = _VALUES[0], torch.ones(2, 3), [1.0, 2.0]
    for ask in (
        lambda: student.has("f"),
        lambda: assert_equal(student.f(1), expected[0]),
        lambda: assert_equal(student.f(1), expected[1]),
        lambda: assert_equal(student.f(1), expected[2]),
        lambda: student.put(torch.ones(2)).fetch(),
        lambda: list(student.f.each([(1,), (2,)])),
        lambda: student.f.keep().attribute("weight"),
        lambda: student.f.gradients(torch.ones(2, requires_grad=True), upstream=[torch.ones(2, 3)]),
    ):
        with suppress(CheckFailed):
            ask()


def _executed(data: bytes) -> None:
    """A worker says this of a cell."""
    with suppress(values.WireError):
        outcome_in(_decoded(data), Limits(), "late")


def _frame(message: bytes) -> bytes:
    text, _separator, blob = message.partition(SEPARATOR)
    return struct.pack("!II", len(text), len(blob)) + text + blob


def _received(data: bytes) -> None:
    """Frames until the other end, which has sent these bytes, is closed."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data[:100_000])
        theirs.shutdown(socket.SHUT_WR)
        connection = Connection(ours, _SECONDS)
        with suppress(ConnectionEnded, TimeIsUp, values.WireError):
            while True:
                connection.receive()


class _Watched:
    """Stands for a session whose worker has been killed."""

    def __init__(self) -> None:
        self.budget = Budget(Limits())

    def finish(self, lost: bool) -> tuple[None, None, None]:
        return None, None, None

    def failure(
        self, error: Exception, connection: Connection, task_cpu_seconds: float | None = None
    ) -> WorkerError:
        connection.close()
        return WorkerCrashed("ended")

    def ask_keeper(self, message: dict[str, Any]) -> dict[str, Any]:
        return {"cpu_seconds": None}

    def charge(self, seconds: float) -> None:
        pass


def _asked(data: bytes) -> None:
    """A task that answers with the messages of a JSON list, whatever it is asked."""
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError):
        parsed = None
    messages = [json.dumps(each).encode() for each in parsed] if isinstance(parsed, list) else [data]
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"".join(map(_frame, messages))[:100_000])
        theirs.shutdown(socket.SHUT_WR)
        with Conversation(_Watched(), Connection(ours, _SECONDS), 1.0) as conversation, suppress(WorkerError):
            for _question in messages:
                conversation.ask({"op": "look"}, {0: lambda *arguments: arguments})


def _conversations() -> Iterator[bytes]:
    callback = {"kind": "callback", "number": 0, "arguments": [1]}
    for messages in ([{"kind": "reply", "value": 1}], [callback, {"kind": "broken"}], [callback, callback]):
        yield json.dumps([json.loads(values.encode(message)[0]) for message in messages]).encode()


def _controlled(data: bytes) -> None:
    ours, theirs = channel.pair()
    with ours, theirs:
        theirs.send(data[:100_000])
        with suppress(EOFError):
            channel.receive(ours)[0].get("op")


# Files beside a notebook, and what holds a class


def _loaded(data: bytes) -> None:
    arguments, _separator, weights = data.partition(SEPARATOR)
    changed_since(arguments, ["class Model:\n    pass"])
    with suppress(UnreadableCheckpoint):
        spelling_of(read_checkpoint(weights, arguments))


def _checkpoints() -> Iterator[bytes]:
    tokenizer = spelled({0: b"a", 1: b"b", 2: b"ab"}, [(b"a", b"b")], ["<s>"])
    for model in (torch.nn.LSTM(2, 3), torch.nn.Embedding(3, 2)):
        weights, arguments = packed(model, {"vocab_size": 3, "device": "cuda"}, tokenizer=tokenizer)
        yield arguments + SEPARATOR + weights


_FOLDER = Path(tempfile.mkdtemp(prefix="autograder-fuzz-"))
_numbers = itertools.count(1)


def _unpacked(data: bytes) -> None:
    """Everything that grading reads out of an archive of a class."""
    path = _FOLDER / "class.zip"
    path.write_bytes(data)
    # What is read of an archive is kept as long as its time and size are the same.
    os.utime(path, ns=(0, next(_numbers)))
    with suppress(NothingToGrade):
        for found in find_submissions([path], {ASSIGNMENT}):
            with suppress(Refused):
                found.read_files()
                found.read_modules(found.read())


def _archives() -> Iterator[bytes]:
    notebook = json.dumps({"cells": [{"cell_type": "code", "source": "import helper"}]}).encode()
    files = {"rnn_basics.ipynb": notebook, "helper.py": b"x = 1", "rnn_lm.json": b"{}"}
    one = zipped(files)
    yield one
    yield zipped({f"{name}/{path}": data for name in ("ada", "김철수") for path, data in files.items()})
    yield zipped({"bob_12_345_rnn_basics.zip": one, "cy/empty/": b"", "__MACOSX/._x": b""})
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        archive.writestr("submitted/ada/rnn_basics/rnn_basics.ipynb", notebook)
        archive.writestr("submitted/ada/rnn_basics/timestamp.txt", "2026-11-20 10:00:00 UTC")
    yield stored.getvalue()


def _listed(data: bytes) -> None:
    with suppress(BadRoster):
        roster = roster_from(data, "class.csv")
        for student in roster.students:
            roster.named(f"{student.name} {student.id}_late")


def _rosters() -> Iterator[bytes]:
    yield b"id,name,email,extension,section,canvas\n2026001,Ada Lovelace,ada@x.org,2 days,1,411\n"
    yield "학번;이름;연장\n1;김철수;2026-11-22T23:59\n2;이영희;48h\n".encode("cp949")
    yield b"Student,ID,SIS User ID,SIS Login ID,Section,hw\n    Points Possible,,,,,60\nA B,4,20,ab,1,58\n"
    yield b'First name,Last name,ID number,Email address\n"A ""x""",B,20,ab@x.org\n'


TARGETS = {
    "notebook": Target(
        _notebook,
        _notebooks,
        ("autograder.grading.read", "autograder.grading.kinds", "autograder.student.core.notebook"),
    ),
    "repair": Target(
        _repaired,
        _notebooks,
        (
            "autograder.grading.repair",
            "autograder.student.core.parts",
            "autograder.student.core.code",
            "autograder.student.core.imports",
        ),
    ),
    "values": Target(
        _sent_on,
        lambda: map(_joined, _VALUES),
        ("autograder.student.core.values", "autograder.student.core.tensors"),
    ),
    "reply": Target(
        _replied,
        lambda: map(_joined, (*_REPLIES, *_VALUES)),
        (
            "autograder.student.checking.student",
            "autograder.student.checking.gradients",
            "autograder.student.checking.comparing",
        ),
    ),
    "outcome": Target(
        _executed,
        lambda: (
            _joined({"status": status, "error": "a\nb", "output": "", "seconds": 0.5})
            for status in ("ok", "timeout")
        ),
        ("autograder.sandbox.outcomes",),
    ),
    "frames": Target(
        _received, lambda: (_frame(_joined(value)) for value in _VALUES), ("autograder.sandbox.frames",)
    ),
    "conversation": Target(_asked, _conversations, ("autograder.sandbox.conversation",)),
    "control": Target(
        _controlled, lambda: [b'{"ready": true, "layers": {}}'], ("autograder.sandbox.channel",)
    ),
    "checkpoint": Target(
        _loaded,
        _checkpoints,
        (
            "autograder.student.models.checkpoints",
            "autograder.student.models.tokenizer_file",
            "autograder.student.core.tensors",
        ),
    ),
    "archive": Target(
        _unpacked,
        _archives,
        ("autograder.grading.archives", "autograder.grading.listing", "autograder.grading.beside"),
    ),
    "roster": Target(_listed, _rosters, ("autograder.grading.roster", "autograder.grading.roster_exports")),
}
