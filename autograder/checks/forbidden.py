"""Reads the syntax tree of the student's cells for what a task forbids, and says on which line it stands.

Only what the task's own definition can reach is looked at: a notebook may well use `nn.LSTM` elsewhere. Code is
parsed, never run. Names in comments and docstrings do not count.

>>> source = "def lstm_step(x):\\n    return torch.nn.LSTM(3, 4)(x)"
>>> find_forbidden([source], "lstm_step", RECURRENT)
Forbidden(name='torch.nn.LSTM', cell=0, line=2)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SEQUENCE_MODULES = frozenset({"RNN", "LSTM", "GRU", "RNNBase"})
_CELL_MODULES = frozenset({"RNNCell", "LSTMCell", "GRUCell", "RNNCellBase"})
_CELL_FUNCTIONS = frozenset({"lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell", "_VF"})
_SEQUENCE_FUNCTIONS = frozenset({"torch.lstm", "torch.gru", "torch.rnn_tanh", "torch.rnn_relu"})


@dataclass(frozen=True)
class Rule:
    """What a task forbids: names wherever they stand, dotted names only in full, and why, in words."""

    names: frozenset[str]
    dotted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Forbidden:
    """A forbidden name as it is written, the number of its cell (from 0) and its line there (from 1)."""

    name: str
    cell: int
    line: int


RECURRENT = Rule(_SEQUENCE_MODULES | _CELL_MODULES | _CELL_FUNCTIONS, _SEQUENCE_FUNCTIONS)
RECURRENT_SEQUENCE = Rule(_SEQUENCE_MODULES | {"_VF"}, _SEQUENCE_FUNCTIONS)
AUTOGRAD = Rule(
    frozenset(
        {"backward", "grad", "vjp", "jvp", "jacrev", "jacfwd", "jacobian", "value_and_grad", "autograd"}
    ),
    frozenset({"torch.func", "torch.autograd.functional"}),
)
CLIPPING = Rule(frozenset({"clip_grad_norm_", "clip_grad_norm", "clip_grads_with_norm_"}))

# The table that the notebook shows, by task.
RULES: dict[str, Rule] = {
    "rnn_step": RECURRENT,
    "rnn_forward": RECURRENT,
    "CharRNN": RECURRENT_SEQUENCE,
    "lstm_step": RECURRENT,
    "gru_step": RECURRENT,
    "gru_step_lecture": RECURRENT,
    "rnn_backward": AUTOGRAD,
    "clip_gradients_": CLIPPING,
}

_LOOKUPS = frozenset({"getattr", "eval", "exec", "__import__", "import_module", "attrgetter"})


def find_forbidden(sources: Sequence[str], name: str, rule: Rule) -> Forbidden | None:
    """The first forbidden name in anything that the definition of `name` reaches, or None."""
    definitions = _definitions(sources)
    imported = _imports(definitions)
    pending, seen = [name], {name}
    while pending:
        for cell, node in definitions.get(pending.pop(0), []):
            for line, written in _uses(node, imported):
                if _breaks(written, rule, definitions):
                    return Forbidden(written, cell, line)
            for used in sorted(_loaded(node) - seen):
                seen.add(used)
                pending.append(used)
    return None


def _definitions(sources: Sequence[str]) -> dict[str, list[tuple[int, ast.stmt]]]:
    """Every statement that binds a name at the top level of a cell, by that name."""
    found: dict[str, list[tuple[int, ast.stmt]]] = {}
    for cell, source in enumerate(sources):
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # such a cell cannot have run
        for statement in _statements(body):
            for name in _bound(statement):
                found.setdefault(name, []).append((cell, statement))
    return found


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a cell, those inside `if`, `try`, `with` and loops too: they bind global names as well."""
    for statement in body:
        yield statement
        for block in ("body", "orelse", "finalbody"):
            if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from _statements(getattr(statement, block, []))
        for handler in getattr(statement, "handlers", []):
            yield from _statements(handler.body)


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.split(".")[0] for alias in statement.names}
    targets = {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    # `CharRNN.forward = ...` and `globals()["rnn_step"] = ...` change what a name stands for as well.
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            targets |= {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            targets |= {leaf.value for leaf in ast.walk(node.slice) if _is_text(leaf)}
    return targets


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _imports(definitions: dict[str, list[tuple[int, ast.stmt]]]) -> dict[str, str]:
    """What the imported names stand for, in full: `{"nn": "torch.nn"}`."""
    full: dict[str, str] = {}
    for bindings in definitions.values():
        for _cell, statement in bindings:
            full |= _import_names(statement)
    return full


def _import_names(node: ast.AST) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {
            alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0]
            for alias in node.names
        }
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name: f"{node.module or ''}.{alias.name}" for alias in node.names}
    return {}


def _uses(statement: ast.stmt, imported: dict[str, str]) -> Iterator[tuple[int, str]]:
    """(line, dotted name in full) of everything a statement uses, imports and looks up by a string."""
    local = dict(imported)
    for node in ast.walk(statement):
        local |= _import_names(node)
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for written in _import_names(node).values():
                yield node.lineno, written
        elif isinstance(node, ast.Attribute | ast.Name) and (dotted := _dotted(node)):
            root, _dot, rest = dotted.partition(".")
            yield node.lineno, ".".join(filter(None, (local.get(root, root), rest)))
        elif isinstance(node, ast.Attribute):
            yield node.lineno, f"().{node.attr}"
        elif isinstance(node, ast.Call) and _called(node) in _LOOKUPS:
            for leaf in (leaf for argument in node.args for leaf in ast.walk(argument)):
                if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str):
                    for word in _words(leaf.value):
                        yield leaf.lineno, f"().{word}"


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isidentifier() or letter.isdigit() else " " for letter in text).split()


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text, or an empty string if it does not start from a name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = _dotted(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def _called(node: ast.Call) -> str:
    return _dotted(node.func).rpartition(".")[2]


def _loaded(statement: ast.stmt) -> set[str]:
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _breaks(written: str, rule: Rule, definitions: dict[str, list[tuple[int, ast.stmt]]]) -> bool:
    root, _dot, rest = written.partition(".")
    if root == "self" and rest.count(".") == 0:
        return False  # `self.lstm_cell` is a name of the student's own
    if not rest:
        return root in rule.names and root not in definitions  # a bare name: only if it came from `import *`
    parts = written.split(".")
    prefixes = {".".join(parts[: end + 1]) for end in range(len(parts))}
    return bool(rule.names & set(parts[1:])) or bool(rule.dotted & prefixes)
