"""Attacks by somebody who did not write the jail: what two jails both see, what a worker shares with its keeper."""

from __future__ import annotations

import inspect
import os

import pytest

from autograder.sandbox import Server, Session, WorkerError
from autograder.tests.sandbox.conftest import SYSTEM_CALL, in_task

SHARED = inspect.getfile(inspect)  # a file of Python's own, which every jail can read
REFUSED = ("refused: PermissionError 1", "refused: OSError 38")  # EPERM or ENOSYS
on_x86 = pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
pytestmark = pytest.mark.quick_at("strong")

CALLS = {
    "cachestat: what of a file is in memory": "451, 0, 0, 0, 0",
    "inotify_init: who opens Python's files": "253",
    "inotify_init1": "294, 0",
    "fanotify_init": "300, 0, 0",
    "futex_wake of the newer kind": "454, 0, 1, 1, 2",
    "futex_wait of the newer kind": "455, 0, 0, 1, 2, 0, 0",
    "futex_requeue of the newer kind": "456, 0, 0, 1, 1",
    "futex_waitv": "449, 0, 0, 0, 0, 0",
    "timer_create: a user's pending signals": "222, 0, 0, 0",
    "mlockall: a user's locked memory": "151, 1",
    "mlock2": "325, 0, 4096, 0",
    "vmsplice into shared pages": "278, 1, 0, 0, 0",
    "splice": "275, 0, 0, 1, 0, 4096, 0",
    "tee": "276, 0, 1, 4096, 0",
    "name_to_handle_at: a file without a path": "303, -100, 0, 0, 0, 0",
    "kcmp: whether two processes share something": "312, os.getppid(), os.getpid(), 0, 0, 1",
    "process_madvise": "440, 0, 0, 0, 0, 0",
    "process_mrelease": "448, 0, 0",
    "move_pages of another": "279, os.getppid(), 0, 0, 0, 0, 0",
    "mbind: where pages lie": "237, 0, 4096, 0, 0, 0, 0",
    "get_mempolicy": "239, 0, 0, 0, 0, 0",
    "remap_file_pages": "216, 0, 4096, 0, 0, 0",
    "mq_open: a queue": "240, 0, 0o100, 0, 0",
    "open_tree: a mount of one's own": "428, -100, 0, 1",
    "fsopen": "430, 0, 0",
    "mount_setattr": "442, -100, 0, 0, 0, 0",
    "listmount": "458, 0, 0, 0, 0",
    "statmount": "457, 0, 0, 0, 0",
    "quotactl": "179, 0, 0, 0, 0",
    "syslog: the kernel's messages": "103, 3, 0, 0",
    "settimeofday": "164, 0, 0",
    "clock_adjtime": "305, 0, 0",
    "adjtimex": "159, 0",
    "sethostname": "170, 0, 0",
    "ioperm": "173, 0, 1, 1",
    "modify_ldt": "154, 0, 0, 0",
    "uselib": "134, 0",
    "io_setup": "206, 1, 0",
    "mknod: a pipe with a name": "133, 0, 0o10666, 0",
    "setxattr: a word on a file": "188, 0, 0, 0, 0, 0",
    "ioprio_set of another": "251, 1, os.getppid(), 0",
    "sched_setscheduler of another": "144, os.getppid(), 0, 0",
    "prctl: seccomp anew": "157, 22, 2, 0, 0, 0",
    "prctl: where its memory lies": "157, 35, 1, 0, 0, 0",
    "prctl: no more machine checks": "157, 33, 1, 0, 0, 0",
    "madvise: a page is broken": "28, 0, 4096, 100",
}


@on_x86
@pytest.mark.parametrize("name", CALLS)
def test_a_door_into_the_kernel_is_closed(tasks: Session, name: str) -> None:
    """By its number, the calls of new kernels too."""
    assert in_task(tasks, f"{SYSTEM_CALL}\nanswer = call({CALLS[name]})") in REFUSED


REFUSALS = {
    "a second name for a shared file, which its count of names would show": f"os.link({SHARED!r}, 'mine')",
    "a nameless file outside": "os.open('/tmp', os.O_TMPFILE | os.O_RDWR)",
    "a pipe with a name": "os.mkfifo('mine')",
    "a lease on a shared file": f"fcntl.fcntl(os.open({SHARED!r}, 0), 1024, 0)",
    "a pipe that takes the user's share of pages": "fcntl.fcntl(os.pipe()[1], 1031, 2**20)",
    "a notice of whoever looks into a folder": "fcntl.fcntl(os.open('.', 0), 1026, 1)",
    "where the parts of a file lie on the disk": f"fcntl.ioctl(os.open({SHARED!r}, 0), 0xC020660B, bytes(64))",
    "whether two files are equal": f"fcntl.ioctl(os.open({SHARED!r}, 0), 0xC0189436, bytes(64))",
    "flags of a file": "fcntl.ioctl(os.open('.', 0), 0x40086602, bytes(8))",
    "the mounts of the machine": "open('/proc/self/mountinfo').read()",
    "who holds locks": "open('/proc/locks').read()",
    "how pressed the machine is": "open('/proc/pressure/memory').read()",
    "how many inodes there are": "open('/proc/sys/fs/inode-nr').read()",
    "sockets with names": "open('/proc/net/unix').read()",
    "its own maps": "open('/proc/self/maps').read()",
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_tells_of_others_is_refused(tasks: Session, name: str) -> None:
    """Each is a bit that another jail could set, or a question about one."""
    answer = str(in_task(tasks, f"import fcntl, os\nanswer = {REFUSALS[name]}"))
    assert answer.startswith("refused"), answer


ENDINGS = {
    "closes everything, the line to the keeper too": "os.closerange(0, 256)",
    "puts one of its descriptors in the place of all others": "for n in range(3, 64): os.dup2(0, n)",
    "ends its side of every socket": """
for n in range(3, 64):
    try: socket.socket(fileno=n).shutdown(socket.SHUT_RDWR)
    except OSError: pass
""",
    "stops itself and never goes on": "os.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(10**6)",
    "waits without using the processor": "time.sleep(10**6)",
    "dies by its own alarm": "signal.alarm(1)\ntime.sleep(10**6)",
    "has a real-time limit of its own": "resource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    "answers with an object of a million parts": "answer = [[]] * 10**6",
    "answers with itself": "answer = []\nanswer.append(answer)",
}


@pytest.mark.parametrize("name", ENDINGS)
def test_one_task_ends_and_the_next_is_served(server: Server, name: str) -> None:
    """However a task cuts itself off, it costs its own answer; the session goes on, and so do others."""
    code = f"import os, resource, signal, socket, time\n{ENDINGS[name]}"
    with server.open() as session:
        with session.task(wall_seconds=2) as task:
            try:
                answer = str(task.ask({"run": code}))
            except WorkerError:
                answer = "refused"
        assert answer.startswith(("refused", "[[", "{'error'")), answer
        assert in_task(session, "answer = 1") == 1
    with server.open() as other:
        assert in_task(other, "answer = 2") == 2


def test_what_is_set_on_a_shared_descriptor_stays_in_the_task(session: Session) -> None:
    """Flags belong to what a descriptor stands for, which the keeper has too: that must be nothing that matters."""
    mute = "import os\nfor n in range(0, 64):\n    try: os.set_blocking(n, False)\n    except OSError: pass\nanswer = 1"
    for _again in range(3):
        assert in_task(session, mute) == 1
    assert [each.status for each in session.execute(["x = 1", "x + 1"])] == ["ok", "ok"]


def test_secrets_written_to_the_scratch_folder_are_gone_after_a_restart(session: Session) -> None:
    """What a task has heard of hidden inputs cannot wait there for the worker whose words students read."""
    with session.task() as task:
        task.ask({"run": "open('heard', 'w').write('secret')\nanswer = 1"})
    session.restart({})
    assert "heard" not in str(in_task(session, "import os; answer = os.listdir()"))
