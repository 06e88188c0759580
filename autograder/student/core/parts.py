"""Takes parts out of a cell: what was added to its released text, what it defines, what is left without a statement.

Nothing is run. Parts are cut along the statements of the top level; a cell that is not Python has none.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.student.core.code import Statement, python, tree
from autograder.student.core.imports import called
from autograder.student.core.notebook import CHECK_PREFIX

_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom


@dataclass(frozen=True)
class Piece:
    """One statement of the top level, its text and the lines it stands on, counted from 1."""

    node: ast.stmt
    text: str
    first: int
    last: int


def pieces(source: str) -> list[Piece]:
    """The statements of a cell in order, decorators included; magics and shell lines are none."""
    code = python(source)
    parsed = tree(code)
    lines = [line.encode() for line in code.split("\n")]
    return [_piece(node, lines) for node in parsed.body if not isinstance(node, ast.Pass)] if parsed else []


def _piece(node: ast.stmt, lines: list[bytes]) -> Piece:
    decorators = [each.lineno for each in getattr(node, "decorator_list", [])]
    first, last = min([node.lineno, *decorators]), node.end_lineno or node.lineno
    part = lines[first - 1 : last]
    part[-1] = part[-1][: node.end_col_offset]
    if not decorators:
        part[0] = part[0][node.col_offset :]
    return Piece(node, b"\n".join(part).decode(), first, last)


def added(source: str, released: str) -> list[Piece]:
    """The statements of a cell that its released text does not have; comments, docstrings and layout do not count.

    >>> [piece.text for piece in added("import math\\nimport numpy as np", "import math  # first")]
    ['import numpy as np']
    """
    known = Counter(Statement(piece.node).digest for piece in pieces(released))
    new = []
    for piece in pieces(source):
        digest = Statement(piece.node).digest
        known[digest] -= 1
        if known[digest] < 0:
            new.append(piece)
    return new


def defining(source: str) -> str:
    """What a cell imports and defines, without what it does: functions, classes, constants that are written out.

    >>> defining("import math\\nWIDTH = 3\\ntrain_for_hours()\\ndef f(x):\\n    return x")
    'import math\\nWIDTH = 3\\ndef f(x):\\n    return x'
    """
    return joined(piece for piece in pieces(source) if _is_definition(piece.node))


def _is_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is not None and _is_constant(node.value)
    return isinstance(node, _DEFINITIONS)


def _is_constant(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def around_check(source: str, task: str) -> tuple[str, str] | None:
    """What stands before and behind the call of `check` in a task's check cell; None if the call is not there.

    >>> around_check('import os\\ncheck("f")\\nx = 1', "f")
    ('import os', 'x = 1')
    """
    found = pieces(source)
    places = [i for i, piece in enumerate(found) if _checks(piece.node) == task]
    if not places:
        return None
    own = [i for i, piece in enumerate(found) if _checks(piece.node) is None]
    before = joined(found[i] for i in own if i < places[0])
    return before, joined(found[i] for i in own if i > places[0])


def _checks(node: ast.stmt) -> str | None:
    """The task that a statement checks; an empty string if it cannot be read off, None if it checks nothing."""
    call = getattr(node, "value", None)
    if not (isinstance(call, ast.Call) and called(call) == CHECK_PREFIX.rstrip("-")):
        return None
    argument = call.args[0] if call.args else None
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return argument.value if is_text else ""  # type: ignore[union-attr]


def joined(parts: Iterable[Piece]) -> str:
    """Statements one below the other."""
    return "\n".join(piece.text for piece in parts)


def laid_out(parts: Iterable[Piece]) -> str:
    """Statements in their order, each on the lines it came from.

    >>> laid_out(pieces("x = 1\\n\\ny = 2; z = 3")[1:])
    '\\n\\ny = 2; z = 3'
    """
    lines: list[str] = []
    for piece in parts:
        text = piece.text
        if len(lines) >= piece.first:  # beside another one
            text = f"{lines.pop()}; {text}"
        lines += [""] * (piece.first - 1 - len(lines))
        lines += text.split("\n")
    return "\n".join(lines)
