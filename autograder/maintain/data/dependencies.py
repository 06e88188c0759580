"""Finds the code that a piece of code depends on, so that an edit elsewhere does not repeat a long training."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence


def dependencies(definitions: Sequence[str], code: Sequence[str]) -> list[str]:
    """The top-level statements that can have a say when the code runs, the code itself last, comments apart.

    A statement that defines names is one if a name of it is used, directly or by another one; any other always is.

    >>> definitions = ["import math, random", "def a(): return math.pi", "def b(): return 1", "print(0)"]
    >>> len(dependencies(definitions, ["a()"]))  # math, a, print(0), a()
    4
    """
    statements = [statement for source in definitions for statement in _statements(source)]
    wanted = [statement for source in code for statement in _statements(source)]
    used = _uses(wanted)
    found: list[ast.stmt] = []
    while True:
        needed = [
            statement for statement in statements if not _defines(statement) or _defines(statement) & used
        ]
        if len(needed) == len(found):
            return [ast.dump(statement) for statement in (*needed, *wanted)]
        found, used = needed, used | _uses(needed)


def _statements(source: str) -> Iterator[ast.stmt]:
    """The statements without docstrings, and each imported name by itself."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            yield from (ast.Import([alias]) for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            yield from (ast.ImportFrom(statement.module, [alias], 0) for alias in statement.names)
        else:
            yield statement


def _defines(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return {
            node.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
    return set()


def _uses(statements: Sequence[ast.stmt]) -> set[str]:
    """Every name that is read; a name inside of a quoted annotation has no say."""
    return {
        node.id
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
