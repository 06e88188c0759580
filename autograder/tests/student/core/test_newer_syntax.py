"""Code that runs at a desk with a newer Python, and cannot be read by the grader's, is told before it is graded."""

from __future__ import annotations

import sys

import pytest

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.student.core.code import python
from autograder.student.core.newer_syntax import GRADER, about_newer, newer_line

needs_newer = pytest.mark.skipif(
    sys.version_info[:2] <= GRADER, reason="needs a newer Python than the grader's"
)


@needs_newer
@pytest.mark.parametrize(
    "line",
    [
        'print(f"{row["loss"]}")',
        "print(f'{row['loss']}')",
        'print(f"{f"{x}"}")',
        "print(f'{f\"it's\"}')",
        'print(f"{"\\n".join(rows)}")',
        "print(f'{\"a\\tb\"}')",
        'print(f"{x  # the loss\n}")',
        'print(f"""{x  # the loss\n}""")',
        'print(f"{\nx}")',
        'print(f"""{f"""{x}"""}""")',
        "type Ids = list[int]",
        "def first[T](items: list[T]) -> T: ...",
        "class Stack[T]: ...",
    ],
)
def test_what_only_a_newer_python_reads_is_told(line: str) -> None:
    """f-strings with anything in their braces, type aliases and type parameters, all since 3.12; the line is named."""
    assert newer_line(f"x = 1\n{line}") == 2


@pytest.mark.parametrize(
    "line",
    [
        "print(f\"{row['loss']:.2f}\")",
        "print(f'{row[\"loss\"]!r}')",
        'print(f"{x:{width}}", f"{{x}}", f"\\t{x}\\n", "\\n".join(rows))  # f"{row["loss"]}"',
        'print(f"""{row["loss"]} {x or ""} {\nx}""")',
        'print(f"""{f"{x}"}""", rf"\\d{x}")',
        "print(f'''{f\"it's\"}''')",
        "match x:\n    case 1: ...",
        "not valid Python",
    ],
)
def test_what_the_grader_reads_is_not(line: str) -> None:
    """Other quotation marks inside, backslashes outside of braces, comments behind; nor what no Python reads."""
    assert newer_line(f"x = 1\n{line}") is None


@pytest.mark.parametrize("name", assignment_names())
def test_the_grader_reads_the_course(name: str) -> None:
    """No cell of the notebooks is newer."""
    cells = [cell for cell in source_notebook(name).cells if cell.kind == "code"]
    assert [cell.id for cell in cells if newer_line(python(cell.source))] == []


@needs_newer
def test_the_sentence_says_where_and_what_to_do() -> None:
    """Magics of the cell do not hide it."""
    told = about_newer('%matplotlib inline\nprint(f"{row["loss"]}")', "the cell of `rnn_step`")
    assert told.startswith("Line 2 of the cell of `rnn_step` is syntax that Python 3.11 cannot read")
    assert about_newer("x = 1", "the cell of `rnn_step`") == ""
