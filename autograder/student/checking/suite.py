"""Finds the public test files: which tasks there are, in which assignment, and what tests them."""

from __future__ import annotations

import re
from pathlib import Path

ASSIGNMENTS = Path(__file__).resolve().parents[2] / "assignments"
_TASK = re.compile(r'pytest\.mark\.task\("(\w+)"\)')


def assignments_of_tasks() -> dict[str, str]:
    """The assignment of every task, by the task's name."""
    return {
        task: path.parents[1].name
        for path in _test_files()
        for task in _TASK.findall(path.read_text(encoding="utf-8"))
    }


def public_files(task: str) -> list[Path]:
    """The public test files in which a task stands: its own part of its assignment, and the rules."""
    if task not in assignments_of_tasks():  # a name such as "x" stands in the tests for other reasons
        return []
    name = f'"{task}"'
    return [path for path in _test_files() if name in path.read_text(encoding="utf-8")]


def _test_files() -> list[Path]:
    return sorted(ASSIGNMENTS.glob("*/tests/test_*.py"))
