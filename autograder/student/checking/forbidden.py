"""Reads the syntax tree of the student's cells for what a task forbids, and says on which line it stands.

Only what the task's own definition can reach is looked at: a notebook may well use `nn.LSTM` elsewhere. Code is
parsed, never run. Names in comments and docstrings do not count.

>>> source = "def lstm_step(x):\\n    return torch.nn.LSTM(3, 4)(x)"
>>> find_forbidden([source], "lstm_step", Rule(frozenset({"LSTM"})))
Forbidden(name='torch.nn.LSTM', cell=0, line=2)
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from autograder.student.core.code import definitions
from autograder.student.core.reach import Use, cells
from autograder.student.core.spec import Rule


@dataclass(frozen=True)
class Forbidden:
    """A forbidden name as it is written, the number of its cell (from 0) and its line there (from 1)."""

    name: str
    cell: int
    line: int


def find_forbidden(sources: Sequence[str], name: str, rule: Rule) -> Forbidden | None:
    """The first forbidden name in anything that the definition of `name` reaches, or None."""
    read = cells(sources)
    for cell, statement in read.reached(name):
        for use in read.uses(cell, statement):
            is_library = use.is_imported and _root(use.written) in rule.libraries
            if is_library or _breaks(use, rule, read.names_beside(cell)):
                return Forbidden(use.written, cell, use.line)
    return None


def uses(sources: Sequence[str], name: str, other: str) -> bool:
    """Whether the definition of `name` reaches that of `other`: an earlier task that may be to blame."""
    read = cells(sources)
    return name != other and not read.same(other).isdisjoint(read.names_reached(name)[1:])


def newest(sources: Sequence[str]) -> list[str]:
    """A kernel's history without the cells that were run again later in another version.

    A cell is left out if it defines functions or classes and later cells define every one of them anew.
    """
    kept: list[str] = []
    later: set[str] = set()
    for source in reversed(sources):
        defined = definitions([source]).keys()
        if not defined or not defined <= later:
            kept.append(source)
        later |= defined
    return kept[::-1]


def _root(written: str) -> str:
    """Where a dotted name begins: of `tokenizers.models.BPE` the library, of `().tokenizers` what was looked up."""
    return written.removeprefix("().").partition(".")[0]


def _breaks(use: Use, rule: Rule, defined: Collection[str]) -> bool:
    root, _dot, rest = use.written.partition(".")
    if root == "self" and rest.count(".") == 0:
        return False  # `self.lstm_cell` is a name of the student's own
    if not rest:
        is_known = use.is_own or root in defined
        return root in rule.names and not is_known  # a bare name: only if it came from `import *`
    parts = use.written.split(".")
    prefixes = {".".join(parts[: end + 1]) for end in range(len(parts))}
    return bool(rule.names & set(parts[1:])) or bool(rule.dotted & prefixes)
