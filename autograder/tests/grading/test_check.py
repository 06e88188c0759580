"""In the course's own copy a notebook is checked in the sandbox, with the words of a student's own check."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.grading import check as module
from autograder.grading.check import check
from autograder.sandbox import SandboxUnavailable
from autograder.student.checking.cells import NotCheckable
from autograder.student.checking.terminal import check_notebook
from autograder.tests.grading.one_task import part_of

MISTAKEN = "def masked_mean(states, lengths):\n    return states.mean(0)"


def written(folder: Path, answer: str, before: str = "1 / 1") -> Path:
    """A notebook with one task, and a cell before it."""
    cells = [
        {
            "id": cell.id,
            "cell_type": cell.kind,
            "source": answer if cell.grade_id == "masked_mean" else cell.source,
            "metadata": {"tags": sorted(cell.tags), "nbgrader": cell.nbgrader},
        }
        for cell in part_of("rnn_basics", ("masked_mean",)).cells
    ]
    cells.insert(1, {"id": "own", "cell_type": "code", "source": before, "metadata": {}})
    path = folder / "rnn_basics.ipynb"
    document = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_it_says_what_the_desk_says(tmp_path: Path) -> None:
    """Of each test the same verdict, message, hints and mistake; of a cell that stops, where and why.

    A stranger's code runs in the sandbox: beside the notebook nothing appears.
    """
    trace = tmp_path / "trace"
    writes = f"try: open({str(trace)!r}, 'w')\nexcept OSError: pass"
    path = written(tmp_path, MISTAKEN, f"{writes}\n1 / 0")
    inside = check(path, ["masked_mean"])
    assert not trace.exists()
    here = check_notebook(path, ["masked_mean"])
    verdicts = [
        [(test.name, test.outcome, test.message, test.mistake) for test in each.results[0].tests]
        for each in (inside, here)
    ]
    assert verdicts[0] == verdicts[1]
    assert not inside.passes
    assert [(stop.cell, stop.error) for stop in inside.stops] == [
        (stop.cell, stop.error) for stop in here.stops
    ]


def test_without_a_sandbox_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Then the code runs as whoever calls it, as everywhere at a student's desk."""

    def no_server() -> None:
        raise SandboxUnavailable("install bubblewrap")

    monkeypatch.setattr(module, "grading_server", no_server)
    assert check(written(tmp_path, MISTAKEN)).results
    assert "runs here as you would run it yourself, without a sandbox" in capsys.readouterr().err


def test_what_cannot_be_checked_is_one_sentence(tmp_path: Path) -> None:
    """No notebook of this course, and a task that it has not."""
    (tmp_path / "x.ipynb").write_text("{}", encoding="utf-8")
    with pytest.raises(NotCheckable):
        check(tmp_path / "x.ipynb")
    with pytest.raises(NotCheckable, match="no task called"):
        check(written(tmp_path, MISTAKEN), ["pad_batch"])
