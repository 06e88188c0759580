"""The kernel is found where there is one."""

from __future__ import annotations

from autograder.student.core import kernel


def test_outside_of_a_notebook_there_is_no_history() -> None:
    """A script, a test, the sandbox."""
    assert kernel.shell() is None
    assert kernel.history() == []
