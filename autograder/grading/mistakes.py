"""Reads the known mistakes of an assignment and puts them into its solution.

A mistake serves twice. As a mutant of the solution it proves that the tests of its task catch it. As a diagnosis it
is run through a failed test: if it answers exactly as the student did, its question is the hint she gets.

The mistakes of a task are patches in `assignments/<a>/private/mistakes/<task>.diff`:

    # A02a: The bias is missing.
    ? With x and h all zero, what should the new state be?
    -    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)
    +    return torch.tanh(x @ W_xh.T + h @ W_hh.T)

- `# id: what is wrong`, for the instructor; a long text continues on further `# ` lines.
- `? ` and the question a tutor asks, which a student may see; it may continue on further `? ` lines.
- One or more hunks with `@@` on a line between them. As in a unified diff a line begins with a space (context), `-`
  (taken out) or `+` (put in). The context and the lines taken out must stand exactly once, as one block, in the
  answer cell of the task. A hunk of `+` lines only is appended to the answer: it may define the task's name anew.
- A blank line ends the mistake. A blank line of code is written as its mark alone: `+`, `-` or one space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from operator import itemgetter
from pathlib import Path

from autograder.student.core.notebook import Notebook

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "assignments"

Hunk = tuple[str, ...]  # the lines as in the file, each with its mark


@dataclass(frozen=True)
class Mistake:
    """One mistake in one task."""

    id: str  # as in the catalogue of mistakes, with a letter where a row has several forms: "A16a"
    task: str
    what: str  # what is wrong, for the instructor
    hint: str  # the question a tutor asks; shown to the student
    hunks: tuple[Hunk, ...] = ()


def read_mistakes(assignment: str) -> tuple[Mistake, ...]:
    """The known mistakes of an assignment, by task, in the order of the files."""
    mistakes: list[Mistake] = []
    for path in sorted((ASSIGNMENTS / assignment / "private" / "mistakes").glob("*.diff")):
        mistakes += parse_mistakes(path.read_text(encoding="utf-8"), path.stem)
    ids = [mistake.id for mistake in mistakes]
    doubled = sorted({identifier for identifier in ids if ids.count(identifier) > 1})
    if doubled:
        raise ValueError(f"{assignment}: several mistakes have the same id: {', '.join(doubled)}")
    return tuple(mistakes)


def parse_mistakes(text: str, task: str) -> tuple[Mistake, ...]:
    """The mistakes in the text of one file; `ValueError` if it breaks a rule of the format."""
    mistakes = []
    for is_blank, numbered in groupby(enumerate(text.split("\n"), 1), lambda pair: not pair[1]):
        if not is_blank:
            numbers, lines = zip(*numbered, strict=True)
            try:
                mistakes.append(_parse_mistake(lines, task))
            except ValueError as error:
                raise ValueError(f"{task}.diff, line {numbers[0]}: {error}") from None
    return tuple(mistakes)


def _parse_mistake(lines: Sequence[str], task: str) -> Mistake:
    head = list(takewhile(lambda line: line.startswith("# "), lines))
    question = list(takewhile(lambda line: line.startswith("? "), lines[len(head) :]))
    body = lines[len(head) + len(question) :]
    title = re.fullmatch(r"(\w+): (.+)", _joined(head))
    if not title:
        raise ValueError("a mistake must begin with a line `# id: what is wrong`")
    if not question:
        raise ValueError(f"{title[1]}: a line `? ` with the tutor's question must follow the `# ` lines")
    for line in body:
        if line != "@@" and line[0] not in " -+":
            raise ValueError(f"{title[1]}: a patch line must begin with a space, `-` or `+`: {line!r}")
    hunks = tuple(tuple(hunk) for is_mark, hunk in groupby(body, lambda line: line == "@@") if not is_mark)
    if not hunks:
        raise ValueError(f"{title[1]}: the patch is missing")
    if any(all(line[0] == " " for line in hunk) for hunk in hunks):
        raise ValueError(f"{title[1]}: a hunk has neither a `-` nor a `+` line")
    return Mistake(title[1], task, title[2], _joined(question), hunks)


def _joined(lines: Sequence[str]) -> str:
    return " ".join(line[2:] for line in lines)


def mutate(notebook: Notebook, mistake: Mistake) -> list[str]:
    """The definitions of the solution with this mistake in them, cell by cell.

    `ValueError` if the patch does not fit the notebook: the solution has changed, and the mistake has to follow.
    """
    cells = list(notebook.definitions())
    if mistake.task not in [cell.grade_id for cell in cells]:
        raise ValueError(f"{mistake.task}.diff: the notebook has no answer cell `{mistake.task}`")
    return [
        _patched(cell.source, mistake) if cell.grade_id == mistake.task else cell.source for cell in cells
    ]


def _patched(source: str, mistake: Mistake) -> str:
    try:
        return "\n".join(apply(mistake.hunks, source.split("\n")))
    except ValueError as error:
        raise ValueError(f"{mistake.task}.diff: {mistake.id}: {error}") from None


def apply(hunks: Sequence[Hunk], lines: Sequence[str]) -> list[str]:
    """The lines with every hunk's change; `ValueError` unless each block to change stands there exactly once."""
    changed: list[str] = []
    done = 0
    for start, hunk in sorted(((_place(hunk, lines), hunk) for hunk in hunks), key=itemgetter(0)):
        if start < done:
            raise ValueError("\n".join(["this overlaps with another hunk:", *hunk]))
        changed += [*lines[done:start], *_without("-", hunk)]
        done = start + len(_without("+", hunk))
    return [*changed, *lines[done:]]


def _place(hunk: Hunk, lines: Sequence[str]) -> int:
    """The index of the first line that the hunk is about, or the end where it only adds lines."""
    block = _without("+", hunk)
    if not block:
        return len(lines)
    places = [start for start in range(len(lines)) if list(lines[start : start + len(block)]) == block]
    if len(places) != 1:
        raise ValueError("\n".join([f"this stands {len(places)} times in the answer, not once:", *block]))
    return places[0]


def _without(mark: str, hunk: Hunk) -> list[str]:
    """The code of a hunk, leaving out the lines with this mark."""
    return [line[1:] for line in hunk if line[0] != mark]
