"""Decides after which cell of a notebook each task is tested: at its check, as for the author of the notebook."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from autograder.student.core.code import bound_names
from autograder.student.core.notebook import CHECK_PREFIX, Cell


def moment(cells: Sequence[Cell], task: str, skipped: Collection[int] = ()) -> int | None:
    """The position after which a task is tested; None if no cell runs after it. `skipped` are cells that never run.

    It is the first check cell of the task that has an answer before it. Where there is none, it is the answer: the
    last cell that is meant for it, or the first one that defines its name.
    """
    running = [i for i, cell in enumerate(cells) if cell.kind == "code" and i not in skipped]
    meant = [i for i in running if cells[i].grade_id == task]
    answers = [*meant[-1:], *(i for i in running if task in bound_names(cells[i].source))]
    first = min([*meant, *answers], default=-1)  # a name can be defined in ways that its cell does not show
    checks = [i for i, cell in enumerate(cells) if cell.grade_id == CHECK_PREFIX + task and i > first]
    found = next(iter(checks + answers), None)
    return found if found is not None and any(i > found for i in running) else None
