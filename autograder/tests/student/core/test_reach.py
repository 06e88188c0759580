"""What stands behind a name, through cells and the modules that cells write."""

from __future__ import annotations

import pytest

from autograder.student.checking.forbidden import find_forbidden, uses
from autograder.student.core.modules import module_name
from autograder.student.core.reach import cells, reached
from autograder.student.core.spec import Rule

RULE = Rule(frozenset({"LSTM"}), frozenset({"torch.lstm_cell"}), libraries=frozenset({"tokenizers"}))
MODULE = """%%writefile steps.py
from torch import nn
def library(x): return nn.LSTM(3, 4)(x)
def own(x): return x
def indirect(x): return library(x)
class LSTM: pass
"""
# What stands in the notebook beside the module, and the cell and line of what is forbidden in `f`; None if nothing is.
CELLS: dict[str, tuple[list[str], tuple[int, int] | None]] = {
    "a name": (["from steps import library\ndef f(x): return library(x)"], (0, 3)),
    "another name": (["from steps import library as own\ndef f(x): return own(x)"], (0, 3)),
    "an attribute": (["import steps\ndef f(x): return steps.library(x)"], (0, 3)),
    "an attribute of another name": (["import steps as s\ndef f(x): return s.indirect(x)"], (0, 3)),
    "a second name": (["import steps\nother = steps\ndef f(x): return other.library(x)"], (0, 3)),
    "all names": (["from steps import *\ndef f(x): return indirect(x)"], (0, 3)),
    "the name itself": (["from steps import library as f"], (0, 3)),
    "an import inside": (["def f(x):\n    import steps\n    return steps.library(x)"], (0, 3)),
    "a name inside": (["def f(x):\n    from steps import library as g\n    return g(x)"], (0, 3)),
    "a look-up": (["import steps\ndef f(x): return getattr(steps, 'lib' + 'rary')(x)"], (0, 3)),
    "a module that is looked up": (["f = __import__('steps').library"], (0, 3)),
    "a part of a package": (["import importlib\nf = importlib.import_module('lib.steps')"], (0, 3)),
    "a folder on the path": (["import sys\nsys.path.append('lib')\nfrom steps import library as f"], (0, 3)),
    "a table": (["import steps\nf = vars(steps)['library']"], (0, 3)),
    "a library of the module's": (["import steps\ndef f(x): return steps.nn.LSTM(x)"], (1, 2)),
    "that by another name": (["from steps import nn as n\ndef f(x): return n.LSTM(x)"], (1, 2)),
    "a file that is run": (["%run steps.py", "def f(x): return library(x)"], (0, 3)),
    "a file that is read": (["exec(open('steps.py').read())\ndef f(x): return library(x)"], (0, 3)),
    "another function": (["from steps import own, library\ndef f(x): return own(x)"], None),
    "another attribute": (["import steps\ndef f(x): return steps.own(x)"], None),
    "a name of its own": (["def library(x): return x\ndef f(x): return library(x)"], None),
    "a class of its own": (
        ["import steps\nfrom steps import LSTM\ndef f(x): return LSTM(), steps.LSTM()"],
        None,
    ),
    "all names, another": (["from steps import *\ndef f(x): return own(x)"], None),
}


@pytest.mark.parametrize("title", CELLS)
def test_what_is_forbidden_is_found_through_a_module(title: str) -> None:
    """However it is imported; and what the task does not use is no fault of it."""
    notebook, place = CELLS[title]
    module = MODULE.replace("steps.py", "lib/steps.py") if "'lib" in notebook[0] else MODULE
    found = find_forbidden([module, *notebook], "f", RULE)
    assert (found and (found.cell, found.line)) == place


def test_modules_of_a_package_are_followed() -> None:
    """Also by relative imports, through stars, and round in a circle."""
    package = [
        "%%writefile lib/__init__.py\nfrom .cells import *",
        "%%writefile lib/cells.py\nfrom .deep.gates import gate as cell\nfrom ..lib import other",
        "%%writefile lib/deep/gates.py\nimport torch\ndef gate(x): return torch.lstm_cell(x)",
    ]
    for line in (
        "from lib import cell as f",
        "from lib.cells import cell as f",
        "from lib import *\nf = cell",
    ):
        found = find_forbidden([*package, line], "f", RULE)
        assert found is not None
        assert (found.name, found.cell, found.line) == ("torch.lstm_cell", 2, 3)


def test_a_task_in_a_module_is_used_by_another() -> None:
    """So that an earlier one may be to blame; and names that are reached are told as they are written."""
    module = ["%%writefile steps.py", "def step(x): return scaled(x)", "def scaled(x): return x"]
    sources = ["\n".join([*module, "def forward(x): return step(x)"]), "from steps import step, forward"]
    assert uses(sources, "forward", "step")
    assert not uses(sources, "step", "forward")
    assert reached(sources, "forward") == ["step", "scaled"]


def test_an_odd_notebook_takes_no_time_of_others() -> None:
    """Ten thousand names of one statement; more modules than anybody follows, and nothing is hidden behind them."""
    names = ", ".join(f"n{number}" for number in range(10_000))
    assert len(cells([f"{names} = f({names})", "def f(): n1"]).names_reached("f")) == 10_001
    modules = [f"%%writefile m{number}.py\nfrom m{number + 1} import *" for number in range(300)]
    last = "%%writefile m300.py\nfrom torch.nn import LSTM as f"
    assert find_forbidden([*modules, last, "from m0 import *"], "f", RULE) is not None


def test_two_modules_with_the_same_names_are_kept_apart() -> None:
    """And a module that nobody imports gives nothing its meaning."""
    modules = ["%%writefile a.py\ndef f(): return g()\ndef g(): pass", "%%writefile b.py\ndef g(): pass"]
    sources = [*modules, "import a"]
    found = cells(sources)
    assert found.names_reached("a.f") == ["a.f", "a.g"]
    assert found.names_reached("f") == ["f"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("steps.py", "steps"),
        ("./steps.py", "steps"),
        ("lib/steps.py", "lib.steps"),
        ("lib/__init__.py", "lib"),
    ],
)
def test_a_module_is_called_by_its_path(path: str, name: str) -> None:
    """As `import` calls it."""
    assert module_name(path) == name
