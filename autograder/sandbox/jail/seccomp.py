"""Restricts which system calls a process may make, with a seccomp filter that asks the keeper about some of them.

The filter is an allow-list: what is not on it fails with EPERM. What changes a file's permissions or times succeeds
without doing anything. A few calls are neither allowed nor simply refused
but *asked*: the kernel holds the caller and tells the keeper, which decides (see keeper.py): starting a process or
thread, signals to oneself, and what an honest submission has no use for, so that the keeper can name it.

The filter is compiled once (`compile_filter`, needs libseccomp) and loaded in every worker by one system call.

POSIX timers (`timer_create`) are not on the list: they can send any signal, also the one that wakes a stopped process.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import socket
import tempfile
from dataclasses import dataclass

from autograder.sandbox.jail import policy
from autograder.sandbox.jail.system import system_call

_SET_MODE_FILTER, _FLAG_NEW_LISTENER = 1, 1 << 3
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_FLAG_CONTINUE = 1


@dataclass(frozen=True)
class Filter:
    """A compiled filter: its instructions, the number of seccomp(2), and the names of the calls it asks about."""

    instructions: bytes
    call_number: int
    asked: dict[int, str]


def compile_filter() -> Filter:
    """Compiles the filter for this machine; `OSError` with a reason if libseccomp is missing or too old."""
    try:
        import pyseccomp as libseccomp
    except Exception as error:
        raise OSError(f"libseccomp cannot be loaded ({error})") from error
    rules = libseccomp.SyscallFilter(libseccomp.ERRNO(errno.EPERM))
    asked = {}

    def add(action: int, name: str, *conditions: object) -> None:
        try:
            rules.add_rule(action, name, *conditions)
        except OSError:
            return  # this architecture, or this libseccomp, does not know the call: it stays refused
        number = libseccomp.resolve_syscall(libseccomp.Arch.NATIVE, name)
        if action == libseccomp.NOTIFY and number >= 0:
            asked[number] = name

    def equal(position: int, value: int) -> object:
        return libseccomp.Arg(position, libseccomp.EQ, value)

    for name in policy.ALLOWED:
        add(libseccomp.ALLOW, name)
    for name in policy.PRETENDED:
        add(libseccomp.ERRNO(0), name)
    for name in policy.ASKED:
        add(libseccomp.NOTIFY, name)
    # The C library falls back from clone3, whose flags a filter cannot see, to clone.
    add(libseccomp.ERRNO(errno.ENOSYS), "clone3")
    add(libseccomp.ALLOW, "prlimit64", equal(0, 0))
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        same_kind = libseccomp.Arg(1, libseccomp.MASKED_EQ, 0xF, kind)
        add(libseccomp.ALLOW, "socketpair", equal(0, socket.AF_UNIX), same_kind)
    # F_SETOWN and F_SETSIG, which are missing here, send signals to any process of the same user.
    for command in policy.FCNTL_COMMANDS:
        add(libseccomp.ALLOW, "fcntl", equal(1, command))
    for command in policy.FCNTL_SET_LOCK:
        add(libseccomp.ERRNO(0), "fcntl", equal(1, command))
    for advice in policy.MADVISE_OWN_PAGES:
        add(libseccomp.ALLOW, "madvise", equal(2, advice))
    # RWF_NOWAIT would tell whether a page of a shared file is in memory.
    for name in ("preadv2", "pwritev2"):
        add(libseccomp.ALLOW, name, equal(5, 0))
    # A futex on a page of a file that all can read would be a bell between submissions. The C library uses a shared one
    # to wait for the end of a thread: it looks again when told that the number has changed.
    private = libseccomp.Arg(1, libseccomp.MASKED_EQ, policy.FUTEX_PRIVATE, policy.FUTEX_PRIVATE)
    add(libseccomp.ALLOW, "futex", private)
    for command, answer in (
        (policy.FUTEX_WAIT, errno.EAGAIN),
        (policy.FUTEX_WAIT_BITSET, errno.EAGAIN),
        (policy.FUTEX_WAKE, 0),
    ):
        shared = libseccomp.Arg(1, libseccomp.MASKED_EQ, policy.FUTEX_COMMAND | policy.FUTEX_PRIVATE, command)
        add(libseccomp.ERRNO(answer), "futex", shared)
    for request in policy.IOCTL_REQUESTS:
        add(libseccomp.ALLOW, "ioctl", equal(1, request))
    for option in policy.PRCTL_PLAIN:
        add(libseccomp.ALLOW, "prctl", equal(0, option))
    add(libseccomp.ALLOW, "prctl", equal(0, policy.PR_SET_PDEATHSIG), equal(1, policy.SIGKILL))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        instructions = file.read()
    number = libseccomp.resolve_syscall(libseccomp.Arch.NATIVE, "seccomp")
    if "clone" not in asked.values():
        raise OSError("libseccomp is too old to ask a supervisor (2.5 or newer is needed)")
    return Filter(instructions, number, asked)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def load(instructions: bytes, call_number: int) -> int:
    """Puts this process under the filter and returns the descriptor that hears its questions. Needs no_new_privs.

    The caller must hand the descriptor to the keeper and close its own copy before student code runs: who holds it
    decides.
    """
    program = _Program(len(instructions) // 8, instructions)
    return system_call(call_number, _SET_MODE_FILTER, _FLAG_NEW_LISTENER, ctypes.byref(program))


class _Data(ctypes.Structure):
    _fields_ = (
        ("number", ctypes.c_int),
        ("architecture", ctypes.c_uint32),
        ("instruction_pointer", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
    )


class Question(ctypes.Structure):
    """A system call that waits for an answer: `pid` is the calling thread, `data` the call and its arguments."""

    _fields_ = (
        ("identity", ctypes.c_uint64),
        ("pid", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("data", _Data),
    )


class _Answer(ctypes.Structure):
    _fields_ = (
        ("identity", ctypes.c_uint64),
        ("value", ctypes.c_int64),
        ("error", ctypes.c_int32),
        ("flags", ctypes.c_uint32),
    )


def next_question(listener: int) -> Question | None:
    """The question that is waiting; None if the asker is gone."""
    question = Question()
    try:
        fcntl.ioctl(listener, _RECEIVE, question)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.EINTR):
            return None
        raise
    return question


def answer(listener: int, question: Question, error: int) -> bool:
    """Lets the call go on (`error` 0) or fail with an error number; False if the asker did not wait for it."""
    reply = _Answer(question.identity, 0, -error, 0 if error else _FLAG_CONTINUE)
    try:
        fcntl.ioctl(listener, _SEND, reply)
    except OSError as failure:
        if failure.errno == errno.ENOENT:
            return False
        raise
    return True
