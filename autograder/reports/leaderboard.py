"""Ranks the measured models of graded submissions by what they reach on hidden text: terminal, page, JSON.

An assignment has one metric, perplexity or bits per byte; lower is better for both.

Only what the grader measured counts; what a notebook printed or a checkpoint says of itself is not read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from autograder.reports.labels import number
from autograder.reports.markup import printable
from autograder.reports.measured import BYTES, PARAMETERS, metric_of, number_of, scale_of, size
from autograder.reports.page import render
from autograder.student.core.language import _, plural
from autograder.student.core.metric import BITS_PER_BYTE, Metric, figure
from autograder.student.core.results import Result, Scale

if TYPE_CHECKING:
    from rich.table import Table

FLAG = "⚑"


class NoResults(Exception):
    """A folder that holds no results; the sentence says what to do."""


@dataclass(frozen=True)
class Row:
    """One line of a leaderboard: a submission's model, or a baseline to measure it by."""

    kind: Literal["model", "floor", "target"]
    student: str
    measured: float = 0.0  # in the metric of the assignment: what is ranked
    rank: int | None = None  # equal models share one; a baseline has none
    perplexity: float | None = None
    bits_per_byte: float | None = None
    score: float | None = None
    max_score: float | None = None
    parameters: int | None = None
    checkpoint_bytes: int | None = None
    is_flagged: bool = False  # there is something for the instructor to look at


@dataclass(frozen=True)
class Board:
    """The leaderboard of one assignment."""

    assignment: str
    scale: Scale
    rows: tuple[Row, ...]
    more: int = 0  # models beyond the best that were asked for
    without_model: int = 0  # graded submissions of which nothing could be measured
    left_out: int = 0  # flagged ones, on a board that is to be shown to everybody

    @property
    def has_models(self) -> bool:
        """Whether there is anything to rank."""
        return any(row.kind == "model" for row in self.rows)

    @property
    def has_flags(self) -> bool:
        """Whether the sign of a flag has to be explained."""
        return any(row.is_flagged for row in self.rows)


def read_results(folders: Iterable[Path]) -> list[Result]:
    """The results in the folders of some runs; `NoResults` for a folder without any."""
    found: list[Result] = []
    for folder in folders:
        place = folder / "results" if (folder / "results").is_dir() else folder
        results = [result for path in sorted(place.glob("*.json")) if (result := _read(path))]
        if not results:
            raise NoResults(
                _(
                    "There are no results in {folder}. Grade first: autograder grade submitted/ --out {folder}"
                ).format(folder=folder)
            )
        found += results
    return found


def _read(path: Path) -> Result | None:
    """A result; None for a file that is something else, such as the run's own notes."""
    try:
        return Result.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def leaderboards(
    results: Iterable[Result], top: int | None = None, is_anonymous: bool = False
) -> list[Board]:
    """A leaderboard for every assignment in which models are measured; the order of the results does not matter.

    Who handed in more than once stands there with the best. `is_anonymous` makes a board that can be shown to
    everybody: no names, and without submissions that the instructor has yet to look at.
    """
    groups: defaultdict[str, list[Result]] = defaultdict(list)
    for result in results:
        if result.status == "graded":
            groups[result.assignment].append(result)
    return [
        _board(name, scale, groups[name], top, is_anonymous)
        for name in sorted(groups)
        if (scale := scale_of(groups[name])) is not None
    ]


def _board(
    assignment: str, scale: Scale, results: Sequence[Result], top: int | None, is_anonymous: bool
) -> Board:
    best: dict[str, Row] = {}
    rows = [_row(r, metric_of(scale), number) for r in results if (number := number_of(r)) is not None]
    for row in sorted(rows, key=_order):
        best.setdefault(row.student, row)
    measured = list(best.values())
    shown = [row for row in measured if not (is_anonymous and row.is_flagged)]
    ranked = [replace(row, rank=1 + sum(other.measured < row.measured for other in shown)) for row in shown]
    if is_anonymous:
        ranked = [replace(row, student="") for row in ranked]
    kept = ranked[:top]
    return Board(
        assignment,
        scale,
        tuple(sorted([*kept, *_baselines(scale)], key=lambda row: row.measured)),
        more=len(ranked) - len(kept),
        without_model=len({result.student for result in results} - best.keys()),
        left_out=len(measured) - len(shown),
    )


def _row(result: Result, metric: Metric, measured: float) -> Row:
    metrics = result.metrics
    row = Row(
        "model",
        result.student,
        bits_per_byte=metrics.get(BITS_PER_BYTE.name),
        score=result.score,
        max_score=result.max_score,
        parameters=int(metrics[PARAMETERS]) if PARAMETERS in metrics else None,
        checkpoint_bytes=int(metrics[BYTES]) if BYTES in metrics else None,
        is_flagged=bool(result.integrity) or any(other.checkpoint for other in result.similar),
    )
    return _measured(row, metric, measured)


def _measured(row: Row, metric: Metric, number: float) -> Row:
    """The row with its number, rounded: what nobody can read off must not decide who is first."""
    rounded = round(number, metric.ranked_digits)
    numbers = {"measured": rounded, metric.name: rounded}
    return replace(row, **numbers)  # type: ignore[arg-type]


def _order(row: Row) -> tuple[float, str, bool, float]:
    return row.measured, row.student, row.is_flagged, -(row.score or 0.0)


def _baselines(scale: Scale) -> list[Row]:
    return [
        _measured(Row("target", _("target (all points)")), metric_of(scale), scale.target),
        _measured(Row("floor", _("floor (points begin)")), metric_of(scale), scale.floor),
    ]


def remarks(board: Board) -> list[str]:
    """What has to be said beside the rows, in sentences."""
    said = []
    if not board.has_models:
        said.append(
            _(
                "No model has been measured yet: a notebook needs its checkpoint beside it ({files}), or grade with "
                "--train."
            ).format(files=", ".join(board.scale.files))
        )
    if board.more:
        said.append(
            plural("{count} more model is not shown.", "{count} more models are not shown.", board.more)
        )
    if board.without_model:
        said.append(
            plural(
                "{count} graded submission has no model that could be measured.",
                "{count} graded submissions have no model that could be measured.",
                board.without_model,
            )
        )
    if board.left_out:
        said.append(
            plural(
                "{count} submission is left out until a person has looked at it.",
                "{count} submissions are left out until a person has looked at them.",
                board.left_out,
            )
        )
    if board.has_flags:
        said.append(
            _("{flag}: please check this yourself; see integrity on the class page.").format(flag=FLAG)
        )
    return said


def introduction(board: Board) -> str:
    """What the models of a board are ranked by."""
    return metric_of(board.scale).ranking


def columns() -> tuple[str, ...]:
    """The titles above what `cells` gives."""
    return (
        "#",
        _("student"),
        _("perplexity"),
        _("bits per byte"),
        _("points"),
        _("parameters"),
        _("checkpoint"),
    )


def cells(row: Row) -> tuple[str, ...]:
    """A row as texts, empty where there is nothing to say."""
    name = printable(row.student) or _("(no name)")
    return (
        str(row.rank) if row.rank else "",
        f"{name} {FLAG}" if row.is_flagged else name,
        f"{row.perplexity:,.2f}" if row.perplexity is not None else "",
        figure(row.bits_per_byte) if row.bits_per_byte is not None else "",
        f"{number(row.score)} / {number(row.max_score or 0.0)}" if row.score is not None else "",
        figure(row.parameters) if row.parameters is not None else "",
        size(row.checkpoint_bytes) if row.checkpoint_bytes is not None else "",
    )


def table(board: Board) -> Table:
    """A leaderboard for a terminal."""
    from rich.table import Table
    from rich.text import Text

    made = Table(box=None, pad_edge=False, header_style="bold", title=board.assignment, title_justify="left")
    for index, title in enumerate(columns()):
        made.add_column(title, justify="left" if index == 1 else "right")
    for row in board.rows:
        style = "" if row.kind == "model" else "dim italic"
        made.add_row(*(Text(cell, style=style) for cell in cells(row)))
    return made


def leaderboard_page(boards: Sequence[Board]) -> str:
    """The leaderboards as a page."""
    return render(
        "leaderboard.html.j2",
        boards=boards,
        columns=columns(),
        cells=cells,
        remarks=remarks,
        introduction=introduction,
    )


def leaderboard_json(boards: Sequence[Board]) -> str:
    """The leaderboards as JSON."""
    documents = [asdict(board) for board in boards]
    text = json.dumps(
        {"schema": 1, "boards": documents}, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False
    )
    return text + "\n"
