"""Finds the assignments beside the student's part, and loads what each says of itself."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.student.core.spec import Spec

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "assignments"
_PACKAGE = f"{__name__.partition('.')[0]}.assignments"
TASK_MARK = re.compile(r'pytest\.mark\.task\("(\w+)"\)')  # as it is written above a test


def assignment_names() -> list[str]:
    """The names of all assignments, sorted: every folder with a `spec.py`."""
    return sorted(path.parent.name for path in ASSIGNMENTS.glob("*/spec.py"))


def assignments_of_tasks() -> Mapping[str, str]:
    """The assignment of every task that has tests, by the task's name."""
    return _tested_in(ASSIGNMENTS)


@functools.cache  # every `check` and `predict` asks
def _tested_in(folder: Path) -> Mapping[str, str]:
    return {
        task: path.parents[1].name
        for path in sorted(folder.glob("*/tests/test_*.py"))
        for task in TASK_MARK.findall(path.read_text(encoding="utf-8"))
    }


@functools.cache
def spec_of(assignment: str) -> Spec:
    """What an assignment says of itself; `ModuleNotFoundError` if there is none of that name."""
    spec: Spec = importlib.import_module(f"{_PACKAGE}.{assignment}.spec").SPEC
    return spec


@functools.cache
def outcomes_of(assignment: str) -> Mapping[str, Callable[[Any], Mapping[str, Any]]]:
    """What a student may predict, by task: `OUTCOMES` of the assignment's `tests/predictions.py`, if it has one.

    Each function asks the student's code (its names are attributes) and returns what came out, by name.
    """
    return _beside_tests(assignment, "predictions", "OUTCOMES")


@functools.cache
def worked_of(assignment: str) -> Mapping[str, str]:
    """The idea of each task worked on another case: `WORKED` of the assignment's `tests/worked.py`, if it has one."""
    return _beside_tests(assignment, "worked", "WORKED")


def _beside_tests(assignment: str, module: str, name: str) -> Mapping[str, Any]:
    path = f"{_PACKAGE}.{assignment}.tests.{module}"
    if assignment not in assignment_names() or not importlib.util.find_spec(path):
        return {}
    found: Mapping[str, Any] = getattr(importlib.import_module(path), name)
    return found


@functools.cache
def doubles() -> Mapping[str, Callable[..., Any]]:
    """What the tests of all assignments put in the place of a student's own code, by name: `DOUBLES` of `doubles.py`.

    A name belongs to one assignment; `ValueError` if two want it.
    """
    found: dict[str, Callable[..., Any]] = {}
    for assignment in assignment_names():
        module = f"{_PACKAGE}.{assignment}.doubles"
        own = importlib.import_module(module).DOUBLES if importlib.util.find_spec(module) else {}
        if twice := own.keys() & found.keys():
            raise ValueError(f"{assignment}: another assignment has doubles called {sorted(twice)}")
        found |= own
    return found
