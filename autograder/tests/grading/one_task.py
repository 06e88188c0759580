"""One task of a real notebook, graded with an answer of a test's own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from autograder.assignments.sources import source_notebook
from autograder.grading.graded import Submission
from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.student.core.notebook import CHECK_PREFIX, SETUP_TAG, Notebook
from autograder.student.core.results import Result, TaskResult

SEED = 20_26


def part_of(assignment: str, tasks: tuple[str, ...]) -> Notebook:
    """The setup and these tasks of a real notebook, with the answers of the solution."""
    cells = source_notebook(assignment).cells
    kept = [c for c in cells if SETUP_TAG in c.tags or c.grade_id.removeprefix(CHECK_PREFIX) in tasks]
    return Notebook(tuple(kept))


def result_of(
    notebook: Notebook,
    assignment: str,
    task: str,
    answer: str,
    server: Server,
    before: str = "",
    has_rules: bool = True,
) -> Result:
    """What comes of this part of a notebook with this answer (or the solution's, if it is empty) and a cell before it.

    Without rules nothing is forbidden.
    """
    suite = Suite(assignment, notebook)
    if not has_rules:
        suite.spec = replace(suite.spec, forbidden={})
    cells = []
    for cell in notebook.cells:
        source = answer if cell.grade_id == task and answer else cell.source
        metadata = {"tags": sorted(cell.tags), "nbgrader": cell.nbgrader}
        if cell.grade_id == task:
            cells.append({"id": "before", "cell_type": "code", "source": before, "metadata": {}})
        cells.append({"id": cell.id, "cell_type": cell.kind, "source": source, "metadata": metadata})
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    handed_in = Submission("pupil", json.dumps(document).encode(), f"{assignment}.ipynb", assignment)
    return grade(handed_in, {assignment: suite}, server, SEED).result


def task_result(
    notebook: Notebook, assignment: str, task: str, answer: str, server: Server, *others: Any
) -> TaskResult:
    """What the task itself comes to."""
    result = result_of(notebook, assignment, task, answer, server, *others)
    return next(each for each in result.tasks if each.name == task)
