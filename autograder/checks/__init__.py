"""Public tests, and `check("task")`, which runs them in a notebook. Shipped to students, who may read everything."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

IS_CHECKED = "AUTOGRADER_IS_CHECKING"  # set in the environment while a notebook is run to be checked

if TYPE_CHECKING:
    from autograder.checks.live import CheckResult


def check(task: str, hints: int = 1) -> CheckResult | None:
    """Runs the public tests of a task on what this notebook has defined so far, and shows what they say.

    `hints=2` shows the second hint as well. Where the notebook is being graded this does nothing: the grader runs
    the tests itself, from outside.
    """
    if importlib.util.find_spec("autograder.checks.live") is None:
        return None
    from autograder.checks.live import check_live

    return check_live(task, hints)
