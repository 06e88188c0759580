"""Writes the page a student reads: her own notebook, with marks, messages and hints beside every task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from markupsafe import Markup, escape

from autograder.reports import markup, measured
from autograder.reports.curve import picture
from autograder.reports.labels import result_sentence
from autograder.reports.page import render, write_text
from autograder.student.core.names import safe_name
from autograder.student.core.notebook import Cell, Notebook
from autograder.student.core.results import Result, TaskResult

Outcome = tuple[str, str | None, str]  # how running a cell ended: its state, its error if any, its output
NOT_RUN = "skipped"  # the state of a cell that was left out


@dataclass(frozen=True)
class ByHand:
    """What a person has added to a result. Cells are named by their grade_id, tasks by their name."""

    score: float  # all in all, and of how many points
    max_score: float
    points: Mapping[str, tuple[float, float]] = field(
        default_factory=dict
    )  # of answers in words: given, of how many
    comments: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, float] = field(default_factory=dict)  # tasks: what the grader had given
    late_penalty: float = 0.0  # already taken off the score
    extra: float = 0.0  # credit beyond what can be reached; in the score, not in the highest one

    @property
    def given(self) -> tuple[float, float]:
        """The points for answers in words: given, of how many that have been marked."""
        return sum(given for given, _most in self.points.values()), sum(
            most for _given, most in self.points.values()
        )


@dataclass(frozen=True)
class Row:
    """One cell of the notebook as the page shows it."""

    kind: str  # markdown | plain | code
    body: Markup
    cut: str = ""  # a sentence about what is not shown of the source
    output: str = ""
    output_cut: str = ""
    error: str = ""
    is_skipped: bool = False
    is_supplied: bool = False
    is_heading: bool = False
    task: TaskResult | None = None
    points: tuple[float, float] | None = None  # that a person gave, of how many
    comment: str = ""  # that a person wrote
    model_answer: Markup | None = None  # the course's own answer to a question in words


def feedback_file(result: Result) -> str:
    """Where a student's page lies, relative to the class page."""
    return str(PurePosixPath("feedback", safe_name(result.assignment), f"{safe_name(result.student)}.html"))


def write_feedback(
    result: Result,
    notebook: Notebook | None,
    outcomes: Sequence[Outcome] | None,
    path: Path,
    model_answers: Mapping[str, str] = MappingProxyType({}),
) -> Path:
    """Writes one student's page. `outcomes` belong to the cells of `notebook`, one each; both may be missing."""
    return write_text(path, feedback_page(result, notebook, outcomes, model_answers=model_answers))


def feedback_page(
    result: Result,
    notebook: Notebook | None = None,
    outcomes: Sequence[Outcome] | None = None,
    by_hand: ByHand | None = None,
    model_answers: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """One student's page. Of hidden tests it says what the result says; seed and integrity notes are not on it.

    With `by_hand`, the scores in `result` are those after a person has changed them. `model_answers` to the questions
    in words, by the names of their cells, are folded below the student's own.
    """
    rows = [
        replace(row, model_answer=markup.markdown(model_answers[name])) if name in model_answers else row
        for name, row in (_rows(result, notebook, outcomes, by_hand) if notebook else ())
    ]
    shown = {row.task.name for row in rows if row.task}
    commented = {row.comment for row in rows}
    introduction = _introduction(rows)
    number = measured.number_of(result)
    return render(
        "feedback.html.j2",
        result=result,
        sentence=result_sentence(result),
        to_come=measured.points_by_hand(result),
        by_hand=by_hand,
        comments=[text for text in by_hand.comments.values() if text not in commented] if by_hand else [],
        unfinished=[task for task in result.tasks if task.score < task.max_score and task.tests],
        unwritten=[task for task in result.tasks if task.score < task.max_score and not task.tests],
        finished=[task for task in result.tasks if task.score >= task.max_score],
        measured=measured.sentences(result),
        curve=picture(result),
        metric=measured.metric_of(result.scale).title if result.scale else "",
        facts=measured.facts(result),
        limits=result.scale,
        number=number,
        at=measured.place(result.scale, number) if result.scale and number is not None else None,
        introduction=rows[:introduction],
        parts=_parts(rows[introduction:]),
        elsewhere=[task for task in result.tasks if task.name not in shown],
    )


def _introduction(rows: Sequence[Row]) -> int:
    """How many rows at the top came with the notebook and belong to no task: the page folds them.

    They end where the text before the first answer has its last heading, or where the student added something.
    """
    first = next((index for index, row in enumerate(rows) if row.task), 0)
    own = next((index for index, row in enumerate(rows) if not row.is_supplied), 0)
    headings = [index for index in range(min(first, own)) if rows[index].is_heading]
    return headings[-1] if headings else 0


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in parts that begin with an answer, so that its card can stand beside all that follows."""
    parts: list[list[Row]] = []
    for row in rows:
        if row.task or not parts:
            parts.append([])
        parts[-1].append(row)
    return parts


def _rows(
    result: Result, notebook: Notebook, outcomes: Sequence[Outcome] | None, by_hand: ByHand | None
) -> Iterator[tuple[str, Row]]:
    """The rows of the page, each with the name of its cell."""
    points = dict(by_hand.points) if by_hand else {}
    comments = dict(by_hand.comments) if by_hand else {}
    waiting = {task.name: task for task in result.tasks}
    for index, cell in enumerate(notebook.cells):
        if cell.is_check or not cell.source.strip():
            continue  # what a check says is on the card of its task
        task = waiting.pop(cell.grade_id, None) if cell.is_answer else None
        row = _row(cell, outcomes[index] if outcomes and index < len(outcomes) else None, task)
        row = replace(row, points=points.pop(cell.grade_id, None), comment=comments.pop(cell.grade_id, ""))
        yield cell.grade_id, row


def _row(cell: Cell, outcome: Outcome | None, task: TaskResult | None) -> Row:
    source, cut = markup.shortened(cell.source.strip("\n"), markup.MAX_SOURCE)
    if cell.kind != "code":
        # A text that has to be cut is shown as it was typed: half a formula or table would be misread.
        body = escape(markup.printable(source)) if cut or cell.kind == "raw" else markup.markdown(source)
        return Row(
            kind="plain" if cut or cell.kind == "raw" else "markdown",
            body=body,
            cut=cut,
            is_supplied=cell.is_locked,
            is_heading=source.lstrip().startswith("#"),
        )
    state, error, output = outcome or ("", None, "")
    output, output_cut = markup.shortened(markup.terminal_text(output).strip("\n"), markup.MAX_OUTPUT)
    return Row(
        kind="code",
        body=markup.code(source),
        cut=cut,
        output=output,
        output_cut=output_cut,
        error=markup.shortened(markup.terminal_text(error or "").strip(), markup.MAX_OUTPUT)[0],
        is_skipped=state == NOT_RUN,
        is_supplied=cell.is_locked,
        task=task,
    )
