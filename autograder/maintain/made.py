"""Leaves the files of a run as they are where nothing has changed of what they are made from.

To write a class's pages takes longer than to read its results. What each file was made from is kept as a hash beside
them; while a run is writing there is no such list, so that one that is interrupted leaves nothing to be relied on.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograder.grading.graded import PACKAGE, fingerprint, hash_of
from autograder.grading.store import write_atomically
from autograder.student.core.language import language

FILE = ".made-from.json"


class Made:
    """What was made in the folder of a run, and from what. A context manager: at its end the list is written."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._before: dict[str, Any] = {}
        self._now: dict[str, Any] = {}

    def __enter__(self) -> Made:
        with suppress(OSError, ValueError, TypeError):
            self._before = dict(json.loads((self._out / FILE).read_text(encoding="utf-8")))
        (self._out / FILE).unlink(missing_ok=True)
        return self

    def __exit__(self, kind: object, *_error: object) -> None:
        if kind is None:
            write_atomically(self._out / FILE, json.dumps(self._now) + "\n")

    def once(self, name: str, sources: Iterable[str], write: Callable[[], Iterable[Path]]) -> None:
        """Calls `write`, unless the files it returned for the same sources are still as it left them."""
        digest = hashlib.sha256(_program().encode())
        for source in sources:
            digest.update(f"{len(source)}\n{source}".encode(errors="backslashreplace"))
        key = digest.hexdigest()
        before = self._before.get(name)
        if isinstance(before, dict) and before.get("key") == key and _are_there(before.get("files")):
            self._now[name] = before
        else:
            self._now[name] = {"key": key, "files": {str(path): _state(path) for path in write()}}


@functools.cache
def _program() -> str:
    """The code and the sentences that pages are made by."""
    reports = [path for path in sorted((PACKAGE / "reports").rglob("*")) if path.suffix not in ("", ".pyc")]
    return f"{fingerprint()} {hash_of(reports)} {language()}"


def _state(path: Path) -> list[int]:
    state = path.stat()
    return [state.st_size, state.st_mtime_ns]


def _are_there(files: Any) -> bool:
    with suppress(OSError):
        return isinstance(files, dict) and all(_state(Path(path)) == state for path, state in files.items())
    return False
