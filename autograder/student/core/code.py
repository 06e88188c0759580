"""Reads code by its syntax tree, cell by cell: what statements bind and read, and what changed.

Rules, repairs, advice and hand-ins all use this reader. Nothing is run. A source may be hostile: work is in
proportion to its size.
"""

from __future__ import annotations

import ast
import copy
import functools
import hashlib
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from autograder.student.core.imports import called, dotted, import_names
from autograder.student.core.ipython_syntax import file_written, plain_python
from autograder.student.core.notebook import CHECK_PREFIX

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_BLOCKS = ast.stmt | ast.excepthandler | ast.match_case
_OWN_SCOPES = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_LOOKUPS = frozenset({"getattr", "eval", "exec", "__import__", "import_module", "attrgetter"})
_TABLES = frozenset({"globals", "locals", "vars", "__dict__", "modules"})
_TABLE_CHANGES = frozenset({"update", "__setitem__", "setdefault"})


# Cells


@functools.lru_cache(maxsize=4096)
def python(source: str) -> str:
    """A cell as plain Python, magics and shell lines taken out; empty if a cell magic skips it.

    A module that it writes with `%%writefile` is read as if it stood in the notebook.
    """
    if tree(source) is not None:
        return source
    return plain_python(source) or file_written(source) or ""


@functools.lru_cache(maxsize=4096)
def tree(source: str) -> ast.Module | None:
    """The syntax tree of plain Python; None if it is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a string is the student's affair
            return ast.parse(source)
    except _UNREADABLE:
        return None


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


# Statements


@dataclass(frozen=True, eq=False)
class Statement:
    """A statement of the top level. One with blocks is here without them: their statements are others."""

    node: ast.stmt

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes of its tree."""
        return tuple(ast.walk(self.node))

    @cached_property
    def naming(self) -> tuple[ast.AST, ...]:
        """The nodes that may give a name to something imported."""
        return tuple(n for n in self.nodes if isinstance(n, ast.Import | ast.ImportFrom | ast.Assign))

    @cached_property
    def dotted(self) -> tuple[tuple[ast.Attribute | ast.Name, str], ...]:
        """Its names and attributes, each with `a.b.c` as text."""
        return tuple((n, dotted(n)) for n in self.nodes if isinstance(n, ast.Attribute | ast.Name))

    @cached_property
    def bound(self) -> frozenset[str]:
        """The global names that it gives a meaning, in whatever way."""
        return frozenset(_bound(self.node))

    @cached_property
    def changed(self) -> frozenset[str]:
        """The names that it binds, and those whose object it changes: `CharRNN.forward = ...`."""
        return self.bound | frozenset(_patched(self.node))

    @cached_property
    def named(self) -> frozenset[str]:
        """The global names that it reads: a parameter `h` is not the `h` of another cell."""
        try:
            table = symtable.symtable(self.text, "cell", "exec")
        except _UNREADABLE:
            return frozenset(leaf.id for leaf in self.nodes if isinstance(leaf, ast.Name))
        return frozenset(_referenced(table))

    @cached_property
    def looked_up(self) -> frozenset[str]:
        """The words in strings by which it looks something up."""
        return frozenset(word for node in self.nodes for word in looked_up(node))

    @cached_property
    def read(self) -> frozenset[str]:
        """The global names that it reads, or looks up by a string."""
        return self.named | self.looked_up

    @cached_property
    def text(self) -> str:
        """What it says, written in one way; comments, docstrings and layout do not count."""
        try:
            return ast.unparse(_without_sentences(self.node))
        except _UNREADABLE:  # nested too deeply to be written down
            return " ".join(f"{type(node).__name__} {_leaves(node)}" for node in self.nodes)

    @cached_property
    def digest(self) -> str:
        """A short hash of what it says."""
        return _hash(self.text)


@functools.lru_cache(maxsize=4096)
def statements(source: str) -> tuple[Statement, ...]:
    """The statements of a cell, those inside `if`, `try`, `with`, `match` and loops too: they bind global names."""
    parsed = tree(python(source))
    found: list[Statement] = []
    pending = list(reversed(parsed.body if parsed else []))
    while pending:
        statement = pending.pop()
        head, inner = _split(statement)
        found.append(Statement(head))
        pending.extend(reversed(inner))
    return tuple(found)


def _split(statement: ast.stmt) -> tuple[ast.stmt, list[ast.stmt]]:
    """A statement without its blocks, and the statements in them."""
    if isinstance(statement, Definition) or (
        not hasattr(statement, "body") and not hasattr(statement, "cases")
    ):
        return statement, []
    head, inner = copy.copy(statement), list[ast.stmt]()
    for block in ("body", "orelse", "finalbody"):
        inner += getattr(statement, block, [])
        if hasattr(statement, block):
            setattr(head, block, [ast.Pass()] if block == "body" else [])
    for parts in ("handlers", "cases"):
        if hasattr(statement, parts):
            emptied = [copy.copy(part) for part in getattr(statement, parts)]
            inner += [each for part in emptied for each in part.body]
            for part in emptied:
                part.body = [ast.Pass()]
            setattr(head, parts, emptied)
    if isinstance(head, ast.Try | ast.TryStar) and not head.handlers:
        head.finalbody = [ast.Pass()]  # one of the two has to be there
    return head, inner


@functools.lru_cache(maxsize=4096)
def bound_names(source: str) -> frozenset[str]:
    """The names a cell gives a meaning at its top level; none if it is not Python.

    >>> sorted(bound_names("import math\\ndef f(x): y = 1\\nclass C: pass\\na, b = 1, 2"))
    ['C', 'a', 'b', 'f', 'math']
    """
    return frozenset().union(*(statement.bound for statement in statements(source)))


def definitions(sources: Iterable[str]) -> dict[str, Definition]:
    """The functions and classes that the cells define at top level, by name; the last one of a name counts."""
    nodes = (statement.node for source in sources for statement in statements(source))
    return {node.name: node for node in nodes if isinstance(node, Definition)}


def fingerprints(sources: Iterable[str]) -> dict[str, str]:
    """A short hash of what gives each name its meaning, the last time; comments, docstrings, layout do not count.

    >>> one, other = fingerprints(["def f(): return 1"]), fingerprints(["def f():\\n    'One.'\\n    return 1  # one"])
    >>> one == other
    True
    """
    last = {
        name: statement for source in sources for statement in statements(source) for name in statement.bound
    }
    return {name: _fingerprint(name, statement) for name, statement in last.items()}


def _fingerprint(name: str, statement: Statement) -> str:
    full = import_names(statement.node).get(name)  # whatever else is imported beside it
    return statement.digest if full is None else _hash(full)


def _leaves(node: ast.AST) -> list[str]:
    """The names and constants in a node's own fields."""
    return [repr(value) for _name, value in ast.iter_fields(node) if isinstance(value, str | int | float)]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", errors="replace")).hexdigest()[:16]


def _without_sentences(node: ast.AST) -> Any:
    """The same tree without strings that stand alone, docstrings among them.

    Blocks are copied, since all who read the cell share it.
    """
    found = copy.copy(node)
    for field, value in ast.iter_fields(node):
        inner = value
        if field == "body" and isinstance(value, list):
            inner = [each for each in value if not is_sentence(each)] or [ast.Pass()]
        if isinstance(inner, list) and inner and isinstance(inner[0], _BLOCKS):
            setattr(found, field, [_without_sentences(each) for each in inner])
    return found


def is_sentence(node: ast.AST) -> bool:
    """Whether it is a string that stands alone."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


# What a statement binds, changes and reads


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Definition):
        declared = {n for node in ast.walk(statement) if isinstance(node, ast.Global) for n in node.names}
        return {statement.name} | declared
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return set(import_names(statement))
    found: set[str] = set()
    pending: list[tuple[ast.AST, bool]] = [(statement, False)]  # a node, whether in a scope of its own
    while pending:
        node, is_inner = pending.pop()
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.NamedExpr):
            found.add(node.target.id)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not is_inner:
            found.add(node.id)
        elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            found.add(node.rest)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and _is_module(node.value):
            found.add(node.attr)  # `__main__.f = ...`
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and _is_table(node.value):
            found.update(_words_in(node.slice))  # `globals()["f"] = ...`
        elif isinstance(node, ast.Call):
            found |= _bound_by_call(node)
        is_inner = is_inner or isinstance(node, _OWN_SCOPES)
        pending.extend((child, is_inner) for child in ast.iter_child_nodes(node))
    return found


def _bound_by_call(call: ast.Call) -> set[str]:
    """The global names that a call binds: by `exec`, by `setattr` of the module, by `globals().update`."""
    name = called(call)
    if name == "exec":
        return {each for text in _texts(call) for each in bound_names(text)}
    if name == "setattr" and len(call.args) > 1 and _is_module(call.args[0]):
        return set(_words_in(call.args[1]))
    if name in _TABLE_CHANGES and isinstance(call.func, ast.Attribute) and _is_table(call.func.value):
        return {*_words_in(call), *(keyword.arg for keyword in call.keywords if keyword.arg)}
    return set()


def _patched(statement: ast.stmt) -> set[str]:
    """The names whose object a statement changes."""
    if isinstance(statement, Definition):
        return set()
    found = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Store):
            found.add(_root(node))
        elif isinstance(node, ast.Call) and called(node) == "setattr" and node.args:
            found.add(_root(node.args[0]))
    return found - {""}


def _referenced(table: symtable.SymbolTable) -> set[str]:
    """The global names that a text reads."""
    found = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    pending = list(table.get_children())
    while pending:
        scope = pending.pop()
        found |= {s.get_name() for s in scope.get_symbols() if s.is_global() and s.is_referenced()}
        pending.extend(scope.get_children())
    return found


def looked_up(node: ast.AST) -> set[str]:
    """The words in strings by which a node looks something up: `getattr(nn, "LSTM")`, `vars(nn)["LSTM"]`."""
    texts: list[str] = []
    if isinstance(node, ast.Call) and called(node) in _LOOKUPS:
        texts = [text for argument in node.args for text in _texts(argument)]
    elif isinstance(node, ast.Subscript) and _is_table(node.value):
        texts = _texts(node.slice)
    # joined as well: "LS" + "TM"
    return {word for text in (*texts, "".join(texts)) for word in _words(text)} if texts else set()


def _is_table(node: ast.expr) -> bool:
    """Whether it is a table of names: `globals()`, `vars(nn)`, `nn.__dict__`."""
    name = called(node) if isinstance(node, ast.Call) else getattr(node, "attr", "")
    return name in _TABLES


def _is_module(node: ast.expr) -> bool:
    """Whether it is the notebook itself as a module: `__main__`, `sys.modules[__name__]`."""
    if isinstance(node, ast.Subscript):
        return _is_table(node.value)
    return isinstance(node, ast.Name) and node.id == "__main__"


def _root(node: ast.expr) -> str:
    """The name that an expression starts from: of `a.b[0].c` the `a`; empty if from none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _words_in(node: ast.AST) -> list[str]:
    return [word for text in _texts(node) for word in _words(text)]


def _texts(node: ast.AST) -> list[str]:
    return [
        leaf.value
        for leaf in ast.walk(node)
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
    ]


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isidentifier() or letter.isdigit() else " " for letter in text).split()
