"""What two jails both see, neither can change: nothing is told from one submission or session to another."""

from __future__ import annotations

import fcntl
import inspect
import struct

import pytest

from autograder.sandbox import Session
from autograder.tests.sandbox.conftest import HARNESS, PUBLIC, SYSTEM_CALL, in_task

SHARED = inspect.getfile(inspect)  # a file of Python's own, which every jail can read
LOCKS = {
    "flock": "fcntl.flock(file, fcntl.LOCK_EX)",
    "POSIX": "fcntl.fcntl(file, fcntl.F_SETLK, struct.pack('hhqqi', fcntl.F_RDLCK, 0, 0, 0, 0))",
    "open file description": "fcntl.fcntl(file, 37, struct.pack('hhqqi', fcntl.F_RDLCK, 0, 3, 5, 0))",
}


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_on_a_shared_file_does_nothing(session: Session, kind: str) -> None:
    """To ask for it seems to succeed, since honest libraries lock; nobody else meets the lock."""
    # Of the files that every jail can read, one that this test may lock, whoever runs it.
    opened = f"import fcntl, struct, {HARNESS}\nfile = open({HARNESS}.__file__)\n"
    lock = f"{opened}{LOCKS[kind]}\nanswer = 'locked'"
    with session.task() as conversation, open(PUBLIC / f"{HARNESS}.py", "rb+") as ours:
        assert conversation.ask({"run": lock}) == "locked"
        fcntl.flock(ours, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # One of an open file description would meet a POSIX lock as well.
        fcntl.fcntl(ours, 37, struct.pack("hhqqi", fcntl.F_WRLCK, 0, 0, 0, 0))


@pytest.mark.parametrize("command", [5, 36])
def test_nobody_learns_who_holds_a_lock(session: Session, command: int) -> None:
    """F_GETLK and F_OFD_GETLK are refused, on any file."""
    code = f"import fcntl, struct\nfile = open({SHARED!r})\n"
    code += f"answer = fcntl.fcntl(file, {command}, struct.pack('hhqqi', fcntl.F_WRLCK, 0, 0, 0, 0))"
    assert in_task(session, code) == "refused: PermissionError 1"


def test_nobody_learns_what_lies_in_the_page_cache(session: Session) -> None:
    """To read only what is in memory already (RWF_NOWAIT) is refused; to read is not."""
    read = f"import os\nfile = os.open({SHARED!r}, os.O_RDONLY)\nanswer = os.preadv(file, [bytearray(9)], 0"
    assert in_task(session, f"{read})") == 9
    assert in_task(session, f"{read}, os.RWF_NOWAIT)") in ("refused: PermissionError 1", "refused: OSError 1")
    page = f"import mmap\nfile = open({SHARED!r}, 'rb')\npages = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)\n"
    assert in_task(session, f"{page}pages.madvise(mmap.MADV_WILLNEED)\nanswer = 'read'") == "read"
    assert in_task(session, f"{page}pages.madvise(21)") == "refused: PermissionError 1"  # MADV_PAGEOUT


@pytest.mark.parametrize(
    ("what", "operation", "expected"),
    [
        ("wait", 0, "refused: BlockingIOError 11"),
        ("wake", 1, 0),
        ("requeue", 3, "refused: PermissionError 1"),
    ],
)
def test_nobody_rings_a_bell_in_another_jail(
    session: Session, what: str, operation: int, expected: object
) -> None:
    """A futex on a page of a shared file: to wait ends at once, to wake wakes nobody, whoever waits."""
    code = (
        f"{SYSTEM_CALL}\nimport mmap\nfile = open({SHARED!r}, 'rb')\n"
        "pages = mmap.mmap(file.fileno(), 4096, prot=mmap.PROT_READ)\n"
        "import numpy\naddress = numpy.frombuffer(pages, numpy.uint8).ctypes.data\n"
        "value = int.from_bytes(pages[:4], 'little')\n"
        f"answer = call(202, address, {operation}, value, 0, 0, 0)"
    )
    assert in_task(session, code) == expected, what


def test_threads_locks_and_queues_work_as_ever(session: Session) -> None:
    """Within a process nothing of this is missed: threads are waited for, locks and conditions are passed on."""
    code = """
import concurrent.futures, queue, threading
import numpy, torch
items = queue.Queue()
thread = threading.Thread(target=lambda: [items.put(i) for i in range(100)])
thread.start()
taken = sum(items.get() for _ in range(100))
thread.join()
with concurrent.futures.ThreadPoolExecutor(3) as pool:
    mapped = sum(pool.map(abs, range(-50, 50)))
torch.set_num_threads(2)
product = (torch.ones(300, 300) @ torch.ones(300, 300)).sum().item()
answer = (taken, mapped, product)
"""
    assert in_task(session, code) == (4950, 2500, 27_000_000.0)
