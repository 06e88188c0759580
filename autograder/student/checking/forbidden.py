"""Reads the syntax tree of the student's cells for what a task forbids, and says on which line it stands.

Only what the task's own definition can reach is looked at: a notebook may well use `nn.LSTM` elsewhere. Code is
parsed, never run. Names in comments and docstrings do not count.

>>> source = "def lstm_step(x):\\n    return torch.nn.LSTM(3, 4)(x)"
>>> find_forbidden([source], "lstm_step", Rule(frozenset({"LSTM"})))
Forbidden(name='torch.nn.LSTM', cell=0, line=2)
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from autograder.student.core.code import Definition, globals_read, top_level, tree
from autograder.student.core.spec import Rule


@dataclass(frozen=True)
class Forbidden:
    """A forbidden name as it is written, the number of its cell (from 0) and its line there (from 1)."""

    name: str
    cell: int
    line: int


_LOOKUPS = frozenset({"getattr", "eval", "exec", "__import__", "import_module", "attrgetter"})
_TABLES = frozenset({"globals", "locals", "vars", "__dict__", "modules"})
_TABLE_CHANGES = frozenset({"update", "__setitem__", "setdefault"})

_Definitions = dict[str, list[tuple[int, ast.stmt]]]


def find_forbidden(sources: Sequence[str], name: str, rule: Rule) -> Forbidden | None:
    """The first forbidden name in anything that the definition of `name` reaches, or None."""
    definitions = _definitions(sources)
    imported = _imports(definitions)
    for cell, node in _reached(definitions, name):
        for line, written, is_imported in _uses(node, imported):
            if _breaks(written, rule, definitions) or (is_imported and _root(written) in rule.libraries):
                return Forbidden(written, cell, line)
    return None


def uses(sources: Sequence[str], name: str, other: str) -> bool:
    """Whether the definition of `name` reaches that of `other`: an earlier task that may be to blame."""
    definitions = _definitions(sources)
    others = {id(node) for _cell, node in definitions.get(other, [])}
    return name != other and any(id(node) in others for _cell, node in _reached(definitions, name))


def newest(sources: Sequence[str]) -> list[str]:
    """A kernel's history without the cells that were run again later in another version.

    A cell is left out if it defines functions or classes and later cells define every one of them anew.
    """
    kept: list[str] = []
    later: set[str] = set()
    for source in reversed(sources):
        defined = {
            statement.name
            for statement in getattr(tree(source), "body", [])
            if isinstance(statement, Definition)
        }
        if not defined or not defined <= later:
            kept.append(source)
        later |= defined
    return kept[::-1]


def _reached(definitions: _Definitions, name: str) -> Iterator[tuple[int, ast.stmt]]:
    """(cell, statement) for all that defines `name`, and all that defines what those use, and so on."""
    pending, seen = [name], {name}
    while pending:
        for cell, node in definitions.get(pending.pop(0), []):
            yield cell, node
            found = sorted((globals_read(node) | _looked_up(node)) - seen)
            seen.update(found)
            pending.extend(found)


def _definitions(sources: Sequence[str]) -> _Definitions:
    """What the cells define, read once for all tasks of a submission."""
    return _definitions_of(tuple(sources))


@lru_cache(maxsize=4)  # one submission asks about the same cells for every task
def _definitions_of(sources: tuple[str, ...]) -> _Definitions:
    """Every statement that binds a name at the top level of a cell, by that name."""
    found: _Definitions = {}
    for cell, source in enumerate(sources):
        for statement in top_level(source):
            for name in _bound(statement):
                found.setdefault(name, []).append((cell, statement))
    return found


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, Definition):
        declared = {
            name for node in ast.walk(statement) if isinstance(node, ast.Global) for name in node.names
        }
        return {statement.name} | declared
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return set(_import_names(statement))
    targets = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            targets.add(node.id)
        # `CharRNN.forward = ...`, `globals()["rnn_step"] = ...` and `setattr(CharRNN, "forward", ...)` change
        # what a name stands for as well.
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            targets |= _names(node)
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            targets |= {word for text in _texts(node.slice) for word in _words(text)}
        elif isinstance(node, ast.Call):
            targets |= _rebound(node)
    return targets


def _rebound(call: ast.Call) -> set[str]:
    """The names that a call may bind: by `setattr`, by `exec`, by `globals().update`."""
    words = {word for text in _texts(call) for word in _words(text)}
    if _called(call) in {"exec", "eval"}:
        return words
    if _called(call) == "setattr" and call.args:
        return words | _names(call.args[0])
    changed = (
        call.func.value if _called(call) in _TABLE_CHANGES and isinstance(call.func, ast.Attribute) else None
    )
    if changed is not None and _last_name(changed) in _TABLES:
        return words | {keyword.arg for keyword in call.keywords if keyword.arg}
    return set()


def _names(node: ast.AST) -> set[str]:
    return {leaf.id for leaf in ast.walk(node) if isinstance(leaf, ast.Name)}


def _texts(node: ast.AST) -> list[str]:
    return [
        leaf.value
        for leaf in ast.walk(node)
        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
    ]


def _imports(definitions: _Definitions) -> dict[str, str]:
    """What names stand for in full, by an import or by an assignment of one: `{"nn": "torch.nn"}`."""
    full: dict[str, str] = {}
    for bindings in definitions.values():
        for _cell, statement in bindings:
            full |= _import_names(statement)
    return full | _renamed([node for bindings in definitions.values() for _cell, node in bindings], full)


def _import_names(node: ast.AST) -> dict[str, str]:
    if isinstance(node, ast.Import):
        return {
            alias.asname or alias.name.split(".")[0]: alias.name if alias.asname else alias.name.split(".")[0]
            for alias in node.names
        }
    if isinstance(node, ast.ImportFrom):
        return {alias.asname or alias.name: f"{node.module or ''}.{alias.name}" for alias in node.names}
    return {}


def _renamed(nodes: Sequence[ast.AST], imported: dict[str, str]) -> dict[str, str]:
    """What `t = torch` and `layers = torch.nn` make out of the imported names."""
    full: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and (dotted := _dotted(node.value)):
            root, _dot, rest = dotted.partition(".")
            if root in imported:
                value = ".".join(filter(None, (imported[root], rest)))
                full |= {target.id: value for target in node.targets if isinstance(target, ast.Name)}
    return full


def _uses(statement: ast.stmt, imported: dict[str, str]) -> Iterator[tuple[int, str, bool]]:
    """(line, dotted name in full, whether an import made it) of all that a statement uses or looks up by a string."""
    bare = globals_read(statement)
    local = {name: full for name, full in imported.items() if name in bare}
    for node in ast.walk(statement):
        local |= _import_names(node)
    local |= _renamed(list(ast.walk(statement)), local)
    for node in ast.walk(statement):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for written in _import_names(node).values():
                yield node.lineno, written, True
        elif isinstance(node, ast.Attribute | ast.Name) and (dotted := _dotted(node)):
            root, _dot, rest = dotted.partition(".")
            if rest or root in local or root in bare:
                yield node.lineno, ".".join(filter(None, (local.get(root, root), rest))), root in local
        elif isinstance(node, ast.Attribute):
            yield node.lineno, f"().{node.attr}", False
        elif isinstance(node, ast.expr):
            for word in _looked_up(node, deep=False):
                yield node.lineno, f"().{word}", True  # `__import__("tokenizers")`


def _root(written: str) -> str:
    """Where a dotted name begins: of `tokenizers.models.BPE` the library, of `().tokenizers` what was looked up."""
    return written.removeprefix("().").partition(".")[0]


def _looked_up(node: ast.AST, deep: bool = True) -> set[str]:
    """The words in strings by which something is looked up: `getattr(nn, "LSTM")`, `vars(nn)["LSTM"]`."""
    found: set[str] = set()
    for part in ast.walk(node) if deep else [node]:
        texts: list[str] = []
        if isinstance(part, ast.Call) and _called(part) in _LOOKUPS:
            texts = [text for argument in part.args for text in _texts(argument)]
        elif isinstance(part, ast.Subscript) and _last_name(part.value) in _TABLES:
            texts = _texts(part.slice)
        # joined as well: "LS" + "TM"
        found |= {word for text in (*texts, "".join(texts)) for word in _words(text)}
    return found


def _last_name(node: ast.expr) -> str:
    return _called(node) if isinstance(node, ast.Call) else getattr(node, "attr", "")


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
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _breaks(written: str, rule: Rule, definitions: _Definitions) -> bool:
    root, _dot, rest = written.partition(".")
    if root == "self" and rest.count(".") == 0:
        return False  # `self.lstm_cell` is a name of the student's own
    if not rest:
        return root in rule.names and root not in definitions  # a bare name: only if it came from `import *`
    parts = written.split(".")
    prefixes = {".".join(parts[: end + 1]) for end in range(len(parts))}
    return bool(rule.names & set(parts[1:])) or bool(rule.dotted & prefixes)
