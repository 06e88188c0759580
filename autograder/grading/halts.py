"""Finds the statements at which cells stopped, takes out those that fail only here, and says what tasks lack then.

What a worker reports of its cells is a claim. It decides only how the submission's own cells run and what is said of
them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from autograder.grading.measure import Program
from autograder.grading.text import clean_line
from autograder.sandbox import CellOutcome
from autograder.student.core.elsewhere import (
    is_of_the_machine,
    names_from,
    place_of_error,
    undefined_name,
    without,
)
from autograder.student.core.language import _
from autograder.student.core.modules import about_missing
from autograder.student.core.results import TaskResult, TestResult, with_sentence

MAX_ROUNDS = 4  # how often a submission is executed at most, each time without more of what is not here


@dataclass(frozen=True)
class Halt:
    """A line of a cell that stopped, what was said of it, and the names that nothing gave a meaning then."""

    cell: int
    line: int
    error: str
    outcome: CellOutcome
    names: frozenset[str]


def taken_out(
    program: Program, outcomes: Sequence[CellOutcome], before: Sequence[Halt]
) -> tuple[Program, list[Halt]]:
    """The program without the statements that stopped because this machine is another one, and these.

    So did a statement that ran out of time, for all we know; what stands behind it is still to be run. A cell that
    ended the worker is run no more.
    """
    cells, skipped, halts = list(program.cells), set(program.skipped), list[Halt]()
    lost = frozenset().union(*(halt.names for halt in before))
    for i, outcome in enumerate(outcomes):
        line, error = place_of_error(i, outcome.error)
        is_late = outcome.status == "timeout"
        if outcome.status == "crashed" or (is_late and not line):
            skipped.add(i)
        if not line or not (is_late or (outcome.status == "error" and is_of_the_machine(error, lost))):
            continue
        cut = without(cells[i], line, error)
        if cut is not None:
            cells[i] = cut.source
            lost |= cut.names
            halts.append(Halt(i, cut.line, error, outcome, cut.names))
    return replace(program, cells=cells, skipped=skipped), halts


def halts_in(program: Program, outcomes: Sequence[CellOutcome]) -> list[Halt]:
    """Where cells stopped for any other reason: nothing behind that line has run."""
    found = []
    for i, outcome in enumerate(outcomes):
        line, error = place_of_error(i, outcome.error)
        if line and outcome.status in ("error", "timeout"):
            found.append(Halt(i, line, error, outcome, names_from(program.cells[i], line)))
    return found


def with_halts(outcomes: Sequence[CellOutcome], halts: Sequence[Halt]) -> tuple[CellOutcome, ...]:
    """The outcomes of a program, and of each cell of which something was taken out what stopped it first."""
    shown = list(outcomes)
    for halt in reversed(halts):
        shown[halt.cell] = halt.outcome
    return tuple(shown)


def explained(results: Sequence[TaskResult], halts: Sequence[Halt]) -> list[TaskResult]:
    """The results; where a name is not defined, the message says which line stopped before it could be."""
    return [replace(each, tests=tuple(_explained(test, halts) for test in each.tests)) for each in results]


def _explained(test: TestResult, halts: Sequence[Halt]) -> TestResult:
    name = undefined_name(test.message)
    halt = next((halt for halt in halts if name and name in halt.names), None)
    if halt is None:
        return with_sentence(test, about_missing(test.message))
    sentence = _("Line {line} of cell {cell} stopped before {name} was defined: {error}.").format(
        line=halt.line, cell=halt.cell + 1, name=f"`{name}`", error=clean_line(halt.error).rstrip(".")
    )
    return with_sentence(test, f"{sentence} {about_missing(halt.error)}".strip())
