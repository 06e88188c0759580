"""Names in full: what imports make of names, and what `a.b.c` in the code stands for.

A source may be hostile: dotted names are read to a limit.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

Imports = dict[str, str]  # what names stand for in full: {"nn": "torch.nn"}

MAX_PARTS = 20  # of a dotted name: a chain of thousands would be walked once for every part


def called(node: ast.Call) -> str:
    """What a call calls, by its last name: of `a.b(...)` the `b`."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty if it does not start from a name, or is too long to be an honest one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < MAX_PARTS:
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""


def full_name(written: str, imported: Imports) -> str:
    """`torch.nn.Module` for `nn.Module`; empty for what does not start from an imported name.

    >>> full_name("nn.Module", {"nn": "torch.nn"}), full_name("model.rnn", {"nn": "torch.nn"})
    ('torch.nn.Module', '')
    """
    root, _dot, rest = written.partition(".")
    return _shortened(".".join(filter(None, (imported[root], rest)))) if root in imported else ""


def import_names(node: ast.AST) -> Imports:
    """What an import makes of names; nothing for any other node."""
    if isinstance(node, ast.Import):
        return {
            alias.asname or alias.name.split(".", 1)[0]: (
                _shortened(alias.name) if alias.asname else alias.name.split(".", 1)[0]
            )
            for alias in node.names
        }
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return {alias.asname or alias.name: _shortened(f"{module}.{alias.name}") for alias in node.names}
    return {}


def renamed(nodes: Iterable[ast.AST], imported: Imports) -> Imports:
    """What `t = torch` and `layers = torch.nn` make out of the imported names."""
    found: Imports = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and (full := full_name(dotted(node.value), imported)):
            found |= {target.id: full for target in node.targets if isinstance(target, ast.Name)}
    return found


def _shortened(full: str) -> str:
    return ".".join(full.split(".", MAX_PARTS)[:MAX_PARTS])
