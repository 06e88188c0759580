"""Known mistakes: each is the reference with one edit, its id in the catalogue, and the question a tutor would ask.

A mistake serves twice. As a mutant it proves that the tests of its task see it; as a diagnosis it is put through a
failed test, and if it answers exactly as the student did, its question is the hint she gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.student.core.notebook import Notebook


@dataclass(frozen=True)
class Mistake:
    """One mistake in one task.

    Either `edits`, pairs of (old, new) text, each old text standing exactly once in the task's answer cell; or
    `source`, code that is run after the answer cell and defines the task's name anew (it may call the right one,
    which stays known as `right_<task>`).
    """

    id: str  # as in the catalogue of mistakes, with a letter where a row has several forms: "A16a"
    task: str
    what: str  # what is wrong, one sentence for the instructor
    hint: str  # the question a tutor asks; shown to the student
    edits: tuple[tuple[str, str], ...] = ()
    source: str = ""


def mutate(notebook: Notebook, mistake: Mistake) -> list[str]:
    """The definitions of the reference with this mistake in them, cell by cell.

    `ValueError` if the edit does not fit the notebook any more: the solution has changed, the mistake must follow.
    """
    cells = []
    for cell in notebook.definitions():
        source = cell.source
        if cell.grade_id == mistake.task:
            source = _edited(source, mistake)
        cells.append(source)
    return cells


def _edited(source: str, mistake: Mistake) -> str:
    for old, new in mistake.edits:
        if source.count(old) != 1:
            raise ValueError(
                f"{mistake.id}: {old!r} stands {source.count(old)} times in `{mistake.task}`, not once"
            )
        source = source.replace(old, new)
    if mistake.source:
        source = f"{source}\nright_{mistake.task} = {mistake.task}\n{mistake.source}"
    return source


def unique(mistakes: Sequence[Mistake]) -> tuple[Mistake, ...]:
    """The mistakes as a tuple, after a look that no two share an id."""
    ids = [mistake.id for mistake in mistakes]
    doubled = {identifier for identifier in ids if ids.count(identifier) > 1}
    if doubled:
        raise ValueError(f"mistakes with the same id: {sorted(doubled)}")
    return tuple(mistakes)
