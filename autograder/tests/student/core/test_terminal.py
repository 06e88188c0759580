"""What a command prints reaches every console: those with 256 letters, and files and pipes that have no width."""

from __future__ import annotations

import io
import sys

import pytest
from rich.table import Table

from autograder.student.core.terminal import output, print_table, show_everywhere

SAID = "✓ “Grüße, 한글” – 3 → 4 … ✗ ◐"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", SAID),
        ("cp1252", "+ “Grüße, ??” – 3 -> 4 … x ~"),
        ("cp437", '+ "Grüße, ??" - 3 -> 4 ... x ~'),
        ("ascii", '+ "Gru?e, ??" - 3 -> 4 ... x ~'),
    ],
)
def test_what_an_encoding_lacks_is_written_plainly(
    encoding: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Windows console or a pipe there: never an exception in place of a result."""
    data = io.BytesIO()
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.TextIOWrapper(data, encoding=encoding, write_through=True))
    show_everywhere()
    print(SAID)
    print(SAID, file=sys.stderr)
    assert data.getvalue().decode(encoding) == f"{shown}\n" * 2


def table() -> Table:
    """Two rows of very different length."""
    made = Table("student", "why", box=None, pad_edge=False, header_style="bold red")
    made.add_row("ada", "xy " * 100)
    made.add_row("bob", "y")
    return made


def test_a_pipe_gets_whole_lines_without_colour_or_padding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log in CI: nothing is cut, nothing is filled up, no escape code."""
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    print_table(output(), table())
    assert capsys.readouterr().out.splitlines() == [
        "student  why",
        f"ada      {'xy ' * 100}".rstrip(),
        "bob      y",
    ]


def test_a_window_of_80_columns_is_kept_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long cells go on in the next line of the same column."""
    monkeypatch.setenv("COLUMNS", "80")
    print_table(output(), table())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) == 80
    assert sum(line.count("xy") for line in lines) == 100
