"""The third hint: every task has a case that is worked, its arithmetic is right, and it gives no answer away."""

from __future__ import annotations

import ast
import math
import re

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.maintain.release.leaks import squash, telling_lines
from autograder.student.core.course import worked_of

NAMES = assignment_names()
CASES = [(name, task) for name in NAMES for task in worked_of(name)]
KNOWN = {name: getattr(math, name) for name in ("sqrt", "exp", "tanh")} | {"ln": math.log}


@pytest.mark.parametrize("name", NAMES)
def test_every_task_has_a_case_that_is_worked(name: str) -> None:
    """But for those that are measured, whose training is the case."""
    assert set(worked_of(name)) == {
        task.name for task in source_notebook(name).tasks() if not task.is_measured
    }


@pytest.mark.parametrize(("name", "task"), CASES)
def test_its_equations_hold(name: str, task: str) -> None:
    """What stands in backticks around an equals sign is computed, to the digits that are written."""
    for equation in equations(worked_of(name)[task]):
        sides = equation.split("=")
        wanted = value(sides[-1])
        for side in sides[:-1]:
            assert math.isclose(value(side), wanted, abs_tol=half_a_digit(sides[-1])), equation


def test_a_wrong_equation_would_be_found() -> None:
    """The mutant: one digit is off, or a sign."""
    (wrong,) = equations("Here `0.5 · 1 - 1 · 2 = 1.5` is wrong, and `==` is no equation.")
    assert not math.isclose(value(wrong.split("=")[0]), value("1.5"), abs_tol=half_a_digit("1.5"))
    assert value("-10 · -1 + ln(1)") == 10
    assert half_a_digit("0.8617") == pytest.approx(0.00005, rel=1e-3)


@pytest.mark.parametrize(("name", "task"), CASES)
def test_no_line_of_an_answer_is_in_it(name: str, task: str) -> None:
    """It is another case: nothing of it can be typed into the cell."""
    answer = source_notebook(name).answers()[task].source
    written = squash(worked_of(name)[task])
    assert not [line for line in telling_lines(answer, "") if line in written]


def equations(text: str) -> list[str]:
    """What stands between backticks and says that two things are equal."""
    return [quoted for quoted in re.findall("`([^`]*)`", text) if re.search(r"[^=]=[^=]", quoted)]


def value(expression: str) -> float:
    """The value of an expression of numbers and a few functions."""
    tree = ast.parse(expression.strip().replace("·", "*"), mode="eval")
    return float(eval(compile(tree, "equation", "eval"), {"__builtins__": {}}, KNOWN))


def half_a_digit(written: str) -> float:
    """By how much a number may be off that is written to so many digits; little, if it is none."""
    digits = written.strip().partition(".")[2]
    return 0.5 * 10.0 ** -len(digits) + 1e-9 if digits.isdigit() else 0.001
