"""Defines what goes into grading and what comes out of it; a process that only waits need not load torch for it."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from autograder.grading.text import clean, clean_line
from autograder.student.core.notebook import Cell, Notebook
from autograder.student.core.results import Result, TaskResult, TestResult, task_result_from, test_result_from

PACKAGE = Path(__file__).resolve().parents[1]
DATA = PACKAGE.parent / "data"
# What `--train` may use for one submission: the notebook's own training takes a third of it on a machine as slow as
# the one it was measured on.
TRAINING_CPU_SECONDS = 20 * 60
TRAINING_MEMORY_BYTES = 2 * 2**30
_FINGERPRINTED = (
    "student/**/*.py",
    "student/**/*.mo",
    "assignments/*.py",
    "grading/**/*.py",
    "sandbox/**/*.py",
)


@dataclass(frozen=True)
class Submission:
    """One handed-in notebook. `assignment` is given where it is known from outside, and else read off the cells."""

    student: str
    data: bytes
    file_name: str = ""
    assignment: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # checkpoint and modules, by name
    notes: tuple[str, ...] = ()  # a sentence for each file of a checkpoint that was not read
    module_notes: tuple[str, ...] = ()  # one for each helper module that was not read


class Outcome(NamedTuple):
    """What became of one cell: ok, error, timeout, crashed or skipped; its error and its output as clean text."""

    status: str
    error: str
    output: str


@dataclass(frozen=True)
class Tested:
    """What testing found, before a task's message speaks of another task: what a later run may take over."""

    __test__ = False  # pytest would otherwise try to collect this class

    tasks: tuple[TaskResult, ...] = ()
    hidden: tuple[TestResult, ...] = ()  # of the measured task, with the hidden text
    notes: tuple[str, ...] = ()  # for the instructor, on that measurement
    refusals: tuple[str, ...] = ()  # the system calls that the sandbox refused
    has_taken_away: bool = True  # what tasks forbid, as far as it was tried

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Tested:
        """Out of what its JSON holds; `KeyError` or `TypeError` for anything else."""
        return cls(
            tuple(map(task_result_from, document["tasks"])),
            tuple(map(test_result_from, document["hidden"])),
            tuple(document["notes"]),
            tuple(document["refusals"]),
            document["has_taken_away"],
        )


@dataclass(frozen=True)
class Graded:
    """A result, and what a report shows beside it: the cells as they were run and what became of each."""

    result: Result
    notebook: Notebook = field(default_factory=lambda: Notebook(()))
    outcomes: tuple[Outcome, ...] = ()  # one for each cell of `notebook`
    is_final: bool = True  # otherwise the fault was not the submission's, and another try may end differently
    tested: Tested = field(default_factory=Tested)

    def to_json(self) -> str:
        """All of it as JSON, to be read again by `from_json`."""
        document = {
            "result": self.result.document(),
            "cells": self.notebook.cells,
            "outcomes": self.outcomes,
            "tested": self.tested,
        }
        return json.dumps(document, default=_plain)

    @classmethod
    def from_json(cls, text: str) -> Graded:
        """What `to_json` wrote; `ValueError`, `TypeError` or `KeyError` for anything else."""
        document = json.loads(text)
        cells = tuple(Cell(**{**cell, "tags": frozenset(cell["tags"])}) for cell in document["cells"])
        outcomes = tuple(Outcome(*outcome) for outcome in document["outcomes"])
        tested = Tested.from_document(document["tested"])
        return cls(Result.from_document(document["result"]), Notebook(cells), outcomes, tested=tested)


def _plain(value: Any) -> Any:
    """What JSON writes for tags, and for objects."""
    return sorted(value) if isinstance(value, frozenset) else vars(value)


class Earlier(NamedTuple):
    """What came of a submission in an earlier run, and which of its tasks have other tests since then."""

    graded: Graded
    stale: frozenset[str]


def ungradable(submission: Submission, reason: str, is_final: bool = True) -> Graded:
    """The result of a submission that could not be graded. That is not a zero: a person has to look at it."""
    result = Result(
        student=clean_line(submission.student),
        assignment=submission.assignment,
        status="ungradable",
        score=0.0,
        max_score=0.0,
        reason=clean(reason),
    )
    return Graded(result, is_final=is_final)


@functools.cache
def fingerprint() -> str:
    """One hash of all our code and sentences that affect a result, but for what belongs to one assignment."""
    return hash_of([path for pattern in _FINGERPRINTED for path in sorted(PACKAGE.glob(pattern))])


def hash_of(paths: Sequence[Path]) -> str:
    """One hash of the contents of some files."""
    digest = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def hash_of_notebook(notebook: Notebook) -> str:
    """A hash of everything in a notebook that affects a mark."""
    parts = [[cell.kind, cell.source, sorted(cell.tags), cell.nbgrader] for cell in notebook.cells]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
