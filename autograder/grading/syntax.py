"""Looks into the code of a submission by its syntax tree: what it defines and checks. Nothing is run."""

from __future__ import annotations

import ast
import functools

from autograder.student.core.code import Definition, top_level, tree
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.notebook import CHECK_PREFIX

# Taking magics out parses once for every magic: a cell of ten thousand of them would take hours.
_MAX_LINES_WITH_MAGICS = 300


@functools.lru_cache(maxsize=4096)
def python(source: str) -> str:
    """The cell as the worker will see it, magics and shell lines taken out; empty if a cell magic skips it."""
    if tree(source) is not None or source.count("\n") > _MAX_LINES_WITH_MAGICS:
        return source
    return plain_python(source) or ""


@functools.lru_cache(maxsize=4096)
def defined_names(source: str) -> frozenset[str]:
    """The names a cell binds at its top level; none if it is not Python.

    >>> sorted(defined_names("import math\\ndef f(x): y = 1\\nclass C: pass\\na, b = 1, 2"))
    ['C', 'a', 'b', 'f', 'math']
    """
    return frozenset(name for node in top_level(python(source)) for name in _bound(node))


def is_python(source: str) -> bool:
    """Whether a cell can be parsed; one that cannot defines nothing, and may still have been meant as an answer."""
    return tree(python(source)) is not None


def checked_task(source: str) -> str | None:
    """The task of a cell that does nothing but `check("task")`, with or without `hints`; None for any other cell.

    >>> checked_task('check("rnn_step", hints=2)')
    'rnn_step'
    """
    parsed = tree(python(source)) if len(source) < 500 else None
    call = parsed.body[0] if parsed and len(parsed.body) == 1 else None
    if not isinstance(call, ast.Expr) or not isinstance(call.value, ast.Call):
        return None
    function, arguments = call.value.func, call.value.args
    if not (isinstance(function, ast.Name) and function.id == CHECK_PREFIX.rstrip("-") and arguments):
        return None
    options = [*arguments[1:], *(keyword.value for keyword in call.value.keywords)]
    if not all(isinstance(node, ast.Constant) for node in (arguments[0], *options)):
        return None
    task = arguments[0].value  # type: ignore[attr-defined]
    return task if isinstance(task, str) else None


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Definition):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in statement.names}
    targets: list[ast.AST] = []
    if isinstance(statement, ast.Assign):
        targets = [*statement.targets]
    elif isinstance(statement, ast.AnnAssign | ast.AugAssign):
        targets = [statement.target]
    return {
        leaf.id
        for target in targets
        for leaf in ast.walk(target)
        if isinstance(leaf, ast.Name) and isinstance(leaf.ctx, ast.Store)
    }
