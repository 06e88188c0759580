"""The kernel is found where there is one."""

from __future__ import annotations

import pytest

from autograder.student.core import kernel
from autograder.student.core.shell import Shell


def test_outside_of_a_notebook_there_is_no_history() -> None:
    """A script, a test, the sandbox."""
    assert kernel.shell() is None
    assert kernel.history() == []


@pytest.mark.parametrize(
    "cell",
    [
        "def f():\n    return 1",
        "class f:\n    size = 1\n\n    def grow(self):\n        return 2",
        "f = lambda: 1",
    ],
)
def test_the_cell_that_something_comes_from(cell: str) -> None:
    """The newest that has defined it, whatever has failed to since; a number comes from none."""
    shell = Shell()
    with shell.is_current():
        assert shell.run_notebook_cell("<first>", cell) == (True, None)
        _ran, failure = shell.run_notebook_cell("<second>", "def f(x: Unknown):\n    return 2")
    assert isinstance(failure, NameError)
    assert kernel.cell_of(shell.user_ns["f"]).strip() == cell
    assert kernel.cell_of(1) == kernel.cell_of(len) == ""
