"""Decides what the jail leaves to the keeper: which forks, threads and signals of a worker go on."""

from __future__ import annotations

import errno
import signal

from autograder.sandbox import processes
from autograder.sandbox.jail import seccomp

_CLONE_THREAD = 0x0001_0000
_CLONE_VM_SIGHAND = 0x0000_0100 | 0x0000_0800
_CLONE_CHILD_TIDS = 0x0100_0000 | 0x0020_0000
_NAMESPACES_AND_TRACING = 0x7E02_6080 | 0x0000_8000  # new namespaces, ptrace, pidfd, vfork, sibling


def decide(name: str, question: seccomp.Question, threads_allowed: int, may_fork: int) -> tuple[int, bool]:
    """The error number to answer a system call with (0: go on), and whether this uses up the allowance for one fork.

    `may_fork` is the process that may fork once, 0 if there is none.
    """
    process, threads = processes.process_of(question.pid)
    arguments = question.data.arguments
    if process is None:
        return errno.EPERM, False
    if name in ("clone", "fork"):
        flags = arguments[0] if name == "clone" else signal.SIGCHLD
        return _decide_clone(flags, threads < threads_allowed, process == may_fork)
    if name in ("kill", "tgkill") and arguments[0] == process:
        return 0, False
    if name == "tkill" and processes.process_of(arguments[0])[0] == process:
        return 0, False
    return errno.EPERM, False


def _decide_clone(flags: int, has_room: bool, may_fork: bool) -> tuple[int, bool]:
    if flags & _CLONE_THREAD:
        shares = flags & _CLONE_VM_SIGHAND == _CLONE_VM_SIGHAND and not flags & _NAMESPACES_AND_TRACING
        if not shares:
            return errno.EPERM, False
        return (0 if has_room else errno.EAGAIN), False
    is_plain = flags & ~_CLONE_CHILD_TIDS == signal.SIGCHLD
    return (0, True) if is_plain and may_fork else (errno.EPERM, False)
