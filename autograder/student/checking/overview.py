"""Shows how far a notebook is, task by task: a table for a notebook, lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from autograder.student.checking.panel import AMBER, GREEN, GREY, RED
from autograder.student.core.language import _
from autograder.student.core.results import TaskResult


@dataclass(frozen=True)
class OverviewRow:
    """One task: its points, the newest result of its check, and whether that result is one of an older cell."""

    task: str
    points: float
    result: TaskResult | None
    is_not_run: bool = False  # as it is saved
    is_broken: bool = False  # what ran last has defined nothing


def overview_html(rows: Sequence[OverviewRow], progress: str) -> str:
    """A table with one row a task."""
    heads = (_("task"), _("points"), _("state"))
    head = "".join(f"<th style='text-align:left;padding-right:2em'>{escape(title)}</th>" for title in heads)
    body = "".join(_html_row(row) for row in rows)
    return (
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        f"<div style='color:{GREY}'>{escape(progress)}</div>"
    )


def overview_text(rows: Sequence[OverviewRow], progress: str) -> str:
    """The same in lines."""
    width = max((len(row.task) for row in rows), default=0)
    lines = [f"{_mark(row)[0]} {row.task:{width}}  {_points(row):>10}  {_state(row)}" for row in rows]
    return "\n".join([*lines, progress])


def _html_row(row: OverviewRow) -> str:
    mark, colour = _mark(row)
    state = f"<span style='color:{colour};font-weight:600'>{mark}</span> {escape(_state(row))}"
    cells = (f"<code>{escape(row.task)}</code>", escape(_points(row)), state)
    return "<tr>" + "".join(f"<td style='text-align:left'>{cell}</td>" for cell in cells) + "</tr>"


def _points(row: OverviewRow) -> str:
    return f"{row.result.score:g} / {row.points:g}" if row.result else f"– / {row.points:g}"


def _mark(row: OverviewRow) -> tuple[str, str]:
    if row.result is None:
        return "·", GREY
    if row.is_broken or row.is_not_run:
        return "!", AMBER
    return ("✓", GREEN) if row.result.status == "passed" else ("✗", RED)


def _state(row: OverviewRow) -> str:
    if row.result is None:
        return _("not checked yet")
    if row.is_broken:
        return _(
            "the cell ended with an error, an older version was checked: correct it, run it, check again"
        )
    if row.is_not_run:
        return _("the cell has not run as it is saved: run it, then check again")
    if row.result.status == "passed":
        return _("passes")
    passed = sum(test.outcome == "passed" for test in row.result.tests)
    return _("{passed} of {tests} checks pass").format(passed=passed, tests=len(row.result.tests))
