"""`submit()` in a kernel: it finds its notebook's file, and compares it with what was run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from autograder.student.checking import live as checks
from autograder.student.core import kernel
from autograder.student.submission import live
from autograder.student.submission.clean_run import CleanRun
from autograder.tests.student.submission.test_bundle import put
from autograder.tests.student.submission.test_warnings import STEP, STUB, cell, check


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What a kernel in an empty folder has run; to be filled by the test."""
    ran = [""]
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    monkeypatch.setattr(kernel, "history", lambda: ran)
    monkeypatch.setattr(checks, "kernel_namespace", dict)
    monkeypatch.setattr(live, "make", partial(live.make, run=lambda _path, _on_step: CleanRun()))
    return ran


def test_the_notebook_is_found_by_what_was_run(history: list[str], tmp_path: Path) -> None:
    """Where no server says which file it is, and several lie in the folder."""
    put(tmp_path, cell(STUB, None, "rnn_step"), check("rnn_step"), name="a.ipynb")
    put(tmp_path, cell(STEP, 1, "rnn_step"), check("rnn_step"), name="b.ipynb")
    history += [STEP, "submit()"]
    made = live.submit_live()
    assert "`b.ipynb`" in str(made)
    assert "not saved" not in str(made)


def test_the_server_knows_the_file(
    history: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab tells its kernels which file is theirs, and that one is compared with what was run."""
    put(tmp_path, cell(STEP, 1, "rnn_step"), check("rnn_step"), name="b.ipynb")
    path = put(tmp_path, cell(STUB, 1, "rnn_step"), check("rnn_step"), name="a.ipynb")
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    history += [STEP, "submit()"]
    made = live.submit_live()
    assert "`a.ipynb`" in str(made)
    assert "not saved: the file still has an older `rnn_step`" in str(made)


def test_a_notebook_that_is_not_found_is_one_sentence(
    history: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a place without files (a hosted notebook): what to do instead."""
    history += [STEP, "submit()"]
    assert live.submit_live() is None
    assert "autograder submit my_notebook.ipynb" in capsys.readouterr().out
    assert live.submit_live(str(tmp_path / "absent.ipynb")) is None
    assert "cannot be opened" in capsys.readouterr().out
