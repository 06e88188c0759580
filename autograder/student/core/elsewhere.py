"""Continues a cell after a statement that fails only because this machine differs from its author's.

A missing library, file, graphics card or answer to `input` must not cost the helpers and imports further down. A
statement that fails for another reason failed for its author as well, and nothing after it ran there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from autograder.student.core.code import bound_names
from autograder.student.core.parts import Piece, laid_out, pieces

_KINDS = frozenset(
    {"ModuleNotFoundError", "ImportError", "FileNotFoundError", "IsADirectoryError", "NotADirectoryError"}
    | {"PermissionError", "OSError", "BlockingIOError", "ConnectionError", "ConnectionRefusedError"}
    | {"URLError", "HTTPError", "gaierror", "TimeoutError", "EOFError", "StdinNotImplementedError"}
    | {"MessageError", "TclError"}
)
_DEVICES = re.compile(r"\b(cuda|nvidia|mps|xla|hip)\b", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']+)'")
_UNDEFINED = re.compile(r"name ['`](\w+)['`] is not defined")


def place_of_error(cell: int, error: str) -> tuple[int, str]:
    """The line of the top level at which a cell stopped, counted from 1, and the error in one line; 0 if unknown.

    `error` is a traceback in which cells are called `<cell 1>`, `<cell 2>`, …; `cell` counts from 0.
    """
    last = error.rpartition("Traceback (most recent call last):")[2]
    found = re.search(rf'File "<cell {cell + 1}>", line (\d{{1,6}})', last)
    lines = [line for line in last.splitlines() if line and not line[0].isspace()]
    return (int(found[1]) if found else 0), (lines[-1] if lines else "")


@dataclass(frozen=True)
class Cut:
    """A cell without one of its statements, which keeps its line numbers, and the names that are lost with it."""

    source: str
    line: int
    names: frozenset[str]


def undefined_name(text: str) -> str:
    """The name that an error or a message says is not defined; an empty string if it says nothing like it."""
    found = _UNDEFINED.search(text)
    return found[1] if found else ""


def is_of_the_machine(error: str, lost: Collection[str] = ()) -> bool:
    """Whether a statement stopped for what is not here, or for a name that was lost with one that did.

    `error` is what Python says in its last line.

    >>> is_of_the_machine("ModuleNotFoundError: No module named 'seaborn'"), is_of_the_machine("KeyError: 'a'")
    (True, False)
    """
    kind, _colon, message = error.partition(":")
    kind = kind.strip().rpartition(".")[2]
    if kind == "NameError":
        return undefined_name(message) in lost
    return kind in _KINDS or (kind in ("RuntimeError", "AssertionError") and bool(_DEVICES.search(message)))


def without(source: str, line: int, error: str) -> Cut | None:
    """The cell without the statement that stopped at this line; None if there is none to take out.

    Of `import numpy, seaborn` only what is not here goes.

    >>> without("import numpy, seaborn\\nx = 1", 1, "No module named 'seaborn'").source
    'import numpy\\nx = 1'
    """
    found = pieces(source)
    culprit = _at(found, line, error)
    if culprit is None:
        return None
    kept, names = _shortened(culprit, error)
    others = [piece if piece is not culprit else kept for piece in found]
    return Cut(laid_out(piece for piece in others if piece is not None), culprit.first, names)


def behind(source: str, line: int, error: str) -> Cut | None:
    """What is still to be run of a cell after the statement that stopped at this line; None if nothing is."""
    found = pieces(source)
    culprit = _at(found, line, error)
    if culprit is None:
        return None
    kept, names = _shortened(culprit, error)
    rest = [*([kept] if kept else []), *found[found.index(culprit) + 1 :]]
    return Cut(laid_out(rest), culprit.first, names)


def names_from(source: str, line: int) -> frozenset[str]:
    """The names that a cell which stopped at this line would have bound there and behind it."""
    return frozenset().union(*(bound_names(piece.text) for piece in pieces(source) if piece.last >= line))


def _at(found: list[Piece], line: int, error: str) -> Piece | None:
    """The statement at a line; of several the one that names what the error names, else the last."""
    there = [piece for piece in found if piece.first <= line <= piece.last]
    words = _QUOTED.findall(error) + (["input"] if "EOF" in error or "Stdin" in error else [])
    named = [piece for piece in there if any(word in piece.text for word in words)]
    return next(iter(named or there[-1:]), None)


def _shortened(piece: Piece, error: str) -> tuple[Piece | None, frozenset[str]]:
    """What is left of a statement that stopped, and the names that are lost."""
    node = piece.node
    missing = set(_QUOTED.findall(error))
    if isinstance(node, ast.Import):
        here = [
            alias
            for alias in node.names
            if alias.name not in missing and alias.name.split(".")[0] not in missing
        ]
        if here and len(here) < len(node.names):
            kept = ast.Import(here)
            left = replace(piece, node=kept, text=ast.unparse(kept))
            return left, bound_names(piece.text) - bound_names(left.text)
    return None, bound_names(piece.text)
