"""What the instructor is told of the student's own cells, and what is nobody's business."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.integrity import MAX_SENTENCES, integrity_notes, unread_notes
from autograder.grading.repair import repair
from autograder.sandbox import CellOutcome
from autograder.student.core.notebook import Cell, Notebook


def _notes(source: Notebook, code: str) -> list[str]:
    own = Cell(kind="code", source=code, id="own")
    return integrity_notes(repair(Notebook((*source.cells, own)), source), source)


@pytest.mark.parametrize("name", assignment_names())
def test_the_solution_needs_nothing_of_it(name: str) -> None:
    """No cell that we wrote ourselves is worth a look."""
    source = source_notebook(name)
    assert integrity_notes(repair(source, source), source) == []


@pytest.mark.parametrize(
    "code",
    [
        "torch.backends.cudnn.deterministic = True",
        "model = nn.LSTM(2, 3)\nmodel.eval()\nmodel.weight_hh_l0.data = torch.zeros(12, 3)",
        "import gc, sys, os, inspect\ngc.collect()\nprint(sys.version, os.getcwd(), inspect.getsource(rnn_step))",
        'layer = getattr(nn, kind)(2, 3)\nfill = getattr(init, f"{kind}_normal_")',
        "from autograder.student import check\nfrom autograder.student import plots",
        "%matplotlib inline\nx = 1",
        "this is not Python",
        "import importlib, pickle\nimportlib.reload(steps)\npickle.load(file)\nmodel.eval()\nre.compile(x)",
    ],
)
def test_what_students_do_is_no_news(few_tasks: Notebook, code: str) -> None:
    """Settings, own models, looking at versions and sources: nothing is said."""
    assert _notes(few_tasks, code) == []


@pytest.mark.parametrize(
    ("code", "word"),
    [
        (
            "import autograder.student.checking.harness",
            "imports a part of the grader, `autograder.student.checking.harness`",
        ),
        ("from autograder.student.checking import student", "`autograder.student.checking.student`"),
        ("nn.Module.__call__ = print", "changes `torch.nn.Module.__call__`"),
        ("t = torch\nt.allclose = print", "line 2, changes `torch.allclose`"),
        ('setattr(torch, "allclose", print)', "changes `torch`"),
        ("from sys import modules as m\nm.clear()", "line 2, uses `sys.modules`"),
        ("nn.Module.__subclasses__()", "`torch.nn.Module.__subclasses__`"),
        ("f = [rnn_step][0]\nf.__code__ = g.__code__", "changes `.__code__`"),
        ('getattr(torch, "_cell"[::-1])', "looks up a name put together at run time in `torch`"),
        ('%time x = 1\n__import__("os")', "line 2, runs code"),
        ("%time x = 1\n" + "\n" * 400 + "import ctypes", "line 402, imports `ctypes`"),
        ("%%writefile m.py\n# coding: unicode_escape\nimport ctypes", "line 3, imports `ctypes`"),
        ("run = exec\nrun(text)", "line 1, runs code that is put together at run time (`exec`)"),
        ("import builtins as b\nb.exec(text)", "line 2, uses `builtins.exec`"),
        ('__builtins__["exec"](text)', "runs code that is put together at run time (`__builtins__`)"),
        ("import runpy\nrunpy.run_path(name)", "line 2, uses `runpy.run_path`"),
        ("import importlib\nimportlib.import_module(a + b)", "line 2, runs code"),
        ("from operator import attrgetter\nattrgetter(a + b)(torch)", "line 2, runs code"),
        ('torch.__setattr__("allclose", print)', "changes `torch`"),
        ('type.__setattr__(torch.Tensor, "allclose", print)', "changes `torch.Tensor`"),
        ('from unittest import mock\nmock.patch("torch.allclose")', "line 2, uses `unittest.mock.patch`"),
    ],
)
def test_what_no_answer_needs_is_named(few_tasks: Notebook, code: str, word: str) -> None:
    """The sentence says what it is, and in which line."""
    notes = _notes(few_tasks, code)
    assert len(notes) == 1
    assert word in notes[0]


def test_a_flood_is_cut_short(few_tasks: Notebook) -> None:
    """A thousand findings do not bury the rest of a report; an endless dotted name ends."""
    notes = _notes(few_tasks, "torch.allclose = print\n" * 1000 + "x" + ".y" * 500)
    assert len(notes) == MAX_SENTENCES + 1
    assert str(1000 - MAX_SENTENCES) in notes[-1]


def test_a_line_added_to_a_cell_of_the_course_is_told() -> None:
    """What came with the notebook is nobody's; the same cell with a line more is."""
    source = source_notebook("rnn_basics")
    cells = [
        replace(cell, source=f"{cell.source}\nimport ctypes as _c")
        if cell.grade_id == "course-files"
        else cell
        for cell in source.cells
    ]
    [note] = integrity_notes(repair(Notebook(tuple(cells)), source), source)
    assert "imports `ctypes`" in note


def test_a_cell_that_ran_and_cannot_be_read_is_told(few_tasks: Notebook) -> None:
    """More magics than are taken out: the shell runs them all, and whatever stands behind them."""
    flood = Cell(kind="code", source="%time x = 1\n" * 20_000 + "import ctypes", id="own")
    repaired = repair(Notebook((*few_tasks.cells, flood)), few_tasks)
    ends = {status: CellOutcome(status, "", "", 0.0) for status in ("ok", "error")}
    assert unread_notes(repaired, [ends["error"]] * len(repaired.notebook.cells)) == []
    [note] = unread_notes(repaired, [ends["ok"]] * len(repaired.notebook.cells))
    assert f"cell {len(repaired.notebook.cells)} ran, but it is not valid Python" in note
