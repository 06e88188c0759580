"""Whoever reaches a limit reads on her page which one, and her other tasks count."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import Any

import pytest

from autograder.grading import run
from autograder.grading.graded import Submission
from autograder.grading.suite import Suite
from autograder.reports.feedback import feedback_page
from autograder.sandbox import Limits, Server
from autograder.sandbox.budget import Budget
from autograder.student.core.notebook import Notebook
from autograder.tests.conftest import every_third_quick

FILLS = "for i in range(300): open(f'{i}', 'wb').write(bytes(2**20))\nimport time; time.sleep(1000)"
# What is changed of the limits, where (a cell, or the answer to a task), what is done there, and what the page says.
ROWS: dict[str, tuple[dict[str, Any], str, str, str]] = {
    "computing in a cell": ({}, "cell", "while True: pass", "more than 2 seconds of computing time"),
    "computing in all cells": (
        {"cpu_seconds_total": 1.0},
        "cell",
        "while True: pass",
        "All cells together have 1 seconds",
    ),
    "sleeping in a cell": (
        {"idle_seconds": 1.0},
        "cell",
        "import time; time.sleep(1000)",
        "may sleep for 1 seconds",
    ),
    "memory in a cell": ({}, "cell", "kept = bytearray(2**40)", "512 MB of memory"),
    "disk in a cell": ({}, "cell", FILLS, "wrote more to the disk"),
    "a large file in a cell": ({}, "cell", "open('x', 'wb').write(bytes(2**27))", "may have 64 MB"),
    "open files in a cell": ({}, "cell", "kept = [open('/dev/null') for _ in range(999)]", "128 files open"),
    "fresh starts": (
        {"restarts": 0},
        "cell",
        "import os; os._exit(0)",
        "too many cells before it ended the whole program",
    ),
    "computing in a task": ({}, "task", "while True: pass", "more than 1 seconds of computing time"),
    "sleeping in a task": (
        {"idle_seconds": 1.0},
        "task",
        "import time; time.sleep(1000)",
        "may sleep for 1 seconds",
    ),
    "memory in a task": ({}, "task", "return bytearray(2**40)", "512 MB of memory"),
    "computing in all tasks": (
        {"task_cpu_seconds": 2.0, "tasks_cpu_seconds": 2.0},
        "task",
        "while True: pass",
        "All tasks together have 2 seconds",
    ),
    "replies of a task": (
        {"reply_bytes": 2**20},
        "task",
        "return torch.zeros(2**20)",
        "larger than the 1 MB",
    ),
    "the grader's own work": ({"grader_cpu_seconds": 0.0}, "task", "pass", "own work for this submission"),
}


def notebook_with(source: Notebook, where: str, code: str) -> bytes:
    """The solution of a few tasks, where a cell before them, or one answer, does this."""
    indented = "\n".join(f"    {line}" for line in code.splitlines())
    cells = []
    for cell in source.cells:
        is_answer = where == "task" and cell.grade_id == "rnn_step"
        text = f"def rnn_step(x, h, W_xh, W_hh, b):\n{indented}" if is_answer else cell.source
        metadata = {"tags": sorted(cell.tags), "nbgrader": cell.nbgrader}
        cells.append({"id": cell.id, "cell_type": cell.kind, "source": text, "metadata": metadata})
    if where == "cell":
        cells.insert(0, {"id": "own", "cell_type": "code", "source": code, "metadata": {}})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


@pytest.mark.parametrize("name", every_third_quick(ROWS))
def test_a_page_names_the_limit_that_was_reached(
    name: str,
    server: Server,
    suites: dict[str, Suite],
    few_tasks: Notebook,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In a sentence at the cell or the task."""
    changed, where, code, sentence = ROWS[name]

    def budget(limits: Limits, is_turn: bool) -> Budget:
        return Budget(replace(limits, **changed), is_turn)

    monkeypatch.setattr(run, "Budget", budget)
    data = notebook_with(few_tasks, where, code)
    graded = run.grade(Submission("ada", data, "rnn_basics.ipynb"), suites, server, 7)
    page = feedback_page(graded.result, graded.notebook, graded.outcomes)
    assert sentence in html.unescape(page)
    passed = {task.name for task in graded.result.tasks if task.status == "passed"}
    if "grader" not in name and name != "fresh starts":
        assert "pad_batch" in passed  # what was done beside it counts
