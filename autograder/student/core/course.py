"""Finds the assignments that lie beside the student's part, and what they say of themselves."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path

from autograder.student.core.spec import Spec

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "assignments"


def assignment_names() -> list[str]:
    """The names of all assignments: every folder with a `spec.py`."""
    return sorted(path.parent.name for path in ASSIGNMENTS.glob("*/spec.py"))


@functools.cache
def spec_of(assignment: str) -> Spec:
    """The `SPEC` of an assignment; `ModuleNotFoundError` if there is no such assignment."""
    spec = importlib.import_module(f"autograder.assignments.{assignment}.spec").SPEC
    assert isinstance(spec, Spec)
    return spec
