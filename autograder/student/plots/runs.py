"""Keeps what a student has tried in an experiment, run after run, and shows it as a table."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from autograder.student.core.language import _

_tried: dict[str, list[dict[str, float | str]]] = {}  # in this kernel, by the name of the experiment


@dataclass(frozen=True, repr=False)
class Runs:
    """All runs of an experiment so far, the newest last."""

    rows: tuple[dict[str, float | str], ...]

    def __repr__(self) -> str:
        return "\n".join(
            "  ".join(f"{name} {_shown(value)}" for name, value in row.items()) for row in self.rows
        )

    def _repr_html_(self) -> str:
        names = list(dict.fromkeys(name for row in self.rows for name in row))
        head = "".join(f"<th>{escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_shown(row.get(name, '')))}</td>" for name in names) + "</tr>"
            for row in self.rows
        )
        title = escape(_("Your runs so far: change the number above and run the cell again."))
        # A caption would be squeezed to the width of the table, which is often three short columns.
        return f"<div>{title}</div><table><tr>{head}</tr>{body}</table>"


def tried(experiment: str, /, **run: float | str) -> Runs:
    """Adds a run of an experiment to those before it, and shows all of them; the same run twice is one row.

    >>> tried("radius", radius=0.5, left=1e-18)
    radius 0.5  left 1e-18
    """
    runs = _tried.setdefault(experiment, [])
    if run not in runs:
        runs.append(run)
    return Runs(tuple(runs))


def _shown(value: float | str) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
