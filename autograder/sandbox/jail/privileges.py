"""Gives up privileges for good: capabilities, the user's identity, and being inspected by other processes."""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from autograder.sandbox.jail import system

# An identity that owns no file and runs no other process.
NOBODY_ELSE = 61_234
_CAPABILITY_VERSION_3 = 0x20080522


def become_undumpable() -> None:
    """Nobody without privileges may attach to this process or read its memory."""
    system.prctl(system.PR_SET_DUMPABLE, 0)


def become_dumpable() -> None:
    """Processes of the same user may look into this one again, as far as their own jail lets them."""
    system.prctl(system.PR_SET_DUMPABLE, 1)


def die_with_parent(signal_number: int) -> None:
    """The kernel sends this process a signal when its parent dies."""
    system.prctl(system.PR_SET_PDEATHSIG, signal_number)


def adopt_orphans() -> None:
    """Descendants whose parent has died become children of this process."""
    system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)


def forbid_new_privileges() -> None:
    """No program started from here gains anything by a set-user-id bit; Landlock and seccomp ask for it."""
    system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)


def drop_user() -> None:
    """Changes to a user and group that own nothing; needs to be really root."""
    os.setgroups([])
    os.setresgid(NOBODY_ELSE, NOBODY_ELSE, NOBODY_ELSE)
    os.setresuid(NOBODY_ELSE, NOBODY_ELSE, NOBODY_ELSE)


def drop_capabilities() -> None:
    """Empties every set of capabilities, the bounding set too where that is allowed."""
    for capability in range(64):
        try:
            system.prctl(system.PR_CAPBSET_DROP, capability)
        except OSError:
            break  # past the last capability, or none to begin with
    with suppress(OSError):  # a kernel before 4.3 has no ambient set
        system.prctl(system.PR_CAP_AMBIENT, system.PR_CAP_AMBIENT_CLEAR_ALL)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def capabilities() -> int:
    """The capabilities in force, as bits."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    raise OSError("the kernel does not tell our capabilities")


def user_can_be_dropped() -> bool:
    """Whether this is real root: identity 0 in a user namespace that maps other identities as well."""
    if os.getuid() != 0 or not capabilities() >> 7 & 1:  # CAP_SETUID
        return False
    lines = Path("/proc/self/uid_map").read_text(encoding="ascii").splitlines()
    return any(
        int(first) <= NOBODY_ELSE < int(first) + int(count)
        for first, _outside, count in map(str.split, lines)
    )


def readable_after_drop(paths: Iterable[str]) -> bool:
    """Whether the files would still be readable for the other user; tried in a child, by doing it.

    Python beneath a closed /root is not: every late import would fail with ModuleNotFoundError.
    """
    child = os.fork()
    if child == 0:
        try:
            drop_user()
            for path in paths:
                if os.path.isdir(path):
                    os.listdir(path)
                else:
                    os.close(os.open(path, os.O_RDONLY))
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def limit_resources(memory_bytes: int, file_bytes: int, open_files: int, cpu_seconds: int) -> None:
    """Sets the kernel's limits, soft and hard; `memory_bytes` comes on top of what is mapped already."""
    mapped = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    for kind, limit in (
        (resource.RLIMIT_AS, mapped + memory_bytes),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_CPU, cpu_seconds),
        # One byte, because 0 does not stop a crash handler that is a pipe.
        (resource.RLIMIT_CORE, 1),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (value, value))
