"""Finds the helper modules of a notebook: the small Python files beside it that its cells import.

A module is handed on as the cell that would write it, `%%writefile steps.py`, so that whatever runs or reads cells
handles modules too.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from autograder.student.core.code import looked_up, python, tree
from autograder.student.core.imports import Imports, called, import_names
from autograder.student.core.ipython_syntax import path_written, without_encoding
from autograder.student.core.language import _

SUFFIX = ".py"
MAX_MODULES = 30
MAX_MODULE_BYTES = 100_000
MAX_DEPTH = 4  # of packages in packages
_MAX_FOLDERS = 4  # that a notebook adds to the path
_MAX_PATHS = 10_000  # that are looked for
# Names that an import gives another meaning whatever lies beside the notebook: those of Python and of this course.
_OURS = "autograder"
_TAKEN = frozenset(
    {*sys.stdlib_module_names, _OURS, "torch", "numpy", "matplotlib", "safetensors", "IPython"}
)
_RUN = re.compile(r"^\s*%run\s+(?:-\w+\s+)*[\"']?([\w./]+)", re.MULTILINE)
_ADDED = re.compile(r"sys\.path\.(?:append|insert|extend)\([^\n]*[\"']([\w./]+)[\"']")
_MISSING = re.compile(r"No module named '(\w+)")
_FILE_NAME = re.compile(r"[\w./]+\.py")

Read = Callable[[str], bytes | None]  # the file at this path relative to the notebook; None if there is none


@dataclass(frozen=True)
class Modules:
    """The helper modules of a notebook, by their paths relative to it, and why others are left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def cells(self) -> list[str]:
        """The cells that would write them."""
        return [as_cell(path, data) for path, data in self.files.items()]


def is_taken(name: str) -> bool:
    """Whether `import name` means another module than one beside the notebook."""
    return name.partition(".")[0] in _TAKEN


@functools.lru_cache(maxsize=256)
def module_name(path: str) -> str:
    """What a module is called that lies at this path, relative to the notebook.

    >>> module_name("steps.py"), module_name("lib/cells.py"), module_name("lib/__init__.py")
    ('steps', 'lib.cells', 'lib')
    """
    *folders, name = PurePosixPath(path).parts or [""]
    stem = PurePosixPath(name).stem
    return ".".join(folders if stem == "__init__" else [*folders, stem])


@functools.lru_cache(maxsize=256)
def package_name(path: str) -> str:
    """What relative imports in a module start from; empty for a module in no package.

    >>> package_name("lib/cells.py"), package_name("steps.py")
    ('lib', '')
    """
    return ".".join(PurePosixPath(path).parent.parts)


def imports_of(node: ast.AST, package: str = "") -> Imports:
    """What an import makes of names in a module of this package, which the dots of a relative one stand for."""
    names = import_names(node)
    if not (isinstance(node, ast.ImportFrom) and node.level and package):
        return names
    parts = package.split(".")
    above = ".".join(parts[: len(parts) - node.level + 1])
    return {name: f"{above}.{full.lstrip('.')}" for name, full in names.items()}


def modules_of(sources: Sequence[str], read: Read) -> Modules:
    """The modules that cells import, directly or through others, in the order in which they are found.

    >>> modules_of(["from steps import f"], {"steps.py": b"import more", "other.py": b""}.get).files
    {'steps.py': b'import more'}
    """
    found = Modules()
    notes: list[str] = []
    added = dict.fromkeys(folder for source in sources for folder in _ADDED.findall(source))
    folders = ["", *itertools.islice(added, _MAX_FOLDERS)]
    pending = [_wanted(sources, folders)]
    seen = set[str]()
    for path in itertools.islice(itertools.chain.from_iterable(pending), _MAX_PATHS):
        data = None if path in seen else read(path)
        seen.add(path)
        if data is None:
            continue
        if reason := _why_not(path, data, len(found.files)):
            notes.append(
                _("The file {name} is not part of the hand-in. {reason}").format(
                    name=f"`{path}`", reason=reason
                )
            )
            continue
        found.files[path] = data
        pending.append(_wanted([as_cell(path, data)], folders))
    return Modules(found.files, tuple(notes))


def _why_not(path: str, data: bytes, number: int) -> str:
    if len(data) > MAX_MODULE_BYTES:
        return _("It is larger than the {limit} kB that a helper module may have.").format(
            limit=MAX_MODULE_BYTES // 1000
        )
    if number >= MAX_MODULES:
        return _("There are more than {limit} helper modules.").format(limit=MAX_MODULES)
    if is_taken(module_name(path)):
        return _("Another module has this name, and an import finds that one: give your file another name.")
    return ""


def _wanted(sources: Iterable[str], folders: Iterable[str]) -> Iterator[str]:
    """The paths, relative to the notebook, of the files that these cells may import from the folders, or run."""
    for source in sources:
        package = package_name(path_written(source))
        for run in _RUN.findall(source):
            yield str(PurePosixPath(run if run.endswith(SUFFIX) else f"{run}{SUFFIX}"))
        for node in ast.walk(tree(python(source)) or ast.Module([], [])):
            for full in _imported(node, package):
                parts = full.split(".")[: MAX_DEPTH + 1]
                if parts[0] == _OURS:
                    continue  # it lies beside the notebook in the folder that students get
                for end in range(1, len(parts) + 1):
                    for folder in folders:
                        path = PurePosixPath(folder, *parts[:end])
                        yield from (f"{path}{SUFFIX}", f"{path}/__init__{SUFFIX}")
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                # `exec(open("steps.py").read())`
                yield from (str(PurePosixPath(name)) for name in _FILE_NAME.findall(node.value[:1000]))


def _imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from imports_of(node, package).values()
    elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
        yield from looked_up(node)


def beside(folder: Path, sources: Sequence[str]) -> Modules:
    """The helper modules of a notebook of one's own that lies in this folder."""

    def read(path: str) -> bytes | None:
        try:
            with (folder / path).open("rb") as file:
                return file.read(MAX_MODULE_BYTES + 1)
        except (OSError, ValueError):
            return None

    return modules_of(sources, lambda path: read(path) if is_below(path) else None)


def not_beside(sources: Sequence[str], modules: Modules) -> list[str]:
    """The modules that cells import on their top level, and that are neither installed nor among these.

    They are found here, if at all, in a folder that the notebook has added to the path.
    """
    parsed = [tree(python(source)) for source in sources]
    nodes = [
        node for each in parsed if each for node in each.body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    roots = dict.fromkeys(full.partition(".")[0] for node in nodes for full in _imported(node, ""))
    own = {part for path in modules.files for part in module_name(path).split(".")}
    return [name for name in roots if name and not (name in own or is_taken(name) or _is_installed(name))]


def _is_installed(name: str) -> bool:
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        return False
    places = [spec.origin or "", *(spec.submodule_search_locations or ())] if spec else []
    installed = {"site-packages", "dist-packages"}
    return any(installed & {*Path(place).parts} or place in ("built-in", "frozen") for place in places)


def is_below(path: str) -> bool:
    """Whether a path stays in the folder that it is relative to, and is that of a module."""
    parts = PurePosixPath(path).parts
    return len(parts) <= MAX_DEPTH and all(part.removesuffix(SUFFIX).isidentifier() for part in parts)


def as_cell(path: str, data: bytes) -> str:
    """The cell that writes a module.

    >>> as_cell("steps.py", b"x = 1")
    '%%writefile steps.py\\nx = 1'
    """
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return f"%%writefile {path}\n{without_encoding(text)}"


def about_missing(error: str) -> str:
    """What to do where an error says that a module is not found; empty for any other error.

    >>> about_missing("ModuleNotFoundError: No module named 'steps'")
    '`steps` is neither installed nor handed in: is it a file of yours? Put `steps.py` beside the notebook.'
    """
    found = _MISSING.search(error)
    if found is None or is_taken(found[1]):
        return ""
    return _(
        "{name} is neither installed nor handed in: is it a file of yours? Put {file} beside the notebook."
    ).format(name=f"`{found[1]}`", file=f"`{found[1]}{SUFFIX}`")


def place_in(source: str, line: int) -> str:
    """In words, where a line of a cell is: in its cell, or in the file that the cell writes.

    >>> place_in("x = 1", 1), place_in("%%writefile steps.py\\nx = 1", 2)
    ('line 1 of its cell', 'line 1 of `steps.py`')
    """
    path = path_written(source)
    if not path:
        return _("line {line} of its cell").format(line=line)
    head = source[: len(source) - len(source.lstrip())].count("\n") + 1
    return _("line {line} of {file}").format(line=line - head, file=f"`{path}`")
