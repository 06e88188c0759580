"""Restricts which files a process may open, with Landlock (Linux 5.13 or newer).

Landlock is probed by the system call, never by /sys/kernel/security/lsm, which is missing on some machines where
Landlock works. What it does not cover (stat, chmod, chdir, file locks) is the business of the seccomp filter.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from autograder.sandbox.jail.system import system_call

# The numbers of new system calls are the same on all architectures.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_RULE_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_TRUNCATE = 1 << 14
_READ = _READ_FILE | _READ_DIR
_ON_FILES = 1 << 0 | _WRITE_FILE | _READ_FILE | _TRUNCATE | 1 << 15
# remove directory and file, make directory, regular file and symbolic link, rename between folders, truncate
_WRITE = _WRITE_FILE | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 12 | 1 << 13 | _TRUNCATE
_HANDLED_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_HANDLED_NEWEST = (1 << 16) - 1
_TCP_BIND_AND_CONNECT = 0b11
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11


class _RulesetAttribute(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):  # packed for the kernel, which reads the first 12 bytes
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def abi() -> int:
    """The version of Landlock that this kernel speaks; 0 if none."""
    try:
        return system_call(_CREATE_RULESET, None, 0, 1)
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str], devices: Iterable[str]) -> int:
    """Lets this process read beneath `readable`, also write beneath `writable`; returns the ABI in force.

    `devices` are files that may be read and written. A path that does not exist is left out; any other failure
    raises `OSError`, and then nothing is restricted. Needs no_new_privs.
    """
    version = abi()
    if version < 1:
        raise OSError("the kernel has no Landlock")
    handled = _HANDLED_BY_ABI.get(version, _HANDLED_NEWEST)
    attribute = _RulesetAttribute(
        handled,
        _TCP_BIND_AND_CONNECT if version >= 4 else 0,
        _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0,
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = system_call(_CREATE_RULESET, ctypes.byref(attribute), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ)
        for path in writable:
            _allow(ruleset, path, (_READ | _WRITE) & handled)
        for path in devices:
            _allow(ruleset, path, _READ_FILE | _WRITE_FILE)
        system_call(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return version


def _allow(ruleset: int, path: str, access: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except (FileNotFoundError, PermissionError):
        return  # what cannot be opened needs no permission
    try:
        if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
            access &= _ON_FILES  # the kernel answers EINVAL to a folder's right on a file
        rule = _PathBeneath(access, descriptor)
        system_call(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(descriptor)


def without(folder: Path, hidden: Iterable[Path]) -> list[Path]:
    """The largest paths beneath `folder` that together hold all of it but `hidden`.

    Links are left out where the folder has to be split: a rule goes by the real place, so that one link
    (lib64 -> lib in every virtual environment) would allow again what was left out.
    """
    inside = [path for path in hidden if path == folder or folder in path.parents]
    if not inside:
        return [folder]
    if folder in inside:
        return []
    children = [child for child in sorted(folder.iterdir()) if not child.is_symlink()]
    return [part for child in children for part in without(child, inside)]
