"""Whoever checks code that is not the one she looks at is told so."""

from __future__ import annotations

from autograder.student.checking.state import is_changed, notes

CELL = "def rnn_step(x):\n    return x"


def test_a_cell_that_ran_as_it_is_saved_needs_no_note() -> None:
    """White space at its ends does not count."""
    assert notes("rnn_step", CELL + "\n", ["import torch", CELL]) == []
    assert notes("rnn_step", None, [CELL]) == []


def test_a_cell_that_was_changed_and_not_run_is_told() -> None:
    """The kernel still has the old function."""
    [note] = notes("rnn_step", CELL + " + 1", [CELL])
    assert "`rnn_step` has changed since it ran" in note
    assert not is_changed(CELL, [""]), "a kernel that has run nothing has nothing to compare with"


def test_a_cell_that_ran_and_is_not_saved_yet_needs_no_note() -> None:
    """JupyterLab saves every two minutes: until then the file has the cell as it was handed out."""
    released = "def rnn_step(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert notes("rnn_step", released, ["import torch", CELL]) == []
    [note] = notes("rnn_step", released, ["import torch"])
    assert "has changed since it ran" in note, "it was never run at all"


def test_a_newest_version_that_is_not_python_is_told() -> None:
    """After a SyntaxError the old function stays, and a check of it would be green."""
    broken = "def rnn_step(x):\n    return (x"
    [note] = notes("rnn_step", broken, [CELL, broken])
    assert "not valid Python (line 2" in note
    assert notes("rnn_step", CELL, [broken, CELL]) == []


def test_a_stub_below_finished_code_is_told_with_its_line() -> None:
    """`raise NotImplementedError()` came with the cell."""
    cell = "def rnn_step(x):\n    '''Doc.'''\n    y = 2 * x\n    raise NotImplementedError()"
    [note] = notes("rnn_step", cell, [cell])
    assert "line 4" in note
    untouched = "def rnn_step(x):\n    '''Doc.'''\n    raise NotImplementedError()"
    assert notes("rnn_step", untouched, [untouched]) == [], "nothing is finished there yet"
