"""Copies what a worker may see of this package into a folder of its own: by name, never "all but".

Of `student.checking` only the harness and what it needs are there, so that `check("task")` in a submission finds
nothing to run. Where a model is trained the public corpora are there as well; hidden text lies in another folder, which
is not copied.
"""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from autograder.grading.graded import DATA, PACKAGE, TRAINING_CPU_SECONDS, TRAINING_MEMORY_BYTES
from autograder.sandbox import Isolation, Limits, Server
from autograder.sandbox.server import WARM
from autograder.student.core.course import assignment_names, spec_of
from autograder.student.core.spec import Rule

HARNESS = "autograder.student.checking.harness"
CORPUS_FILES = ("vocabulary.txt", "train.txt", "train.words.txt", "valid.txt", "valid.words.txt")
PUBLIC = (
    "__init__.py",
    "student/*.py",
    "student/core/*.py",
    "student/models/*.py",
    "student/plots/*.py",
    "student/checking/__init__.py",
    "student/checking/harness.py",
    "student/checking/doubles.py",
    "student/checking/invariants.py",
    "student/checking/raised.py",
    "student/checking/refusals.py",
    "student/submission/__init__.py",
    "assignments/__init__.py",
    "assignments/*/__init__.py",
    "assignments/*/spec.py",
    "assignments/*/doubles.py",
)


TRAINING = Limits(
    cpu_seconds_per_cell=TRAINING_CPU_SECONDS,
    cpu_seconds_total=2 * TRAINING_CPU_SECONDS,
    waiting_seconds=4 * TRAINING_CPU_SECONDS,
    memory_bytes=TRAINING_MEMORY_BYTES,
)


@contextlib.contextmanager
def public_folder(with_corpora: bool = False) -> Iterator[Path]:
    """A temporary folder with the public part of the package, importable from there."""
    with tempfile.TemporaryDirectory(prefix="autograder-public-") as name:
        folder = Path(name)
        for file in sorted(path for pattern in PUBLIC for path in PACKAGE.glob(pattern)):
            target = folder / "autograder" / file.relative_to(PACKAGE)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        if with_corpora:
            _copy_corpora(folder / DATA.name)
        # Another identity may have to read it: the worker's.
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        yield folder


def _warm() -> tuple[str, ...]:
    """What a warm server imports: what the notebooks' own cells do, so that it is not done again for each submission.

    Also what some task forbids, since code can only be taken away where it is known.
    """
    libraries = sorted({library for rule in _rules() for library in rule.libraries})
    own = dict.fromkeys(name for assignment in assignment_names() for name in spec_of(assignment).warm)
    return (*WARM, *(library for library in libraries if importlib.util.find_spec(library)), *own)


def _forgone() -> set[str]:
    """The compiled functions that some task forbids."""
    return {function for rule in _rules() for function in rule.compiled}


def _rules() -> list[Rule]:
    return [rule for name in assignment_names() for rule in spec_of(name).forbidden.values()]


def _copy_corpora(target: Path) -> None:
    """The thresholds and the public files of every prepared corpus, by name."""
    names = ["thresholds.json"]
    for corpus in sorted((DATA / "prepared").glob("*/vocabulary.txt")):
        names += [f"prepared/{corpus.parent.name}/{name}" for name in CORPUS_FILES]
    for name in names:
        if (DATA / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(DATA / name, target / name)


@contextlib.contextmanager
def grading_server(isolation: Isolation | None = None, limits: Limits | None = None) -> Iterator[Server]:
    """A warm server with the public part of the package and nothing else of ours."""
    with (
        public_folder() as folder,
        Server(folder, HARNESS, limits, _warm(), isolation, _forgone()) as server,
    ):
        yield server


@contextlib.contextmanager
def training_server(isolation: Isolation | None = None, limits: Limits = TRAINING) -> Iterator[Server]:
    """A warm server for the training of a model: with the public corpora, and limits that are its budget."""
    with (
        public_folder(with_corpora=True) as folder,
        Server(folder, HARNESS, limits, isolation=isolation) as server,
    ):
        yield server
