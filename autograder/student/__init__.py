"""What runs at a student's desk: `check("task")`, `submit()`, and the helpers of the notebooks. Shipped whole."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from autograder.student.core.kernel import is_run_by_others

if TYPE_CHECKING:
    from autograder.student.checking.live import CheckResult, Overview
    from autograder.student.submission.panel import HandIn

__all__ = ["check", "submit"]


def check(task: str = "", hints: int = 1) -> CheckResult | Overview | None:
    """Runs the tests of a task on what this notebook has defined so far, and shows what they say.

    Without a task, shows how far every task of the notebook is. `hints=2` shows the second hint as well. Where the
    notebook is being graded this does nothing: the grader runs the tests itself, from outside.
    """
    if importlib.util.find_spec("autograder.student.checking.live") is None:
        return None
    from autograder.student.checking.live import check_live

    return check_live(task, hints)


def submit(notebook: str = "") -> HandIn | None:
    """Makes the hand-in, a zip with this notebook, its trained model and a receipt, and says what to look at again.

    `notebook` is its file, where it cannot be found by itself. Where the notebook is being graded
    or checked this does nothing.
    """
    if is_run_by_others() or importlib.util.find_spec("autograder.student.submission.live") is None:
        return None
    from autograder.student.submission.live import submit_live

    return submit_live(notebook)
