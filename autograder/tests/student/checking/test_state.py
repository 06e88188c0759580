"""Whoever checks code that is not the one she looks at is told so."""

from __future__ import annotations

import pytest

from autograder.student.checking.state import is_not_run, notes
from autograder.student.core import newer_syntax

CELL = "def rnn_step(x):\n    return x"


def test_a_cell_that_ran_as_it_is_saved_needs_no_note() -> None:
    """White space at its ends does not count."""
    assert notes("rnn_step", CELL + "\n", ["import torch", CELL]) == []
    assert notes("rnn_step", None, [CELL]) == []


@pytest.mark.parametrize("ran", [CELL, "rnn_step = torch.tanh", "from steps import rnn_step"])
def test_a_cell_that_was_changed_and_not_run_is_told(ran: str) -> None:
    """The kernel still has the old function, however it was defined. The file may also be the older one."""
    [note] = notes("rnn_step", CELL + " + 1", ["import torch", ran])
    assert "another version of the cell of `rnn_step` than the one you ran last. If you changed it" in note
    assert not is_not_run(CELL, [""]), "a kernel that has run nothing has nothing to compare with"


def test_after_a_restart_nothing_is_said_of_a_change() -> None:
    """The cell is as it was; it has only not run yet."""
    [note] = notes("rnn_step", CELL, ["import torch", 'check("rnn_step")'])
    assert note == "The cell of `rnn_step` has not run since the kernel started: run it, then check again."


def test_a_cell_that_ran_and_is_not_saved_yet_needs_no_note() -> None:
    """JupyterLab saves every two minutes: until then the file has the cell as it was handed out."""
    released = "def rnn_step(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert notes("rnn_step", released, ["import torch", CELL]) == []
    assert not is_not_run(released, ["import torch"]), "run, it would hide what another cell may have defined"


def test_a_newest_version_that_is_not_python_is_told() -> None:
    """After a SyntaxError the old function stays, and a check of it would be green."""
    broken = "def rnn_step(x):\n    return (x"
    [note] = notes("rnn_step", broken, [CELL, broken])
    assert "not valid Python (line 2" in note
    assert notes("rnn_step", CELL, [broken, CELL]) == []


def test_a_newest_version_that_failed_is_told() -> None:
    """After an error in a default or an annotation the old function stays, too."""
    failed = "def rnn_step(x: Tensr):\n    return 2 * x"
    [note] = notes("rnn_step", failed, [CELL, failed], in_force=CELL)
    assert "ended with an error before it had defined `rnn_step`, so an older version is checked" in note
    assert notes("rnn_step", CELL, [failed, CELL], in_force=CELL) == []
    assert notes("rnn_step", failed, [CELL, failed], in_force=failed) == []
    wrapped = "def wrapper(x):\n    return old(x)\nold, rnn_step = rnn_step, wrapper"
    assert notes("rnn_step", CELL, ["rnn_step = 1", CELL, wrapped], in_force=wrapped) == []


def test_a_stub_below_finished_code_is_told_with_its_line() -> None:
    """`raise NotImplementedError()` came with the cell."""
    cell = "def rnn_step(x):\n    '''Doc.'''\n    y = 2 * x\n    raise NotImplementedError()"
    [note] = notes("rnn_step", cell, [cell])
    assert "line 4" in note
    untouched = "def rnn_step(x):\n    '''Doc.'''\n    raise NotImplementedError()"
    assert notes("rnn_step", untouched, [untouched]) == [], "nothing is finished there yet"


def test_what_the_grader_cannot_read_is_told_at_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check is green there, and the task would have no points when graded."""
    cell = "def rnn_step(x):\n    return (y := x)"
    assert notes("rnn_step", cell, [cell]) == []
    monkeypatch.setattr(newer_syntax, "GRADER", (3, 7))
    [note] = notes("rnn_step", cell, [cell])
    assert note.startswith("Line 2 of the cell of `rnn_step` is syntax that Python 3.7 cannot read")
