"""Servers for the tests of the sandbox, one per level of isolation that this machine offers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import Limits, SandboxUnavailable, Server, Session

PUBLIC = Path(__file__).with_name("public")
HARNESS = "obedient_harness"
SECRET = "the-answer-is-in-the-environment"

# Calls the kernel without any help of Python's; `answer` becomes what it returned, or the error is raised.
SYSTEM_CALL = """
import ctypes, os
library = ctypes.CDLL(None, use_errno=True)
library.syscall.restype = ctypes.c_long
def call(number, *arguments):
    result = library.syscall(ctypes.c_long(number), *[ctypes.c_long(a) for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return result
"""

# Small enough that every limit can be reached in a moment.
SMALL = Limits(
    cpu_seconds_per_cell=1,
    cpu_seconds_total=40,
    task_cpu_seconds=5,
    wall_factor=2,
    wall_grace_seconds=1,
    memory_bytes=2**30,
    output_bytes=2000,
    file_bytes=2**20,
    scratch_bytes=4 * 2**20,
    open_files=64,
    threads=16,
    restarts=2,
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Makes a test slow at every level but the one that its mark `quick_at` names; leaves out levels not asked for.

    All tests of the sandbox stay in one process: its two servers, which take seconds to start, are started once.
    """
    levels = {item: level_of(item) for item in items}
    wanted = config.getoption("--isolation", None)
    for item, level in levels.items():
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("sandbox"))
        mark = item.get_closest_marker("quick_at")
        if mark is not None and level is not None and level not in mark.args:
            item.add_marker(pytest.mark.slow)
    items[:] = [item for item in items if wanted in (None, levels[item] or wanted)]


def level_of(item: pytest.Item) -> str | None:
    """The level of isolation of a test's server; None if it has not one of the two."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    return parameters.get("server") or parameters.get("bound")


@pytest.fixture(scope="session", params=["strong", "inner"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A warm server at each level; the environment of the grader holds a secret when it starts."""
    os.environ["AUTOGRADER_TEST_SECRET"] = SECRET
    try:
        with Server(PUBLIC, HARNESS, SMALL, isolation=request.param) as started:
            yield started
    except SandboxUnavailable as reason:
        pytest.skip(str(reason))
    finally:
        del os.environ["AUTOGRADER_TEST_SECRET"]


@pytest.fixture
def session(server: Server) -> Iterator[Session]:
    """A fresh submission in the sandbox."""
    with server.open() as opened:
        yield opened


def in_task(session: Session, code: str) -> object:
    """What student code reports when it runs in a task of its own: its `answer`, or how it was refused."""
    with session.task() as conversation:
        return conversation.ask({"run": code})


@pytest.fixture(scope="module")
def tasks(server: Server) -> Iterator[Session]:
    """One submission for all attacks that run in a task of their own."""
    with server.open() as opened:
        yield opened


def descendants(above: int | None = None) -> list[int]:
    """All living processes below this one, or below another."""
    above = os.getpid() if above is None else above
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                fields = Path(f"/proc/{entry}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":  # dead, and buried when the worker gets its next order
                parents[int(entry)] = int(fields[1])
    found = []
    for process in parents:
        ancestor = process
        while ancestor in parents and ancestor != above:
            ancestor = parents[ancestor]
        if ancestor == above and process != above:
            found.append(process)
    return found
