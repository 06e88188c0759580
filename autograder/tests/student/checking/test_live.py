"""`check("task")` in a kernel: a panel in words, the points of the notebook, one number for nbgrader."""

from __future__ import annotations

import json
import random

import numpy
import pytest
import torch

from autograder.sandbox import Limits
from autograder.student import check
from autograder.student.checking import live
from autograder.student.checking.panel import html_panel
from autograder.student.checking.patience import Patience
from autograder.student.checking.student import Student
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.notebook import parse_notebook
from autograder.student.core.results import TestResult, score_task

RIGHT = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"
WRONG = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh.T + b)"


@pytest.fixture
def kernel(monkeypatch, tmp_path):
    """A function that runs cells in a fresh namespace that `check` takes for the kernel's."""
    namespace: dict = {"torch": torch}
    history: list[str] = []
    monkeypatch.setattr(live, "kernel_namespace", lambda: namespace)
    monkeypatch.setattr(live.kernel, "history", lambda: history)
    monkeypatch.setattr(live, "_results", {})
    monkeypatch.chdir(tmp_path)
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "source": f'check("{task}")',
                "metadata": {"nbgrader": {"grade": True, "grade_id": f"check-{task}", "points": points}},
            }
            for task, points in (("rnn_step", 2), ("rnn_forward", 3))
        ]
    }
    (tmp_path / "my work.ipynb").write_text(json.dumps(notebook), encoding="utf-8")

    def run(source: str) -> None:
        history.append(source)
        exec(plain_python(source), namespace)

    return run


def test_a_right_answer_shows_its_points_and_the_progress(kernel) -> None:
    """Points come from the notebook beside it, whatever it is called."""
    kernel(RIGHT)
    result = check("rnn_step")
    assert result.result.status == "passed"
    assert repr(result) == "2.0"
    assert "1 of 2 tasks and 2 of 5 points" in result._repr_html_()


def test_what_trained_a_saved_model_need_not_run() -> None:
    """After a restart the model is read from its file: no check sends a student back to minutes of training."""
    cells = [
        {
            "cell_type": "code",
            "source": f"{task} = 1",
            "metadata": {
                "tags": tags,
                "nbgrader": {"solution": solution, "grade": not solution, "grade_id": id_},
            },
        }
        for task, tags in (("rnn_step", []), ("language_model", ["skip-execution", "training"]))
        for id_, solution in ((task, True), (f"check-{task}", False))
    ]
    notebook = parse_notebook({"cells": cells})
    assert live._saved(notebook) == {"rnn_step": "rnn_step = 1"}


def test_other_processes_are_refused_as_they_will_be(kernel) -> None:
    """A sentence says so; where the answer passes all the same, as a note."""
    kernel("from multiprocessing import Pool")
    kernel(RIGHT.replace("return", "with Pool(1): pass\n    return"))
    failed = check("rnn_step")
    assert failed.result.score == 0
    assert "starts other processes with `multiprocessing.Pool`" in failed.text()
    kernel(RIGHT.replace("return", "if x is None: Pool(1)\n    return"))
    passed = check("rnn_step")
    assert passed.result.status == "passed"
    assert "starts other processes with `multiprocessing.Pool`" in passed.text()


def test_an_answer_below_a_magic_is_read(kernel) -> None:
    """As it is when graded: what it may not use is seen there, too."""
    kernel("%%time\n" + RIGHT.replace("return", "torch.nn.RNNCell\n    return"))
    assert "RNNCell" in check("rnn_step").text()


def test_the_overview_does_not_call_a_broken_cell_right(kernel) -> None:
    """After a SyntaxError the kernel still has the older function, and its result."""
    kernel(RIGHT)
    check("rnn_step")
    assert "✓ rnn_step" in repr(check())
    with pytest.raises(SyntaxError):
        kernel(RIGHT + ")")
    assert "! rnn_step" in repr(check())


def test_a_wrong_answer_gets_words_and_one_hint_at_a_time(kernel) -> None:
    """What differs first, a question, and a second one on request."""
    kernel(WRONG)
    first, second = check("rnn_step"), check("rnn_step", hints=2)
    assert float(repr(first)) < 2
    failed = next(test for test in first.result.tests if test.outcome == "failed")
    assert failed.hints[0] in first.text()
    assert len(failed.hints) > 1
    assert failed.hints[1] not in first.text()
    assert failed.hints[1] in second.text()
    assert "<details>" in first._repr_html_(), "a locked cell cannot be changed to say hints=2"
    assert failed.hints[1] in first._repr_html_().split("<details>")[1]
    assert "worked on another case" in first._repr_html_()
    assert "Inside the tanh there are three terms" in check("rnn_step", hints=3).text()


def test_a_task_that_fails_through_another_sends_there_and_asks_nothing(kernel) -> None:
    """Its own questions would send the student to lines that are right."""
    kernel(WRONG)
    kernel(
        "def rnn_forward(x, h0, W_xh, W_hh, b):\n"
        "    states = []\n"
        "    for x_t in x:\n"
        "        h0 = rnn_step(x_t, h0, W_xh, W_hh, b)\n"
        "        states.append(h0)\n"
        "    return torch.stack(states), h0"
    )
    result = check("rnn_forward", hints=3)
    assert "fix `rnn_step` first" in result.text()
    blamed = [test for test in result.result.tests if "fix `rnn_step` first" in test.message]
    assert blamed
    assert {test.hints for test in blamed} == {()}


def test_an_untouched_cell_says_so(kernel) -> None:
    """No traceback, no score."""
    kernel("def rnn_step(x, h, W_xh, W_hh, b):\n    raise NotImplementedError()")
    result = check("rnn_step")
    assert "`rnn_step` is not written yet" in result.text()
    assert result._repr_html_().count("is not written yet") == 1, "once for all of its tests"
    assert repr(result) == "0.0"


def test_a_misspelt_name_is_told_without_a_question(kernel) -> None:
    """A question about the values would miss the point."""
    kernel(RIGHT.replace("tanh(x", "tanh(y"))
    text = check("rnn_step", hints=2).text()
    assert text.count("name 'y' is not defined") == 1
    assert "?" not in text


@pytest.mark.parametrize(
    ("task", "limit"), [("rnn_step", "task_cpu_seconds"), ("language_model", "scoring_cpu_seconds")]
)
def test_a_task_has_the_time_that_it_has_when_graded(monkeypatch, task, limit) -> None:
    """A trained model that reads a text has more: a large one takes minutes, and is right all the same."""
    given = []

    def patience(student: Student, seconds: float) -> Patience:
        given.append(seconds)
        return Patience(student, seconds)

    monkeypatch.setattr(live, "Patience", patience)
    check(task)
    assert given == [getattr(Limits(), limit)]


def test_an_unknown_task_is_one_sentence(kernel, capsys) -> None:
    """A typing error in the call is no exception, and the task that was meant is named."""
    assert check("rnn_stop") is None
    assert capsys.readouterr().out == 'There is no task called “rnn_stop”. Do you mean check("rnn_step")?\n'


@pytest.mark.parametrize("name", ["x", "wombat"])
def test_a_word_that_only_the_tests_use_is_no_task(kernel, capsys, name) -> None:
    """An argument's name stands in the files of tests too."""
    assert check(name) is None
    assert f"There is no task called “{name}”" in capsys.readouterr().out


def test_a_function_in_place_of_its_name_is_understood(kernel, capsys) -> None:
    """The quotation marks are easily forgotten."""
    kernel(RIGHT)
    kernel("from autograder.student import check\nassert check(rnn_step) is None")
    assert 'Do you mean check("rnn_step")?' in capsys.readouterr().out


def test_a_forbidden_library_is_named_with_its_line(kernel) -> None:
    """By the syntax tree of the cells that were run."""
    kernel("def rnn_step(x, h, W_xh, W_hh, b):\n    torch.nn.RNNCell\n    return x")
    result = check("rnn_step")
    assert "torch.nn.RNNCell" in result.text()
    assert "line 2" in result.text()


def test_the_random_state_is_left_as_it_was(kernel) -> None:
    """A check between two cells does not change what the second one draws."""
    kernel(RIGHT)
    torch.manual_seed(3), random.seed(3), numpy.random.seed(3)
    expected = torch.rand(1).item(), random.random(), numpy.random.rand()
    torch.manual_seed(3), random.seed(3), numpy.random.seed(3)
    check("rnn_step")
    assert (torch.rand(1).item(), random.random(), numpy.random.rand()) == expected


def test_nothing_is_written_to_stderr(kernel, capfd) -> None:
    """A single warning there costs all marks where nbgrader runs the cell."""
    kernel("import warnings\n" + RIGHT.replace("    return", "    warnings.warn('careful')\n    return"))
    check("rnn_step")
    assert capfd.readouterr().err == ""


def test_the_panel_escapes_what_the_student_wrote() -> None:
    """An error message may hold anything."""
    test = TestResult("t", "Title", "failed", message="`f` raised <script>alert(1)</script>")
    panel = html_panel(score_task("t", 1, [test]), "", 1)
    assert "<script>" not in panel
    assert "<code>f</code>" in panel


def test_a_fault_of_the_check_is_one_sentence(kernel, monkeypatch, capfd) -> None:
    """No traceback of ours; an exception, since nbgrader gives full marks to a check cell without a result."""

    def broken(*_arguments):
        raise RuntimeError("pytest ended badly")

    monkeypatch.setattr(live, "run_tests", broken)
    kernel(RIGHT)
    with pytest.raises(live.CheckUnavailable) as caught:
        check("rnn_step")
    assert caught.value._render_traceback_() == [str(caught.value)]
    assert "not of your answer" in str(caught.value)
    assert capfd.readouterr().err == ""
