"""Copies what a worker may see of this package into a folder of its own: by name, never "all but".

Of `checks` only the harness is there, so that `check("task")` in a submission finds nothing to run and does nothing.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.grading.graded import PACKAGE
from autograder.sandbox import Isolation, Limits, Server

HARNESS = "autograder.checks.harness"
PUBLIC = (
    "__init__.py",
    "checks/__init__.py",
    "checks/harness.py",
    "checks/stand_ins.py",
    "course/__init__.py",
    "course/checkpoints.py",
    "course/corpora.py",
    "course/kneser_ney.py",
    "course/language.py",
    "course/plots.py",
    "course/surnames.py",
    "course/thresholds.py",
    "sandbox/values.py",
)


@contextlib.contextmanager
def public_folder() -> Iterator[Path]:
    """A temporary folder with the public part of the package, importable from there."""
    with tempfile.TemporaryDirectory(prefix="autograder-public-") as name:
        folder = Path(name)
        for file in PUBLIC:
            target = folder / "autograder" / file
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PACKAGE / file, target)
        # Another identity may have to read it: the worker's.
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder


@contextlib.contextmanager
def grading_server(isolation: Isolation | None = None, limits: Limits | None = None) -> Iterator[Server]:
    """A warm server with the public part of the package and nothing else of ours."""
    with public_folder() as folder, Server(folder, HARNESS, limits, isolation=isolation) as server:
        yield server
