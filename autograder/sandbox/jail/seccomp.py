"""Restricts which system calls a process may make, with a seccomp filter that has an ear in the keeper.

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

from autograder.sandbox.jail.system import system_call

_ALLOWED = [
    "access",
    "alarm",
    "arch_prctl",
    "brk",
    "capget",
    "chdir",
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "close",
    "close_range",
    "copy_file_range",
    "creat",
    "dup",
    "dup2",
    "dup3",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "eventfd",
    "eventfd2",
    "exit",
    "exit_group",
    "faccessat",
    "faccessat2",
    "fallocate",
    "fchdir",
    "fdatasync",
    "fgetxattr",
    "flistxattr",
    "flock",
    "fstat",
    "fstatfs",
    "fsync",
    "ftruncate",
    "futex",
    "futex_waitv",
    "getcpu",
    "getcwd",
    "getdents",
    "getdents64",
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getitimer",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getrandom",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getrusage",
    "getsid",
    "getsockname",
    "getsockopt",
    "getpeername",
    "gettid",
    "gettimeofday",
    "getuid",
    "getxattr",
    "lgetxattr",
    "link",
    "linkat",
    "listxattr",
    "llistxattr",
    "lseek",
    "lstat",
    "madvise",
    "membarrier",
    "mkdir",
    "mkdirat",
    "mmap",
    "mprotect",
    "mremap",
    "msync",
    "munmap",
    "nanosleep",
    "newfstatat",
    "open",
    "openat",
    "pause",
    "pipe",
    "pipe2",
    "poll",
    "ppoll",
    "pread64",
    "preadv",
    "preadv2",
    "pselect6",
    "pwrite64",
    "pwritev",
    "pwritev2",
    "read",
    "readlink",
    "readlinkat",
    "readv",
    "recvfrom",
    "recvmsg",
    "rename",
    "renameat",
    "renameat2",
    "restart_syscall",
    "rmdir",
    "rseq",
    "rt_sigaction",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_yield",
    "select",
    "sendfile",
    "sendmsg",
    "sendto",
    "set_robust_list",
    "set_tid_address",
    "setitimer",
    "setrlimit",
    "shutdown",
    "sigaltstack",
    "signalfd4",
    "stat",
    "statfs",
    "statx",
    "symlink",
    "symlinkat",
    "sync_file_range",
    "sysinfo",
    "time",
    "timerfd_create",
    "timerfd_gettime",
    "timerfd_settime",
    "times",
    "umask",
    "uname",
    "unlink",
    "unlinkat",
    "wait4",
    "waitid",
    "write",
    "writev",
]

# Landlock does not cover these, and no mount does: permissions and times of /tmp and of devices can be changed by
# whoever owns them, which would stop every other submission, or tell one what another has seen. Honest code calls
# them in passing (`shutil.copy`, `save_checkpoint`), so they succeed without doing anything. The last two warm or
# empty the page cache, which all submissions share; `mincore`, which reads it, is refused.
_PRETENDED = [
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "fadvise64",
    "readahead",
]

_ASKED = [
    "clone",
    "fork",
    "vfork",
    "kill",
    "tkill",
    "tgkill",
    "execve",
    "execveat",
    "socket",
    "connect",
    "bind",
    "listen",
    "accept",
    "accept4",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "setsid",
    "setpgid",
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "open_by_handle_at",
    "bpf",
    "perf_event_open",
    "keyctl",
    "add_key",
    "request_key",
    "io_uring_setup",
    "userfaultfd",
    "init_module",
    "finit_module",
    "kexec_load",
    "reboot",
    "swapon",
    "setuid",
    "setgid",
    "setresuid",
    "setresgid",
    "setreuid",
    "setregid",
    "capset",
    "personality",
    "memfd_create",
    "memfd_secret",
    "shmget",
    "msgget",
    "semget",
    "seccomp",
]

_FCNTL_COMMANDS = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1032)
_IOCTL_REQUESTS = (
    0x5401,
    0x5413,
    0x541B,
    0x5421,
    0x5450,
    0x5451,
)  # TCGETS TIOCGWINSZ FIONREAD FIONBIO FION/CLEX
_PRCTL_PLAIN = (3, 15, 16, 21, 23, 39, 0x53564D41)  # questions, and names of threads and mappings
_PR_SET_PDEATHSIG, _SIGKILL = 1, 9

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

    for name in _ALLOWED:
        add(libseccomp.ALLOW, name)
    for name in _PRETENDED:
        add(libseccomp.ERRNO(0), name)
    for name in _ASKED:
        add(libseccomp.NOTIFY, name)
    # The C library falls back from clone3, whose flags a filter cannot see, to clone.
    add(libseccomp.ERRNO(errno.ENOSYS), "clone3")
    add(libseccomp.ALLOW, "prlimit64", equal(0, 0))
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        same_kind = libseccomp.Arg(1, libseccomp.MASKED_EQ, 0xF, kind)
        add(libseccomp.ALLOW, "socketpair", equal(0, socket.AF_UNIX), same_kind)
    # F_SETOWN and F_SETSIG, which are missing here, send signals to any process of the same user.
    for command in _FCNTL_COMMANDS:
        add(libseccomp.ALLOW, "fcntl", equal(1, command))
    for request in _IOCTL_REQUESTS:
        add(libseccomp.ALLOW, "ioctl", equal(1, request))
    for option in _PRCTL_PLAIN:
        add(libseccomp.ALLOW, "prctl", equal(0, option))
    add(libseccomp.ALLOW, "prctl", equal(0, _PR_SET_PDEATHSIG), equal(1, _SIGKILL))
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
