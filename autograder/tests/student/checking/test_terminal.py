"""`autograder check NOTEBOOK`: the public tests of a whole notebook, in a terminal."""

from __future__ import annotations

import importlib.metadata
import io
import json
import sys
from pathlib import Path

import pytest
import torch
from IPython import get_ipython
from rich.console import Console

from autograder.student.checking.cells import NotCheckable
from autograder.student.checking.terminal import check_notebook, print_check

RIGHT = "def rnn_step(x, h, W_xh, W_hh, b):\n    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)"
ANSWER = {"solution": True, "grade": False, "grade_id": "rnn_step"}
CHECK = {"grade": True, "locked": True, "points": 2, "grade_id": "check-rnn_step"}


def code(source: str, nbgrader: dict | None = None, tags: tuple[str, ...] = ()) -> dict:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {"nbgrader": nbgrader or {}, "tags": list(tags)},
    }


def checked(tmp_path: Path, *cells: dict) -> tuple[bool, str]:
    path = tmp_path / "rnn_basics.ipynb"
    path.write_text(json.dumps({"cells": list(cells)}), encoding="utf-8")
    output = io.StringIO()
    return print_check(path, console=Console(file=output, width=200)), output.getvalue()


def test_a_right_notebook_passes(tmp_path: Path) -> None:
    """Magics are no Python and no obstacle; long demonstrations and other checks are not run."""
    passed, text = checked(
        tmp_path,
        code("%matplotlib inline\nimport torch\nprint('noise')"),
        code(RIGHT, ANSWER),
        code('check("rnn_step")', CHECK),
        code("raise SystemExit('too long')", tags=("skip-execution",)),
    )
    assert passed
    assert "1 of 1 tasks and 2 of 2 points" in text
    assert "noise" not in text


def test_a_wrong_notebook_says_what_is_wrong(tmp_path: Path) -> None:
    """A broken cell does not stop the others; its error is one line with its number."""
    passed, text = checked(
        tmp_path,
        code("import torch"),
        code("import no_such_module"),
        code(RIGHT.replace(" + b)", ")"), ANSWER),
        code('check("rnn_step")', CHECK),
    )
    assert not passed
    assert "Cell 1 stopped: ModuleNotFoundError: No module named 'no_such_module'" in text
    assert "0 of 1 tasks" in text


def test_an_error_in_an_answer_is_told_with_its_line(tmp_path: Path) -> None:
    """Text cells and checks before it do not shift the count."""
    broken = "def rnn_step(x, h, W_xh, W_hh, b):\n    return x @ W_hx"
    text_cell = {"cell_type": "markdown", "source": "# Title", "metadata": {}}
    _passed, text = checked(tmp_path, text_cell, code(broken, ANSWER), code('check("rnn_step")', CHECK))
    assert "NameError (line 2 of its cell): name 'W_hx' is not defined" in text


def test_an_untouched_answer_is_no_error(tmp_path: Path) -> None:
    """It is simply not written yet."""
    untouched = "def rnn_step(x, h, W_xh, W_hh, b):\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    passed, text = checked(tmp_path, code(untouched, ANSWER), code('check("rnn_step")', CHECK))
    assert not passed
    assert "stopped" not in text
    assert "not written yet" in text


@pytest.mark.parametrize(
    "later",
    [
        "torch = None",
        "b = max = 3\nrnn_step = 0.5",
        "del affine",
        "torch.set_default_dtype(torch.float64)",
        "1 / 0",
    ],
)
def test_a_task_is_checked_where_its_check_stands(tmp_path: Path, later: str) -> None:
    """What a later cell makes of a name costs nothing, as when it is graded."""
    passed, _text = checked(
        tmp_path,
        code("import torch\ndef affine(x, weights):\n    return x @ weights.T"),
        code(RIGHT.replace("x @ W_xh.T", "affine(x, W_xh)"), ANSWER),
        code('check("rnn_step")', CHECK),
        code(later),
    )
    torch.set_default_dtype(torch.float32)
    assert passed


def test_the_better_of_two_checks_counts(tmp_path: Path) -> None:
    """An answer that was put right below its check is right, and is told once."""
    passed, text = checked(
        tmp_path,
        code("import torch"),
        code(RIGHT.replace(" + b)", ")"), ANSWER),
        code('check("rnn_step")', CHECK),
        code(RIGHT),
    )
    assert passed
    assert text.count("rnn_step") == 1


def test_what_is_said_belongs_to_the_check(tmp_path: Path) -> None:
    """If it is wrong both times, the words are those of the state that she has seen checked."""
    wrong = "def rnn_step(x, h, W_xh, W_hh, b):\n    raise ValueError('{}')"
    _passed, text = checked(
        tmp_path,
        code(wrong.format("first"), ANSWER),
        code('check("rnn_step")', CHECK),
        code(wrong.format("second")),
    )
    assert "first" in text
    assert "second" not in text


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be opened"), ("{", "not a notebook"), ('{"cells": []}', "no task of this course")],
)
def test_what_cannot_be_checked_is_one_sentence(tmp_path: Path, content: str | None, words: str) -> None:
    """No traceback for a wrong file."""
    path = tmp_path / "x.ipynb"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(NotCheckable, match=words):
        check_notebook(path)


def test_cells_run_as_in_ipython(tmp_path: Path) -> None:
    """What runs in the notebook runs here, as it does when graded; nothing of it is printed."""
    helper = "%%writefile own_affine.py\ndef affine(x, W): return x @ W.T"
    answer = (
        "    %%memit\n    from own_affine import affine\n    await asyncio.sleep(0)\n"
        "    def rnn_step(x, h, W_xh, W_hh, b):\n"
        "        %time mixed = affine(x, W_xh) + affine(h, W_hh)\n        return torch.tanh(mixed + b)"
    )
    passed, text = checked(
        tmp_path,
        code("import asyncio, torch\n1"),
        code(helper),
        code(">>> assert _ == 1 and In[1].startswith('import')\n>>> display(3)"),
        code(answer, ANSWER),
        code('check("rnn_step")', CHECK),
    )
    assert passed, text
    assert "stopped" not in text
    assert get_ipython() is None


def test_a_notebook_gets_the_modules_beside_it_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though Python was started above both notebooks, where it looks for modules as well."""
    monkeypatch.syspath_prepend(tmp_path)
    right = RIGHT.replace("def rnn_step", "import torch\n\ndef step")
    cells = (code("from own_step import step as rnn_step", ANSWER), code('check("rnn_step")', CHECK))
    for name, module, is_right in (("ada", right.replace(" + b)", ")"), False), ("bob", right, True)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own_step.py").write_text(module, encoding="utf-8")
        passed, text = checked(tmp_path / name, *cells)
        assert passed is is_right, text
    assert "own_step" not in sys.modules


@pytest.mark.parametrize("version", [None, "7.34.0", "9.16.1"])
def test_without_a_new_ipython_cells_run_as_plain_python(
    version: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal needs no Jupyter."""

    def installed(name: str) -> str:
        if version is None:
            raise importlib.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr("importlib.metadata.version", installed)
    monkeypatch.setitem(sys.modules, "autograder.student.core.shell", None)  # a use of it is an error
    passed, text = checked(
        tmp_path,
        code("%matplotlib inline\nimport torch\ndisplay(3)"),
        code("%%time\n" + RIGHT, ANSWER),
        code('check("rnn_step")', CHECK),
        code("import no_such_module"),
    )
    assert passed
    assert "Cell 3 stopped: ModuleNotFoundError" in text
