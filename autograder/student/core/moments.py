"""Says after which cell of a notebook each task is tested: where its check stands, as its author has seen it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autograder.student.core.code import bound_names
from autograder.student.core.notebook import CHECK_PREFIX, Cell


def moment(cells: Sequence[Cell], task: str, skipped: Collection[int] = ()) -> int | None:
    """The position after which a task is tested; None if that is the end of the notebook.

    It is the first check cell of the task that has an answer before it. Where there is none, it is the answer: the
    last cell that is meant for it, or the first one that defines its name. `skipped` are positions that do not run.
    """
    running = [(i, cell) for i, cell in enumerate(cells) if cell.kind == "code" and i not in skipped]
    meant = [i for i, cell in running if cell.grade_id == task]
    defining = [i for i, cell in running if task in bound_names(cell.source)]
    answers = [*meant, *defining]
    first = min(answers, default=-1)  # a name can be defined in ways that nobody sees in the text
    checks = [i for i, cell in enumerate(cells) if cell.grade_id == CHECK_PREFIX + task and i > first]
    if checks:
        return checks[0]
    return (meant[-1] if meant else defining[0]) if answers else None
