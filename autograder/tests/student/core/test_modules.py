"""Which files beside a notebook are its helper modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.student.core.modules import (
    MAX_MODULE_BYTES,
    MAX_MODULES,
    about_missing,
    as_cell,
    beside,
    modules_of,
)

FILES = {
    "steps.py": b"import more\nfrom lib import gates",
    "more.py": b"",
    "lib/__init__.py": b"from .cells import cell",
    "lib/cells.py": b"from . import deep",
    "lib/deep.py": b"",
    "lib/gates.py": b"",
    "random.py": b"import other",
    "other.py": b"",
    "tools/plots.py": b"",
    "autograder/__init__.py": b"",
}
ALL_OF_STEPS = {"steps.py", "more.py", "lib/__init__.py", "lib/cells.py", "lib/deep.py", "lib/gates.py"}


@pytest.mark.parametrize(
    ("source", "paths"),
    [
        ("import steps", ALL_OF_STEPS),
        ("from steps import f", ALL_OF_STEPS),
        ("def f():\n    import steps as s", ALL_OF_STEPS),
        ("%matplotlib inline\nimport steps", ALL_OF_STEPS),
        ("%run steps", ALL_OF_STEPS),
        ("%run -i ./steps.py", ALL_OF_STEPS),
        ("exec(open('steps.py').read())", ALL_OF_STEPS),
        ("import importlib\nimportlib.import_module('steps')", ALL_OF_STEPS),
        ("%%writefile new.py\nimport steps", ALL_OF_STEPS),
        ("import lib.gates", {"lib/__init__.py", "lib/cells.py", "lib/deep.py", "lib/gates.py"}),
        ("import sys\nsys.path.append('tools')\nimport plots", {"tools/plots.py"}),
        ("import sys\nsys.path.insert(0, './tools')\nimport plots", {"tools/plots.py"}),
        ("import plots", set()),
        ("import torch, math", set()),
        ("from autograder.student import check", set()),
        ("steps = 1", set()),
        ("x = (", set()),
    ],
)
def test_what_cells_import_is_found(source: str, paths: set[str]) -> None:
    """Directly or through others, in whatever way; and nothing else."""
    found = modules_of([source], FILES.get)
    assert (set(found.files), found.notes) == (paths, ())


def test_what_is_left_out_is_said() -> None:
    """A name that means another module, a file that is too large, too many of them."""
    left_out = modules_of(["import random, large"], {**FILES, "large.py": b"#" * (MAX_MODULE_BYTES + 1)}.get)
    assert left_out.files == {}
    assert "`random.py` is not part of the hand-in. Another module has this name" in left_out.notes[0]
    assert "larger than the 100 kB" in left_out.notes[1]
    many = {f"m{number}.py": f"import m{number + 1}".encode() for number in range(MAX_MODULES + 5)}
    found = modules_of(["import m0"], many.get)
    assert len(found.files) == MAX_MODULES
    assert f"more than {MAX_MODULES}" in found.notes[0]


def test_modules_that_import_each_other_come_to_an_end() -> None:
    """Each once."""
    files = {"a.py": b"import b", "b.py": b"import a"}
    assert list(modules_of(["import a, b, a"], files.get).files) == ["a.py", "b.py"]


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    """Whatever a path in the notebook says; and bytes that are no text are read as far as they are."""
    (tmp_path / "secret.py").write_text("x = 1")
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "steps.py").write_bytes(b"\xef\xbb\xbfx = '\xff'\r\ny = 1")
    sources = ["%run ../secret.py", f"exec(open('{tmp_path}/secret.py').read())", "import steps"]
    assert beside(folder, sources).cells == ["%%writefile steps.py\nx = '\N{REPLACEMENT CHARACTER}'\ny = 1"]


def test_a_module_is_what_its_text_says() -> None:
    """An encoding that it claims would make other code of it; it is written as UTF-8."""
    cell = as_cell("steps.py", b"# coding: cp949\n#coding=utf-7\n# coding: as it is")
    assert cell == "%%writefile steps.py\n# coding cp949\n#codingutf-7\n# coding: as it is"


def test_a_missing_module_is_told() -> None:
    """By the error that it makes; a part of Python that is missing is none of the student's."""
    assert "Put `steps.py` beside" in about_missing("ModuleNotFoundError: No module named 'steps.gates'")
    assert about_missing("No module named 'torch.rnn'") == about_missing("KeyError: 'steps'") == ""
