"""Reads code by its syntax tree: which functions and classes it defines, what they use, and whether they changed.

Nothing is run. Sources are plain Python, as `sandbox.ipython_syntax` makes it of cells.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import symtable
import warnings
from collections.abc import Iterable, Iterator, Sequence

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@functools.lru_cache(maxsize=4096)
def tree(source: str) -> ast.Module | None:
    """The syntax tree of a cell; None if it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a string is the student's affair
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def top_level(source: str) -> Iterator[ast.stmt]:
    """The statements of a cell, those inside `if`, `try`, `with`, `match` and loops too: they bind global names."""
    parsed = tree(source)
    pending = list(reversed(parsed.body if parsed else []))
    while pending:
        statement = pending.pop()
        yield statement
        if isinstance(statement, Definition):
            continue
        blocks = [getattr(statement, block, []) for block in ("body", "orelse", "finalbody")]
        parts = [*getattr(statement, "handlers", []), *getattr(statement, "cases", [])]
        blocks += [part.body for part in parts]
        pending.extend(reversed([inner for block in blocks for inner in block]))


def definitions(sources: Iterable[str]) -> dict[str, Definition]:
    """The functions and classes that the cells define at top level, by name; the last one of a name counts."""
    return {
        node.name: node for source in sources for node in top_level(source) if isinstance(node, Definition)
    }


def reached(sources: Sequence[str], name: str) -> list[str]:
    """The top-level functions and classes that the definition of `name` uses, directly or through others.

    >>> reached(["def f(): g()", "def g(): h()", "def h(): pass"], "f")
    ['g', 'h']
    """
    defined = definitions(sources)
    found, pending = [name], [name]
    while pending:
        node = defined.get(pending.pop(0))
        new = sorted((globals_read(node) if node else set()) & defined.keys() - set(found))
        found += new
        pending += new
    return found[1:]


def globals_read(statement: ast.stmt) -> set[str]:
    """The global names that a statement reads: a parameter `h` is not the `h` of another cell."""
    try:
        table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {leaf.id for leaf in ast.walk(statement) if isinstance(leaf, ast.Name)}
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    pending = list(table.get_children())
    while pending:
        scope = pending.pop()
        found |= {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
        pending.extend(scope.get_children())
    return found


def fingerprints(sources: Iterable[str]) -> dict[str, str]:
    """A short hash of each function and class, by name; comments, docstrings and layout do not count.

    >>> one, other = fingerprints(["def f(): return 1"]), fingerprints(["def f():\\n    'One.'\\n    return 1  # one"])
    >>> one == other
    True
    """
    return {name: _fingerprint(node) for name, node in definitions(sources).items()}


def _fingerprint(node: Definition) -> str:
    text = ast.unparse(_Bare().visit(ast.parse(ast.unparse(node))))  # a copy: the tree is shared
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:16]


class _Bare(ast.NodeTransformer):
    """Takes the docstrings out; a body is never left empty."""

    def _without_docstring(self, node: Definition) -> Definition:
        self.generic_visit(node)
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _without_docstring
