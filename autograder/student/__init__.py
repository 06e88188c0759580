"""What runs at a student's desk: `check("task")`, `predict("task", ...)`, `submit()`. Shipped whole."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Any

from autograder.student.core.kernel import is_run_by_others

if TYPE_CHECKING:
    from autograder.student.checking.live import CheckResult, Overview
    from autograder.student.submission.panel import HandIn

__all__ = ["check", "predict", "submit"]


def check(task: str = "", hints: int = 1) -> CheckResult | Overview | None:
    """Runs the tests of a task on what this notebook has defined so far, and shows what they say.

    Without a task, shows how far every task of the notebook is. `hints=2` shows the second hint as well, and `hints=3`
    the same idea worked on another case. While the notebook is being graded this does nothing: the grader
    runs the tests itself, from outside.
    """
    if importlib.util.find_spec("autograder.student.checking.live") is None:
        return None
    from autograder.student.checking.live import check_live

    return check_live(task, hints)


def predict(task: str, /, **guesses: Any) -> None:
    """Notes what you expect of a task before you write it; its check then says how that fits what came out.

    Each name is something that the text asks for, `...` what you have not predicted yet. There are no points for it.

    >>> predict("pad_batch", ids=(3, 4), lengths=(3,), middle_length=0)
    Noted: ids, lengths, middle_length. check("pad_batch") compares this with what your code gives.
    """
    if is_run_by_others() or importlib.util.find_spec("autograder.student.checking.live") is None:
        return
    from autograder.student.checking.predictions import note

    print(note(task, guesses))


def submit(notebook: str = "") -> HandIn | None:
    """Makes the hand-in, a zip with this notebook, its trained model and a receipt, and says what to look at again.

    `notebook` is the notebook's file, in case it cannot be found automatically. While the notebook is being graded
    or checked this does nothing.
    """
    if is_run_by_others() or importlib.util.find_spec("autograder.student.submission.live") is None:
        return None
    from autograder.student.submission.live import submit_live

    return submit_live(notebook)
