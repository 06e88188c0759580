"""A class with every oddity at once is graded whole, and each mark is the one that its author's `check` showed."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from autograder.assignments.sources import source_notebook
from autograder.grading.many import grade_all
from autograder.student.checking.terminal import check_notebook
from autograder.tests.grading.additions import ROWS, STARTS, STEP, handed_in, with_demonstrations
from autograder.tests.grading.handins import WORKED, class_of_two_hundred, put, rows

WRONG = {
    "another nonlinearity": {"rnn_step": STEP.format("torch.relu(x @ W_xh.T + h @ W_hh.T + b)")},
    "no bias": {"rnn_step": STEP.format("torch.tanh(x @ W_xh.T + h @ W_hh.T)")},
    "cells without an answer": {"rnn_step": "", "pad_batch": "raise NotImplementedError()"},
    "an answer that cannot be read": {"rnn_step": "def rnn_step(:"},
}


def notebooks() -> list[bytes]:
    """Solved notebooks with what students add, start or get wrong, where no file lies beside them."""
    source = with_demonstrations(source_notebook("rnn_basics"))
    started = {title: cells for title, (cells, _name) in STARTS.items()}
    return [
        handed_in(source, changes)
        for changes in (ROWS | started | WRONG).values()
        if not any(name.endswith(".py") for name in changes)
    ]


@pytest.mark.slow
def test_a_class_of_two_hundred_has_two_hundred_results_and_they_are_what_check_said(tmp_path: Path) -> None:
    """Everybody who handed in a notebook is graded, and everybody else has a sentence."""
    kinds = notebooks()
    following = cycle(kinds)

    def worked_in(content: Any) -> Any:
        if isinstance(content, dict):
            return {name: worked_in(each) for name, each in content.items()}
        return next(following) if content is WORKED else content

    files, roster = class_of_two_hundred(tmp_path / "before")
    found = rows(put(tmp_path / "class", worked_in(files)), roster)
    results = grade_all(found, tmp_path / "out", seed=7, jobs=2)
    assert len(results) == len({result.student for result in results}) == 200
    graded = [(each, result) for each, result in zip(found, results, strict=True) if not each.problem]
    assert [result.student for _each, result in graded if result.status != "graded"] == ["foreign"]
    assert all(result.reason for result in results if result.status != "graded")
    desk = {
        data: {task.name: task.score for task in check_notebook(path / "x.ipynb").results}
        for number, data in enumerate(kinds)
        for path in [put(tmp_path / "desk", {f"{number}/x.ipynb": data}) / str(number)]
    }
    marks = {
        each.read(): {task.name: task.score for task in result.tasks}
        for each, result in graded
        if result.tasks
    }
    assert len(desk.keys() & marks.keys()) == len(kinds)
    for data in desk.keys() & marks.keys():
        assert {name: marks[data][name] for name in desk[data]} == desk[data]
