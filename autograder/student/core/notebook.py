"""Reads notebooks as plain JSON: cells, nbgrader metadata, tasks and points.

`nbformat` and `nbgrader` validate more, and cost seconds to import; here a notebook is only data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

MAX_FILE_BYTES = 32 * 2**20  # of a notebook that is handed in, without the outputs of its cells
MAX_BYTES_WITH_OUTPUTS = 2 * MAX_FILE_BYTES  # with them
CHECK_PREFIX = "check-"  # the check cell of task t has the grade_id "check-t"; its answer cell is called t
SETUP_TAG = "setup"  # cells a submission needs to run: imports and supplied helpers
SKIP_TAG = "skip-execution"  # long demonstrations, left out when grading
TRAINING_TAG = "training"  # cells, otherwise left out, that together make a submission's checkpoint

CellKind = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class Cell:
    """One cell, with the parts of its metadata that matter here."""

    kind: CellKind
    source: str
    id: str = ""
    tags: frozenset[str] = frozenset()
    nbgrader: dict[str, Any] = field(default_factory=dict)
    execution_count: int | None = None  # which cell of its kernel it was, when it was last run and saved

    @property
    def grade_id(self) -> str:
        """nbgrader's name of this cell, or an empty string."""
        return str(self.nbgrader.get("grade_id", ""))

    @property
    def is_answer(self) -> bool:
        """Whether this is a cell to fill in with code."""
        return bool(self.nbgrader.get("solution")) and not self.nbgrader.get("grade") and self.kind == "code"

    @property
    def is_check(self) -> bool:
        """Whether this cell carries a task's points."""
        return bool(self.nbgrader.get("grade")) and self.grade_id.startswith(CHECK_PREFIX)

    @property
    def is_by_hand(self) -> bool:
        """Whether this is an answer in words, which a person reads and gives points for."""
        return bool(self.nbgrader.get("solution")) and bool(self.nbgrader.get("grade"))

    @property
    def is_locked(self) -> bool:
        """Whether a student is not meant to change it."""
        return bool(self.nbgrader.get("locked"))


@dataclass(frozen=True)
class Task:
    """One task: the name of what is to be written, and its points.

    A *measured* task has an answer that is left out when grading, since it takes minutes: not the code is tested
    but what it made, the checkpoint that is handed in with the notebook.
    """

    name: str
    points: float
    is_measured: bool = False


@dataclass(frozen=True)
class Notebook:
    """The cells of a notebook, in order."""

    cells: tuple[Cell, ...]

    def tasks(self) -> tuple[Task, ...]:
        """The tasks in the order of their check cells, with the points nbgrader's metadata gives them."""
        left_out = {cell.grade_id for cell in self.cells if cell.is_answer and SKIP_TAG in cell.tags}
        names = [(cell, cell.grade_id.removeprefix(CHECK_PREFIX)) for cell in self.cells if cell.is_check]
        return tuple(
            Task(name, float(cell.nbgrader.get("points", 0)), name in left_out) for cell, name in names
        )

    def points_by_hand(self) -> float:
        """The points that a person gives for answers in words."""
        return sum(float(cell.nbgrader.get("points", 0)) for cell in self.cells if cell.is_by_hand)

    def answers(self) -> dict[str, Cell]:
        """The answer cell of every task, by the task's name."""
        names = {task.name for task in self.tasks()}
        return {cell.grade_id: cell for cell in self.cells if cell.is_answer and cell.grade_id in names}

    def definitions(self) -> Iterator[Cell]:
        """The cells that define something a task needs: setup cells and answers. They are the reference.

        Answers of measured tasks are not among them: they train for minutes and define nothing others need.
        """
        return (
            cell
            for cell in self.cells
            if cell.kind == "code"
            and (SETUP_TAG in cell.tags or cell.is_answer)
            and SKIP_TAG not in cell.tags
        )


def parse_notebook(document: Any) -> Notebook:
    """The notebook in a JSON document of nbformat 4; `ValueError` says what is wrong with any other."""
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise ValueError("there is no list of cells in it")
    return Notebook(tuple(_parse_cell(cell) for cell in document["cells"]))


def _parse_cell(document: Any) -> Cell:
    if not isinstance(document, dict):
        raise ValueError("one of its cells is not an object")
    kind = document.get("cell_type")
    if kind not in ("code", "markdown", "raw"):
        raise ValueError("one of its cells is of no known type")
    metadata = document.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    tags = metadata.get("tags")
    nbgrader = metadata.get("nbgrader")
    identifier, count = document.get("id"), document.get("execution_count")
    return Cell(
        kind=kind,
        source=_text(document.get("source", "")),
        id=identifier if isinstance(identifier, str) else "",
        tags=frozenset(tag for tag in tags if isinstance(tag, str))
        if isinstance(tags, list)
        else frozenset(),
        nbgrader=nbgrader if isinstance(nbgrader, dict) else {},
        execution_count=count if isinstance(count, int) else None,
    )


def _text(source: Any) -> str:
    """nbformat stores a text as one string or as a list of lines."""
    if isinstance(source, str):
        return source
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        return "".join(source)
    raise ValueError("the source of one of its cells is not text")


def read_notebook(path: Path) -> Notebook:
    """The notebook in a file that we trust (ours); a student's goes through `grading.intake`."""
    return parse_notebook(json.loads(path.read_text(encoding="utf-8")))
