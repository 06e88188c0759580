"""A cell goes on after what is only not here, and nowhere else."""

from __future__ import annotations

import pytest

from autograder.student.core.elsewhere import behind, is_of_the_machine, names_from, without
from autograder.student.core.parts import added, around_check, defining

SOURCE = (
    "import os, seaborn as sns\n@decorated\ndef f():\n    return 1\nx = 1; y = input(); z = 2\nw = '''\n'''"
)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ("ModuleNotFoundError: No module named 'seaborn'", True),
        ("urllib.error.URLError: <urlopen error>", True),
        ("EOFError: EOF when reading a line", True),
        ("AssertionError: Torch not compiled with CUDA enabled", True),
        ("RuntimeError: No CUDA GPUs are available", True),
        ("NameError: name 'sns' is not defined", True),
        ("NameError: name 'x' is not defined", False),
        ("AssertionError", False),
        ("RuntimeError: shapes do not match", False),
        ("SystemExit: stop here", False),
        ("", False),
    ],
)
def test_only_what_is_not_here_is_gone_past(error: str, expected: bool) -> None:
    """A mistake stopped the cell at its author's desk, too."""
    assert is_of_the_machine(error, {"sns"}) is expected


def test_a_statement_is_taken_out_and_all_others_keep_their_lines() -> None:
    """Of an import only the part that is missing."""
    cut = without(SOURCE, 1, "ModuleNotFoundError: No module named 'seaborn'")
    assert cut is not None
    assert (cut.source, cut.names) == (SOURCE.replace(", seaborn as sns", ""), {"sns"})
    cut = without(SOURCE, 5, "EOFError: EOF when reading a line")
    assert cut is not None
    assert (cut.source, cut.names) == (SOURCE.replace("y = input(); ", ""), {"y"})
    rest = behind(SOURCE, 3, "NameError: name 'decorated' is not defined")
    assert rest is not None
    assert rest.source == "\n\n\n\nx = 1; y = input(); z = 2\nw = '''\n'''"
    assert names_from(SOURCE, 5) == {"x", "y", "z", "w"}


@pytest.mark.parametrize("source", ["", "x = (", "x = 1", "%%bash\nls"])
def test_where_there_is_no_such_line_nothing_is_taken_out(source: str) -> None:
    """The line is what a worker says, and may be any."""
    assert without(source, 7, "OSError") is None
    assert behind(source, 7, "OSError") is None


def test_an_addition_is_told_by_its_statements() -> None:
    """Comments, layout and order do not count; a second copy does, and so does a changed statement."""
    released = "import math\nWIDTH = 3  # of all\n%matplotlib inline"
    assert added("WIDTH=3\n\n# mine\nimport   math", released) == []
    texts = [piece.text for piece in added("import math\nWIDTH = 4\nimport math", released)]
    assert texts == ["WIDTH = 4", "import math"]
    assert added("x = (", released) == []


def test_a_definition_does_nothing() -> None:
    """A value that is worked out belongs to what the cell does."""
    source = "def f(): pass\nX = -1\nY: int = {1: [2]}\nZ = train()\nx, y = 1, 2\nimport os as o\nprint(f())"
    assert defining(source).split("\n") == [
        "def f(): pass",
        "X = -1",
        "Y: int = {1: [2]}",
        "x, y = 1, 2",
        "import os as o",
    ]


def test_a_check_is_found_between_other_lines() -> None:
    """In whatever way it is written; another task's check is none."""
    assert around_check('x = 1\nresult = check("f", hints=2); y = 2', "f") == ("x = 1", "y = 2")
    assert around_check('check("g")', "f") is None
