"""Says which bubblewrap and which Landlock this machine has, and what that means for the sandbox."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from autograder.sandbox import bubblewrap
from autograder.sandbox.jail import landlock
from autograder.student.core.language import _

_FIXED = (0, 12, 0)  # the first bubblewrap without CVE-2026-87766
_NEWEST_NEEDED = 6  # of Landlock: what the workers use


@dataclass(frozen=True)
class Notice:
    """A sentence about a part of the sandbox, and whether nothing is missing there."""

    is_good: bool
    text: str


def notices() -> list[Notice]:
    """One about bubblewrap, if there is one that works here, and one about Landlock."""
    program, _reason = bubblewrap.find()
    return [*([about_bubblewrap(_version_of(program))] if program else []), about_landlock(landlock.abi())]


def about_bubblewrap(version: str) -> Notice:
    """What a version, as in `0.11.0`, means.

    >>> about_bubblewrap("0.12.1").is_good
    True
    """
    numbers = tuple(map(int, re.findall(r"\d+", version)))
    if numbers >= _FIXED:
        return Notice(True, _("bubblewrap {version}").format(version=version))
    return Notice(
        False,
        _(
            "bubblewrap {version}: versions below 0.12.0 follow symbolic links while they set up mounts "
            "(CVE-2026-87766), unless your distribution has patched them. This sandbox binds no folder that a "
            "submission can write to, so it is not affected. Update bubblewrap when your system offers 0.12.0."
        ).format(version=version or _("of unknown version")),
    )


def about_landlock(abi: int) -> Notice:
    """What an ABI of Landlock means: each covers what the ones before it do.

    >>> about_landlock(7)
    Notice(is_good=True, text='Landlock ABI 7: files, TCP, signals and abstract sockets')
    """
    if abi < 1:
        return Notice(
            False, _("Landlock is missing: it needs Linux 5.13 or newer, with Landlock switched on")
        )
    if abi < 4:
        text = _(
            "Landlock ABI {abi}: files. Linux 6.7 adds TCP, Linux 6.12 signals; until then seccomp alone covers them"
        )
    elif abi < _NEWEST_NEEDED:
        text = _(
            "Landlock ABI {abi}: files and TCP. Linux 6.12 adds signals; until then seccomp alone covers them"
        )
    else:
        text = _("Landlock ABI {abi}: files, TCP, signals and abstract sockets")
    return Notice(abi >= _NEWEST_NEEDED, text.format(abi=abi))


def _version_of(program: str) -> str:
    """What a bubblewrap says of itself; an empty string if it does not."""
    try:
        run = subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.decode(errors="replace").strip().rpartition(" ")[2]
