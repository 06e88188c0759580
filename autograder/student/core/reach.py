"""Follows names from cell to cell and into modules: what stands behind each, and what that uses.

A cell that writes a Python file is a module: what it defines is `steps.f` to the others, who have to import it. A
source may be hostile: work is in proportion to its size.
"""

from __future__ import annotations

import ast
import functools
import itertools
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from autograder.student.core.code import Statement, looked_up, statements
from autograder.student.core.imports import MAX_PARTS, Imports, dotted, full_name, renamed
from autograder.student.core.ipython_syntax import path_written
from autograder.student.core.modules import MAX_MODULES, imports_of, is_taken, module_name, package_name

# An honest notebook has one or two. All are compared with all, and a star hands on the names of all that it follows.
_MAX_MODULES, _MAX_STARS = 2 * MAX_MODULES, 30
_Found = tuple[int, Statement]  # the number of its cell, and the statement


@dataclass(frozen=True)
class Use:
    """A name that a statement uses: on which line, in full, and what it comes from."""

    line: int
    written: str
    is_imported: bool = False  # by an import from a library, or by a string
    is_own: bool = False  # from a module of the notebook's own, whose name is left out


class Cells:
    """The cells of a notebook, read once: what stands behind each name, and what that reaches.

    A name of a module is written with the module's in front of it.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        paths = _module_paths(sources)
        self._modules = [module_name(path) for path in paths]  # of each cell; the notebook's is ""
        self._packages = [package_name(path) for path in paths]
        self._run = [bool(path) and _is_run(path, sources) for path in paths]
        self._names: dict[str, set[str]] = {module: set() for module in {"", *self._modules}}
        # By a shorter name a module is imported from a folder that the notebook adds to the path.
        self._called = {part: name for name in sorted(self._names) for part in _endings(name)}
        self._called |= {name: name for name in self._names}
        self._imports: dict[str, Imports] = {module: {} for module in self._names}
        self._same: dict[str, set[str]] = {}  # a name and those it comes from by `import *`
        self.behind: dict[str, list[_Found]] = {}
        for cell, source in enumerate(sources):
            for statement in statements(source):
                for name in statement.changed:
                    for module in self._modules_of(cell):
                        self._add(module, name, (cell, statement))
        self._read_imports()
        self._reached: dict[str, list[str]] = {}
        self._uses: dict[tuple[int, Statement], list[Use]] = {}

    def _modules_of(self, cell: int) -> list[str]:
        """The modules in which the names of a cell are: in the notebook as well if it runs the file."""
        module = self._modules[cell]
        return [module, ""] if module and self._run[cell] else [module]

    def _add(self, module: str, name: str, found: _Found) -> None:
        self._names[module].add(name)
        self.behind.setdefault(_key(module, name), []).append(found)

    def _read_imports(self) -> None:
        """What names stand for in full, in each module: by an import, or by an assignment of what is imported."""
        found = list(dict.fromkeys(each for behind in self.behind.values() for each in behind))
        stars: list[tuple[str, str, _Found]] = []
        for cell, statement in found:
            for name, full in imports_of(statement.node, self._packages[cell]).items():
                for module in self._modules_of(cell):
                    if name != "*":
                        self._imports[module][name] = full
                    elif other := self._called.get(full.removesuffix(".*")):
                        stars.append((module, other, (cell, statement)))
        for _chain in stars:
            for module, other, star in stars:
                for name in self._names[other] - {"*"}:
                    same = self._same.setdefault(_key(module, name), set())
                    if _key(other, name) not in same:
                        same.add(_key(other, name))
                        self._add(module, name, star)
        for module, imported in self._imports.items():
            nodes = [statement.node for cell, statement in found if module in self._modules_of(cell)]
            self._imports[module] = imported | renamed(nodes, imported)

    def names_reached(self, name: str) -> list[str]:
        """The names that stand behind `name`, directly or through others, nearest first, itself at the beginning."""
        if name not in self._reached:
            found, seen, pending = [name], {name}, deque([name])
            read = set[_Found]()
            while pending:
                new = [n for n in self._next(pending.popleft(), read) if n not in seen]
                seen.update(new)
                found += new
                pending += new
            self._reached[name] = found
        return self._reached[name]

    def _next(self, name: str, read: set[_Found]) -> list[str]:
        """The names that stand behind a name directly; those of statements `read` before, which are added, left out."""
        found = dict.fromkeys(sorted(self._same.get(name, ())))
        for cell, statement in self.behind.get(name, ()):
            if isinstance(statement.node, ast.Import | ast.ImportFrom):
                # Of all that it imports only this one.
                full = self._imports[self._modules[cell]].get(name.rpartition(".")[2], "")
                names = {own[0]} if (own := self._own(full)) else set()
            elif (cell, statement) in read:
                continue
            else:
                read.add((cell, statement))
                names = self._read(cell, statement)
            found |= dict.fromkeys(sorted(n for n in names if n in self.behind))
        return list(found)

    def reached(self, name: str) -> Iterator[_Found]:
        """(cell, statement) for all that stands behind `name`, each once."""
        seen: set[Statement] = set()
        for each in self.names_reached(name):
            for cell, statement in self.behind.get(each, ()):
                if statement not in seen:
                    seen.add(statement)
                    yield cell, statement

    def same(self, name: str) -> set[str]:
        """A name, and what it is called in the module that it is imported from."""
        own = self._own(self._imports[""].get(name, ""))
        return {name, *self._same.get(name, ()), *([own[0]] if own else [])}

    def names_beside(self, cell: int) -> set[str]:
        """The names that have a meaning in the notebook, or in the module that a cell is."""
        return self._names[self._modules[cell]]

    def _read(self, cell: int, statement: Statement) -> set[str]:
        """The names that a statement reads, or looks up by a string."""
        found = {_key(module, name) for module in self._modules_of(cell) for name in statement.read}
        for name in statement.looked_up:
            found |= self._all_of(name)
        for full, is_whole in itertools.chain(*self._imported(cell, statement).values()):
            if own := self._own(full):
                found.add(own[0])
            elif is_whole:
                found |= self._all_of(full)
        return found

    def _all_of(self, full: str) -> set[str]:
        """The names of a module that is handed on as it is: any of them may be used. None for another thing."""
        module = self._called.get(full, "")
        return {_key(module, name) for name in self._names[module]} if module else set()

    def uses(self, cell: int, statement: Statement) -> list[Use]:
        """All that a statement of a cell uses by name, or looks up by a string."""
        if (cell, statement) not in self._uses:
            self._uses[cell, statement] = list(self._found_uses(cell, statement))
        return self._uses[cell, statement]

    def _found_uses(self, cell: int, statement: Statement) -> Iterator[Use]:
        imported = self._imported(cell, statement)
        for node in statement.nodes:
            if isinstance(node, ast.stmt | ast.expr) and node in imported:
                for full, _is_whole in imported[node]:
                    yield self._resolved(node.lineno, full)
            elif isinstance(node, ast.Attribute | ast.Name) and (written := dotted(node)):
                root, _dot, rest = written.partition(".")
                if rest or root in statement.named:
                    yield Use(node.lineno, written)
            elif isinstance(node, ast.Attribute):
                yield Use(node.lineno, f"().{node.attr}")
            elif isinstance(node, ast.expr):
                for word in looked_up(node):
                    yield Use(node.lineno, f"().{word}", True)  # `__import__("tokenizers")`

    def _imported(self, cell: int, statement: Statement) -> dict[ast.AST, list[tuple[str, bool]]]:
        """Where something imported is named: its full name, and whether that is the whole of the name."""
        package, imports = self._packages[cell], self._imports[self._modules[cell]]
        local = {name: imports[name] for name in statement.named if name in imports}
        for node in statement.naming:
            local |= imports_of(node, package)
        local |= renamed(statement.naming, local)
        inner = {node.value for node, _written in statement.dotted if isinstance(node, ast.Attribute)}
        found: dict[ast.AST, list[tuple[str, bool]]] = {}
        for node in statement.naming:
            if isinstance(node, ast.Import | ast.ImportFrom):
                found[node] = [(full, False) for full in imports_of(node, package).values()]
        for node, written in statement.dotted:
            if full := full_name(written, local):
                found[node] = [(full, node not in inner)]
        return found

    def _own(self, full: str) -> tuple[str, str] | None:
        """The name of a module of the notebook's own that a full name begins with, and the rest; None for any other."""
        parts = full.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module = self._called.get(".".join(parts[:end]))
            if module and parts[end] in self._names[module]:
                return _key(module, parts[end]), ".".join(parts[end + 1 :])
        return None

    def _resolved(self, line: int, full: str) -> Use:
        """What a full name is, followed through the modules of the notebook's own that import it."""
        for _step in range(MAX_PARTS):
            own = self._own(full)
            if own is None:
                return Use(line, full, is_imported=True)
            module, _dot, name = own[0].rpartition(".")
            rest = f".{own[1]}" if own[1] else ""
            if name not in self._imports[module]:
                break
            full = self._imports[module][name] + rest
        return Use(line, name + rest, is_own=True)


def _module_paths(sources: Sequence[str]) -> list[str]:
    """The path of the module that each cell is; empty for one of the notebook itself.

    Where there are more modules than anybody has, all that they hold is read as if it stood in the notebook.
    """
    paths = [path_written(source) for source in sources]
    paths = ["" if is_taken(module_name(path)) else path for path in paths]
    is_odd = len(set(paths)) > _MAX_MODULES or sum(each.count("import *") for each in sources) > _MAX_STARS
    return [""] * len(paths) if is_odd else paths


def _key(module: str, name: str) -> str:
    return f"{module}.{name}" if module else name


def _endings(module: str) -> list[str]:
    """The shorter names of a module: of `lib.deep.gates` these are `deep.gates` and `gates`."""
    parts = module.split(".")
    return [".".join(parts[start:]) for start in range(1, len(parts))]


def _is_run(path: str, sources: Sequence[str]) -> bool:
    """Whether a cell may run a file in the notebook itself: `%run steps`, `exec(open("steps.py").read())`."""
    stem = re.escape(PurePosixPath(path).stem)
    named = re.compile(rf"%run\b[^\n]*\b{stem}\b|[\"'][^\"'\n]*\b{stem}\.i?py[\"']")
    return any(named.search(source) for source in sources)


@functools.lru_cache(maxsize=4)  # one submission asks about the same cells for every task
def _cells(sources: tuple[str, ...]) -> Cells:
    return Cells(sources)


def cells(sources: Sequence[str]) -> Cells:
    """The cells, read once however often they are asked about."""
    return _cells(tuple(sources))


def reached(sources: Sequence[str], name: str) -> list[str]:
    """The names of the cells that the definition of `name` uses, directly or through others.

    >>> reached(["def f(): g()", "def g(): h()", "def h(): pass"], "f")
    ['g', 'h']
    """
    found = cells(sources).names_reached(name)[1:]
    plain = dict.fromkeys(each.rpartition(".")[2] for each in found)
    return [each for each in plain if each != name]
