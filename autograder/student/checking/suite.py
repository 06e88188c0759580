"""Finds what tests a task: its assignment, test files, recorded answers, known mistakes, and a case worked for it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path

from autograder.student.checking.naming import KnownMistake, read_mistakes
from autograder.student.checking.recording import Replay, read_recording
from autograder.student.core.course import ASSIGNMENTS, TASK_MARK, assignments_of_tasks, worked_of

# Of the inputs at a student's desk: fixed, so that a check says the same twice. When graded they are drawn anew.
PUBLIC_SEED = 26


def worked_case(task: str) -> str:
    """The idea of a task worked on another case, the last hint; empty if there is none."""
    return worked_of(assignments_of_tasks().get(task, "")).get(task, "")


def files_of_task(task: str) -> list[Path]:
    """The files in which the tests of a task stand; none if there is no such task."""
    assignment = assignments_of_tasks().get(task)
    return with_tests_of([task], files_of_assignment(assignment)) if assignment else []


def with_tests_of(tasks: Iterable[str], files: Iterable[Path]) -> list[Path]:
    """Those of the test files in which a test of one of these tasks stands: pytest takes long to look at the others."""
    wanted = set(tasks)
    return [
        file for file in files if wanted.intersection(TASK_MARK.findall(file.read_text(encoding="utf-8")))
    ]


def files_of_assignment(assignment: str) -> list[Path]:
    """All test files of an assignment."""
    return sorted((ASSIGNMENTS / assignment / "tests").glob("test_*.py"))


@functools.lru_cache(maxsize=8)
def replay(assignment: str, task: str) -> Replay:
    """What the reference answered in the tests of a task at the public seed."""
    return Replay(read_recording(ASSIGNMENTS / assignment, task)["answers"])


@functools.lru_cache(maxsize=8)
def known_mistakes(assignment: str, task: str) -> Mapping[str, KnownMistake]:
    """The mistakes of a task that can be recognised at the public seed, by id."""
    return read_mistakes(read_recording(ASSIGNMENTS / assignment, task))
