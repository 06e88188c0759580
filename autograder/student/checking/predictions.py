"""Keeps what a student predicts of a task before she writes it, and says in words how that fits what comes out.

What can be predicted stands in `predictions.py` beside the tests of an assignment: for each task a function that asks
the student's own code, so that what is compared is what this code does. There are no points for it.

>>> sentence("ids", (4, 3), (3, 4))
'`ids`: you predicted (4, 3), it is (3, 4). The right sizes, in another order.'
"""

from __future__ import annotations

import contextlib
import io
import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from autograder.student.checking.plugin import random_states_kept
from autograder.student.core.course import assignments_of_tasks, outcomes_of
from autograder.student.core.language import _

CLOSE = 0.01  # relative: nobody predicts more digits

_predicted: dict[str, dict[str, Any]] = {}  # in this kernel, by task


def note(task: str, guesses: Mapping[str, Any]) -> str:
    """Keeps the predictions of a task, and says what was kept; `...` stands for what is not predicted yet."""
    if task not in assignments_of_tasks():
        return _("There is no task called {task}.").format(task=f"“{task}”")
    given = {name: guess for name, guess in guesses.items() if guess is not ...}
    _predicted[task] = given
    if not given:
        return _("Put what you predict in the place of each `...`, and run this cell again.")
    return _("Noted: {names}. {call} compares this with what your code gives.").format(
        names=", ".join(given), call=f'check("{task}")'
    )


def compared(task: str, names: Mapping[str, Any]) -> list[str]:
    """A sentence for each prediction of a task; none as long as the code in `names` does not run."""
    given = _predicted.get(task)
    outcome = outcomes_of(assignments_of_tasks().get(task, "")).get(task)
    if not given or outcome is None:
        return []
    with random_states_kept(), contextlib.redirect_stdout(io.StringIO()):
        try:
            came_out = outcome(SimpleNamespace(**names))
        except Exception:  # of the student's code: its check says what is wrong
            return []
    return [sentence(name, guess, came_out[name]) for name, guess in given.items() if name in came_out]


def sentence(name: str, guess: Any, value: Any) -> str:
    """How one prediction fits: as it is, or what differs, in words where that can be told."""
    guess = _of_its_kind(guess, value)
    if _is_same(guess, value):
        return _("`{name}`: {value}, as you predicted.").format(name=name, value=_written(value))
    text = _("`{name}`: you predicted {guess}, it is {value}. {difference}")
    shown = text.format(
        name=name, guess=_written(guess), value=_written(value), difference=_difference(guess, value)
    )
    return shown.strip()


def _of_its_kind(guess: Any, value: Any) -> Any:
    """A shape may be given as a list, or as a number if it has a single axis; a list as a tuple."""
    if isinstance(value, tuple) and isinstance(guess, int):
        return (guess,)
    if isinstance(value, tuple | list) and isinstance(guess, tuple | list):
        return type(value)(guess)
    return guess


def _is_same(guess: Any, value: Any) -> bool:
    if isinstance(value, float) and isinstance(guess, int | float):
        return guess == value or math.isclose(guess, value, rel_tol=CLOSE)
    return type(guess) is type(value) and bool(guess == value)


def _difference(guess: Any, value: Any) -> str:
    if isinstance(value, tuple) and isinstance(guess, tuple):
        if len(guess) != len(value):
            return _("You count {guessed} axes, there are {number}.").format(
                guessed=len(guess), number=len(value)
            )
        if sorted(map(str, guess)) == sorted(map(str, value)):
            return _("The right sizes, in another order.")
        off = [axis for axis, (ours, theirs) in enumerate(zip(guess, value, strict=True)) if ours != theirs]
        return _("Axis {axis} is off.").format(axis=off[0]) if len(off) == 1 else ""
    if isinstance(value, int) and isinstance(guess, int) and not isinstance(value, bool):
        if guess == value + 1:
            return _("One less than you thought.")
        if guess == value - 1:
            return _("One more than you thought.")
    return ""


def _written(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else repr(value)
