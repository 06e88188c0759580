"""Measures and removes a folder that student code has written to, whatever the code left there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_DEPTH = 32
_ENTRY_BYTES = 4096


def occupied(folder: Path, limit: int) -> int:
    """The bytes beneath the folder, each entry at least one block; more than `limit` as soon as that is clear.

    What cannot be counted is too large: a folder that is closed to us, or a tree deeper than anybody needs, whose paths
    cannot be followed for ever.
    """
    total = 0
    waiting = [(str(folder), 0)]
    while waiting and total <= limit:
        path, depth = waiting.pop()
        if depth > _DEPTH:
            return limit + 1
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    total += _ENTRY_BYTES
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if total > limit:
                        break
        except (FileNotFoundError, NotADirectoryError):
            continue  # gone meanwhile
        except OSError:
            return limit + 1  # closed to us, as by mkdir(mode=0o300): nobody knows what is in it
    return total


def remove(folder: Path) -> None:
    """Removes the folder when nobody writes to it any more; no depth and no permission bits stop it.

    Folders inside folders are first moved up to the top, so that no path ever gets long.
    """
    serial = 0
    os.chmod(folder, 0o700)
    while names := os.listdir(folder):
        for name in names:
            path = folder / name
            if path.is_symlink() or not path.is_dir():
                path.unlink(missing_ok=True)
                continue
            path.chmod(0o700)
            for child in os.scandir(path):
                if child.is_dir(follow_symlinks=False):
                    os.chmod(child.path, 0o700)  # a closed folder cannot be moved
                    serial += 1
                    os.rename(child.path, folder / f"{os.urandom(8).hex()}-{serial}")
                else:
                    os.unlink(child.path)
            path.rmdir()
    folder.rmdir()


def fresh(folder: Path, files: dict[str, int]) -> None:
    """Makes an empty folder and copies open files into it, by name."""
    if folder.exists():
        remove(folder)
    folder.mkdir(mode=0o700)
    for name, descriptor in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open(f"/proc/self/fd/{descriptor}", "rb") as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)
