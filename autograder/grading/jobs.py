"""A job: one submission with everything that its mark depends on, and a key under which its result is kept."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.graded import (
    DATA,
    Earlier,
    Graded,
    Submission,
    fingerprint,
    hash_of,
    hash_of_notebook,
    ungradable,
)
from autograder.grading.task_keys import task_keys
from autograder.student.core.language import _, language

if TYPE_CHECKING:
    from autograder.sandbox import Isolation

_LIBRARIES = ("torch", "numpy", "safetensors", "tokenizers", "pytest", "ipython")  # whose versions have a say


@dataclass(frozen=True)
class Job:
    """One submission and everything that affects its mark; it can be sent to any machine."""

    submission: Submission
    seed: int
    isolation: Isolation | None = None
    train: bool = False  # run the training cells where a checkpoint is wanted and none was handed in
    # Give it up if it needs much more than others; that changes when it is graded, and no mark.
    is_turn: bool = False
    earlier: Earlier | None = None  # what may be taken over; it changes nothing of the result

    @property
    def key(self) -> str:
        """A hash of everything that affects the result but the tests of its tasks, which `task_keys` are for."""
        submission = self.submission
        files = [[name, hashlib.sha256(data).hexdigest()] for name, data in sorted(submission.files.items())]
        parts = [
            *(hashlib.sha256(submission.data).hexdigest(), submission.student, submission.file_name),
            *(
                submission.assignment,
                files,
                submission.notes,
                submission.module_notes,
                self.seed,
                self.isolation,
                self.train,
            ),
            *(fingerprint(), _sources_hash(), _data_hash(), _versions(), language()),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class CannotGrade(Exception):
    """Nothing can be graded here; the sentence says why, and what to do."""


@dataclass(frozen=True)
class PutOff:
    """Stands for a result where a submission needs more than its turn."""


# What is finished: its number, the job, what came of it.
Finished = tuple[int, Job, Graded]


def gave_up(job: Job) -> Graded:
    """The result of a job that has broken the grader down twice."""
    reason = _("The grader crashed twice on this submission. A person has to look at it.")
    return ungradable(job.submission, reason, is_final=False)


@functools.cache
def _sources_hash() -> str:
    """One hash of all source notebooks: they are reference, points and stubs in one."""
    return " ".join(hash_of_notebook(source_notebook(name)) for name in assignment_names())


@functools.cache
def _data_hash() -> str:
    """One hash of the texts a model is scored on, and of the thresholds its mark depends on."""
    return hash_of(sorted([*DATA.glob("*.json"), *DATA.glob("prepared/**/*.txt")]))


@functools.cache
def _versions() -> tuple[str, ...]:
    return platform.python_version(), *map(importlib.metadata.version, _LIBRARIES)


def forget_our_files() -> None:
    """Forgets the hashes: for a process that goes on while solutions, tests or data are edited."""
    for hashed in (fingerprint, _sources_hash, _data_hash, task_keys):
        hashed.cache_clear()
