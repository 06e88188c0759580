"""After which cell of a notebook a task is tested."""

from __future__ import annotations

import pytest

from autograder.student.core.moments import moment
from autograder.student.core.notebook import Cell

STUB = Cell("code", "def f(x):\n    raise NotImplementedError", nbgrader={"grade_id": "f", "solution": True})
CHECK = Cell("code", 'check("f")', nbgrader={"grade_id": "check-f", "grade": True})
OWN = Cell("code", "def f(x):\n    return x")
AGAIN = Cell("code", "f = 3")
TEXT = Cell("markdown", "f = 3")
OTHER = Cell("code", "x = 1")


@pytest.mark.parametrize(
    ("cells", "position"),
    [
        ([OTHER, STUB, CHECK, AGAIN], 2),
        ([STUB, OTHER, TEXT, CHECK, AGAIN], 3),
        ([STUB, CHECK, OTHER, CHECK, OTHER], 1),
        ([CHECK, STUB, OTHER], 1),
        ([CHECK, STUB, CHECK, OTHER], 2),
        ([STUB, OTHER, AGAIN], 0),
        ([AGAIN, STUB, STUB, OTHER], 2),
        ([OWN, OTHER, AGAIN], 0),
        ([OTHER, CHECK, OTHER], 1),
        ([OWN, CHECK, STUB, OTHER], 1),
        ([OTHER, OTHER], None),
        ([STUB, CHECK], None),
        ([STUB, CHECK, TEXT], None),
        ([STUB, CHECK, CHECK], None),
        ([], None),
    ],
)
def test_moment(cells: list[Cell], position: int | None) -> None:
    """The first check that has an answer before it, else the answer; the end if nothing runs after it."""
    skipped = {i for i, cell in enumerate(cells) if cell.is_check}
    assert moment(cells, "f", skipped) == position
