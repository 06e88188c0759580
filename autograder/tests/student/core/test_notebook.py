"""Notebooks as data: cells, tasks, points."""

from __future__ import annotations

import pytest

from autograder.student.core.notebook import Notebook, Task, parse_notebook


def cell(source, kind="code", tags=(), **nbgrader) -> dict:
    return {"cell_type": kind, "source": source, "metadata": {"tags": list(tags), "nbgrader": nbgrader}}


NOTEBOOK = {
    "nbformat": 4,
    "cells": [
        cell("# Title", "markdown"),
        cell(["import torch\n", "x = 1"], tags=["setup"], locked=True, grade_id="imports"),
        cell("def f(): return 1", solution=True, grade_id="f"),
        cell('check("f")', grade=True, locked=True, points=3, grade_id="check-f"),
        cell("plot()", tags=["skip-execution"]),
    ],
}


def test_tasks_and_points_come_from_the_check_cells() -> None:
    """nbgrader's metadata is where points live."""
    notebook = parse_notebook(NOTEBOOK)
    assert notebook.tasks() == (Task("f", 3.0),)
    assert notebook.answers()["f"].source == "def f(): return 1"


def test_definitions_are_setup_and_answers_only() -> None:
    """Demonstrations are not part of the reference."""
    assert [c.source for c in parse_notebook(NOTEBOOK).definitions()] == [
        "import torch\nx = 1",
        "def f(): return 1",
    ]


def test_a_task_whose_answer_is_left_out_when_grading_is_measured() -> None:
    """It is no part of the reference, and its points come from a checkpoint; words get theirs from a person."""
    notebook = parse_notebook(
        {
            "cells": [
                *NOTEBOOK["cells"],
                cell("train()", tags=["skip-execution", "training"], solution=True, grade_id="model"),
                cell('check("model")', grade=True, locked=True, points=10, grade_id="check-model"),
                cell("Because …", "markdown", solution=True, grade=True, points=2, grade_id="words"),
            ]
        }
    )
    assert notebook.tasks() == (Task("f", 3.0), Task("model", 10.0, is_measured=True))
    assert "train()" not in [c.source for c in notebook.definitions()]
    assert notebook.points_by_hand() == 2


@pytest.mark.parametrize("document", [None, [], {}, {"cells": 1}, {"cells": [1]}, {"cells": [{}]}])
def test_what_is_no_notebook_is_refused(document) -> None:
    """With a sentence, not a KeyError."""
    with pytest.raises(ValueError, match="cells"):
        parse_notebook(document)


def test_malformed_metadata_is_ignored() -> None:
    """Colab and others write what they like."""
    odd = {"cells": [{"cell_type": "code", "source": "1", "metadata": {"tags": "x", "nbgrader": 3}, "id": 7}]}
    assert parse_notebook(odd) == Notebook((parse_notebook({"cells": [cell("1")]}).cells[0],))
