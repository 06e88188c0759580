"""Starts a program with fewer rights: as a plain user, or as root of a container, or as a plain user of a container.

    unshare --mount python -m autograder.benchmarks.confined "container, user" COMMAND ...

Only root can do that, in a mount namespace of its own: where Python lies below a closed folder (pyenv below /root),
that folder is replaced by an empty one with Python in it. A container is simulated by Docker's default set of
capabilities and by refusing the system calls that its default seccomp profile refuses (moby/profiles,
seccomp/default.json, read in November 2026); there is no AppArmor profile, and nothing of /proc is masked.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

PLACES = ("root", "user", "container, root", "container, user")
USER = 61_235  # has no entry in passwd, as with `docker run --user`; not the one that workers change to

# What Docker leaves to root in a container.
CAPABILITIES = (
    *("audit_write", "chown", "dac_override", "fowner", "fsetid", "kill", "mknod"),
    *("net_bind_service", "net_raw", "setfcap", "setgid", "setpcap", "setuid", "sys_chroot"),
)
# What its profile refuses where there are no others: system calls of x86-64 and of 64-bit ARM.
REFUSED = (
    *(
        "acct",
        "add_key",
        "bpf",
        "clock_settime",
        "delete_module",
        "fanotify_init",
        "finit_module",
        "fsconfig",
    ),
    *("fsmount", "fsopen", "fspick", "get_mempolicy", "init_module", "io_uring_enter", "io_uring_register"),
    *(
        "io_uring_setup",
        "ioperm",
        "iopl",
        "kcmp",
        "kexec_file_load",
        "kexec_load",
        "keyctl",
        "lookup_dcookie",
    ),
    *("mbind", "migrate_pages", "mount", "mount_setattr", "move_mount", "move_pages", "nfsservctl"),
    *("open_by_handle_at", "open_tree", "perf_event_open", "pidfd_getfd", "pivot_root", "process_madvise"),
    *("quotactl", "quotactl_fd", "reboot", "request_key", "set_mempolicy", "set_mempolicy_home_node"),
    *("setdomainname", "sethostname", "setns", "settimeofday", "swapoff", "swapon", "sysfs", "syslog"),
    *("umount2", "unshare", "uselib", "userfaultfd", "ustat", "vhangup"),
)
NEW_NAMESPACES = (
    *(
        0x0002_0000,
        0x0200_0000,
        0x0400_0000,
        0x0800_0000,
    ),  # mounts, control groups, names of the machine, System V
    *(0x1000_0000, 0x2000_0000, 0x4000_0000),  # users, processes, network
)


def refuse_as_docker_does() -> None:
    """Puts this process, and all that it starts, under a filter; programs may still gain rights, as in a container."""
    import pyseccomp as libseccomp

    rules = libseccomp.SyscallFilter(libseccomp.ALLOW)
    rules.set_attr(libseccomp.Attr.CTL_NNP, 0)
    for name in REFUSED:
        rules.add_rule(libseccomp.ERRNO(errno.EPERM), name)
    for flag in NEW_NAMESPACES:
        rules.add_rule(
            libseccomp.ERRNO(errno.EPERM), "clone", libseccomp.Arg(0, libseccomp.MASKED_EQ, flag, flag)
        )
    rules.add_rule(libseccomp.ERRNO(errno.ENOSYS), "clone3")  # its flags cannot be seen
    rules.load()


def open_to_all(paths: Iterable[Path]) -> None:
    """Mounts an empty folder over each closed one above these, with nothing in it but them: for this namespace only."""
    closed = {
        path: next((p for p in reversed(path.parents) if not p.stat().st_mode & 1), None) for path in paths
    }
    kept = {path: os.open(path, os.O_PATH) for path, above in closed.items() if above is not None}
    for above in {above for above in closed.values() if above is not None}:
        _mount("-t", "tmpfs", "-o", "mode=755", "none", str(above))
    for path, descriptor in kept.items():
        path.mkdir(parents=True, exist_ok=True)
        # By its descriptor, since by its name one finds the empty folder.
        source = f"/proc/self/fd/{descriptor}"
        _mount("--no-canonicalize", "--bind", source, str(path), descriptor=descriptor)
        os.close(descriptor)


def _mount(*words: str, descriptor: int | None = None) -> None:
    kept = () if descriptor is None else (descriptor,)
    subprocess.run(["mount", *words], check=True, pass_fds=kept)


def confining(place: str) -> list[str]:
    """The command before a command that takes the rights away.

    >>> confining("user")[:3]
    ['setpriv', '--inh-caps', '-all']
    """
    words = ["setpriv", "--inh-caps", "-all"]
    if place.startswith("container"):
        words += ["--bounding-set", ",".join(["-all", *(f"+{name}" for name in CAPABILITIES)])]
    if place.endswith("user"):
        words += ["--reuid", str(USER), "--regid", str(USER), "--clear-groups"]
    return [*words, "--"]


def main() -> None:
    """Becomes the command."""
    place, *command = sys.argv[1:]
    if place.endswith("user"):
        open_to_all([Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve()])
    if place.startswith("container"):
        refuse_as_docker_does()
    words = [*confining(place), *command]
    os.execvp(words[0], words)


if __name__ == "__main__":
    main()
