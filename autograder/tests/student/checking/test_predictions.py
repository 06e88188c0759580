"""`predict("task", ...)`: what was written is kept, and compared in words with what the student's code gives."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch

from autograder.student import check, predict
from autograder.student.checking import live, predictions
from autograder.student.checking.panel import html_panel, text_panel
from autograder.student.checking.predictions import sentence
from autograder.student.core.results import TestResult, score_task

RIGHT = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict:
    """The names of a kernel in which nothing has been predicted yet, beside its notebook."""
    found: dict = {"torch": torch}
    monkeypatch.setattr(live, "kernel_namespace", lambda: found)
    monkeypatch.setattr(live, "_results", {})
    monkeypatch.setattr(predictions, "_predicted", {})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notebook.ipynb").write_text(json.dumps({"cells": []}), encoding="utf-8")
    return found


@pytest.mark.parametrize(
    ("guess", "value", "said"),
    [
        ((3, 4), (3, 4), "(3, 4), as you predicted."),
        ([3, 4], (3, 4), "(3, 4), as you predicted."),  # a list is as good as a tuple
        (3, (3,), "(3,), as you predicted."),
        (torch.Size([3]), (3,), "(3,), as you predicted."),
        ((4, 3), (3, 4), "you predicted (4, 3), it is (3, 4). The right sizes, in another order."),
        ((3,), (3, 4), "You count 1 axes, there are 2."),
        ((3, 5), (3, 4), "Axis 1 is off."),
        ((5, 6), (3, 4), "you predicted (5, 6), it is (3, 4)."),
        (6, 5, "you predicted 6, it is 5. One less than you thought."),
        (4, 5, "One more than you thought."),
        (True, False, "you predicted True, it is False."),
        (1, True, "you predicted 1, it is True."),  # not the same although Python finds them equal
        (4.5, 4.4825, "4.482, as you predicted."),  # nobody predicts four digits
        (math.inf, math.inf, "inf, as you predicted."),
        ("o w", "l o", "you predicted 'o w', it is 'l o'."),
        ([3, 2, 1], [3, 2, 1], "[3, 2, 1], as you predicted."),
        (None, 5, "you predicted None, it is 5."),
    ],
)
def test_a_comparison_is_a_sentence(guess: object, value: object, said: str) -> None:
    """It says what differs where that can be told, and nothing where not."""
    assert sentence("n", guess, value).endswith(said)


def test_the_check_compares_with_what_the_students_code_gives(names: dict, capsys) -> None:
    """What was written before the code, beside what came out of it."""
    predict("rnn_step", W_xh=(3, 4), W_hh=(4, 4), b=...)
    assert capsys.readouterr().out.startswith("Noted: W_xh, W_hh.")
    exec(RIGHT, names)
    shown = check("rnn_step").text()
    assert "`W_xh`: you predicted (3, 4), it is (4, 3). The right sizes" in shown
    assert "`W_hh`: (4, 4), as you predicted." in shown
    assert "`b`:" not in shown


def test_a_cell_that_is_not_filled_in_asks_for_it(names: dict, capsys) -> None:
    """And the check says nothing about predictions."""
    predict("rnn_step", W_xh=..., W_hh=..., b=...)
    assert "in the place of each `...`" in capsys.readouterr().out
    exec(RIGHT, names)
    assert "predict" not in check("rnn_step").text()


def test_code_that_does_not_run_is_compared_with_nothing(names: dict) -> None:
    """Its check says what is wrong; a prediction cannot."""
    predict("rnn_step", W_xh=(3, 4))
    exec("def rnn_step(x, h, W_xh, W_hh, b):\n    raise NotImplementedError()", names)
    assert "predict" not in check("rnn_step").text()


def test_a_name_that_nobody_asked_for_and_an_unknown_task_do_no_harm(names: dict, capsys) -> None:
    """Typing errors are no exceptions."""
    predict("rnn_stop", x=1)
    assert "There is no task called “rnn_stop”" in capsys.readouterr().out
    exec(RIGHT, names)
    predict("rnn_step", shape=(4, 3))
    assert "shape" not in check("rnn_step").text()


def test_nothing_is_said_and_kept_where_others_run_the_notebook(names: dict, capsys, monkeypatch) -> None:
    """The clean run before a hand-in and the grader need no predictions."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    predict("rnn_step", W_xh=(3, 4))
    assert capsys.readouterr().out == ""
    assert predictions._predicted == {}


def test_the_random_state_is_left_as_it_was(names: dict) -> None:
    """A prediction is compared by running the student's code once more, with random inputs."""
    exec("def rnn_forward(x, h0, W_xh, W_hh, b):\n    print('x')\n    return x @ W_xh.T, h0", names)
    predictions.note("rnn_forward", {"states": (7, 5, 4)})
    torch.manual_seed(3)
    wanted = torch.rand(1)
    torch.manual_seed(3)
    assert predictions.compared("rnn_forward", names) == ["`states`: (7, 5, 4), as you predicted."]
    assert torch.rand(1) == wanted


def test_wrong_code_is_no_verdict_on_a_prediction() -> None:
    """The title says so, and what was written is escaped."""
    wrong = score_task("t", 1, [TestResult("a", "A.", "failed")])
    right = score_task("t", 1, [TestResult("a", "A.", "passed")])
    said = ["`n`: you predicted '<b>', it is 5."]
    assert "beside what your code gives so far" in html_panel(wrong, "", 1, predictions=said)
    assert "so far" not in html_panel(right, "", 1, predictions=said)
    assert "&lt;b&gt;" in html_panel(right, "", 1, predictions=said)
    assert said[0] in text_panel(right, 1, predictions=said)
