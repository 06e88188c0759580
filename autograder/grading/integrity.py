"""Looks in the student's own cells for code that no honest answer needs, and tells the instructor where it is.

This is advice for a person and changes no mark: the syntax tree cannot see through every disguise, and honest
students experiment. It names what the grader cannot prevent in a process that runs the student's code: patching a
library or the harness, or searching for files of others.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator, Sequence

from autograder.grading.repair import Repaired
from autograder.sandbox import CellOutcome
from autograder.student.core.code import python, tree
from autograder.student.core.imports import called, dotted, full_name, import_names, renamed
from autograder.student.core.language import _, plural
from autograder.student.core.notebook import SETUP_TAG, Notebook

MAX_SENTENCES = 20
_SHOWN = 80  # letters of a line of code

_MODULES = frozenset({"ctypes", "cffi", "subprocess", "socket", "pty"})
_FUNCTIONS = frozenset(
    {f"gc.{name}" for name in ("get_objects", "get_referrers", "get_referents")}
    | {f"inspect.{name}" for name in ("stack", "trace", "currentframe", "getouterframes", "getmembers")}
    | {f"sys.{name}" for name in ("modules", "meta_path", "path_hooks", "_getframe", "_current_frames")}
    | {f"sys.{name}" for name in ("settrace", "setprofile", "monitoring", "addaudithook")}
    | {f"threading.{name}" for name in ("settrace", "setprofile")}
    | {f"os.{name}" for name in ("fork", "forkpty", "system", "popen", "kill", "abort", "_exit")}
    | {f"os.{name}" for name in ("execv", "execve", "execvp", "posix_spawn", "spawnv", "register_at_fork")}
    | {f"builtins.{name}" for name in ("exec", "eval", "compile", "__import__")}
    | {"runpy.run_path", "runpy.run_module", "pickle.loads", "marshal.loads", "types.FunctionType"}
    | {"types.CodeType", "code.InteractiveInterpreter", "code.InteractiveConsole", "unittest.mock.patch"}
    | {"linecache.getlines", "linecache.cache", "atexit.register", "signal.signal"}
)
_ATTRIBUTES = frozenset(
    {"__subclasses__", "__globals__", "__builtins__", "__code__", "__mro__", "_execution_engine"}
    | {"f_back", "f_locals", "f_globals", "tb_frame", "gi_frame", "cr_frame", "run_backward"}
)
_BUILT_CODE = frozenset({"exec", "eval", "compile", "__import__"})
# Often an honest student's own names: only as what is called.
_COMMON_NAMES = frozenset({"eval", "compile"})
_SETTERS = frozenset({"setattr", "delattr", "__setattr__", "__delattr__"})
_BY_NAME = frozenset({"import_module", "attrgetter", "methodcaller"})
# Whose attributes nobody sets; settings that are meant to be set are exempt.
_LIBRARIES = frozenset(
    {"torch", "numpy", "math", "random", "builtins", "sys", "importlib", "autograder", "json"}
)
_SETTINGS = ("torch.backends.",)

_Finding = tuple[int, str]  # line, reason


def integrity_notes(repaired: Repaired, source: Notebook) -> list[str]:
    """One sentence for every line that does what no honest answer needs, in the order of the notebook.

    Cells are counted from 1, as they stand on the feedback page. A line that stands in a cell of the course's own
    notebook, `source`, is not the student's.
    """
    given = {line.strip() for cell in source.cells if not cell.is_answer for line in cell.source.split("\n")}
    cells = [
        (number, cell)
        for number, cell in enumerate(repaired.notebook.cells, start=1)
        if number - 1 not in repaired.skipped and SETUP_TAG not in cell.tags
    ]
    trees = [
        (number, cell, found) for number, cell in cells if (found := tree(python(cell.source))) is not None
    ]
    imported = _imported([python(cell.source) for _number, cell, _found in trees])
    notes: list[str] = []
    for number, cell, found in trees:
        lines = cell.source.split("\n")
        if all(line.strip() in given for line in lines):
            continue
        reasons: dict[int, list[str]] = {}
        for line, reason in sorted(set(_findings(found, imported))):
            reasons.setdefault(line, []).append(reason)
        for line, all_of_line in reasons.items():
            if lines[line - 1].strip() in given:
                continue
            notes.append(
                _("Worth a look: cell {number}{task}, line {line}, {reason}: {code}").format(
                    number=number,
                    task=f" (`{cell.grade_id}`)" if cell.is_answer else "",
                    line=line,
                    reason=", ".join(all_of_line),
                    code=f"`{lines[line - 1].strip()[:_SHOWN]}`",
                )
            )
    more = len(notes) - MAX_SENTENCES
    if more > 0:
        notes[MAX_SENTENCES:] = [
            plural(
                "There is {count} more line worth a look.", "There are {count} more lines worth a look.", more
            )
        ]
    return notes


def unread_notes(repaired: Repaired, outcomes: Sequence[CellOutcome]) -> list[str]:
    """A sentence for every cell that ran to its end although we cannot read it: no rule has seen what is in it."""
    return [
        _(
            "Worth a look: cell {number} ran, but it is not valid Python, so no rule could see what it does."
        ).format(number=number)
        for number, (cell, outcome) in enumerate(zip(repaired.notebook.cells, outcomes, strict=True), start=1)
        if cell.kind == "code" and outcome.status == "ok" and tree(python(cell.source)) is None
    ][:MAX_SENTENCES]


def _findings(parsed: ast.Module, imported: dict[str, str]) -> Iterator[_Finding]:
    for node in ast.walk(parsed):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, reason) for reason in _import_reasons(node))
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, reason) for reason in _call_reasons(node, imported))
        elif isinstance(node, ast.Attribute):
            reason = _attribute_reason(node, imported)
            if reason:
                yield node.lineno, reason
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            full = imported.get(node.id, "")
            if full in _FUNCTIONS:
                yield node.lineno, _uses(full)
            elif node.id in _BUILT_CODE - _COMMON_NAMES or node.id == "__builtins__":
                yield node.lineno, _builds(node.id)


def _import_reasons(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for full in (
        import_names(node).values() if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    ):
        if full.split(".")[0] in _MODULES:
            yield _("imports {name}").format(name=f"`{full}`")
        if full.split(".")[0] == "autograder" and not _is_for_students(full):
            yield _("imports a part of the grader, {name}").format(name=f"`{full}`")


def _is_for_students(full: str) -> bool:
    return full.startswith("autograder.student") and not full.startswith("autograder.student.checking")


def _call_reasons(node: ast.Call, imported: dict[str, str]) -> Iterator[str]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    first = full_name(dotted(node.args[0]), imported) if node.args else ""
    if name in _COMMON_NAMES:
        yield _builds(name)
    elif called(node) in _SETTERS and (changed := _library(first) or _library(_owner(node, imported))):
        yield _("changes {name}").format(name=f"`{changed}`")
    elif called(node) in _BY_NAME and node.args and _is_pieced(node.args[0]):
        yield _builds(called(node))
    elif name in ("vars", "dir") and _is_library(f"{first}."):
        yield _("searches {name}").format(name=f"`{first}`")
    elif name == "getattr" and len(node.args) > 1 and _is_library(f"{first}.") and _is_pieced(node.args[1]):
        yield _("looks up a name put together at run time in {name}").format(name=f"`{first}`")


def _owner(node: ast.Call, imported: dict[str, str]) -> str:
    """What a method is called on, in full."""
    return full_name(dotted(node.func.value), imported) if isinstance(node.func, ast.Attribute) else ""


def _library(full: str) -> str:
    """The same name if it is a library's, else an empty string."""
    return full if _is_library(f"{full}.") else ""


def _is_pieced(node: ast.expr) -> bool:
    """Whether a name is calculated; a variable or an f-string such as `f"{kind}_normal_"` is common."""
    return isinstance(node, ast.BinOp | ast.Call | ast.Subscript)


def _attribute_reason(node: ast.Attribute, imported: dict[str, str]) -> str:
    full = full_name(dotted(node), imported)
    if not isinstance(node.ctx, ast.Load):
        if _is_library(full) and not full.startswith(_SETTINGS):
            return _("changes {name}").format(name=f"`{full}`")
        if node.attr in ("__class__", "__code__"):
            return _("changes {name}").format(name=f"`.{node.attr}`")
    if full in _FUNCTIONS:
        return _uses(full)
    if node.attr in _ATTRIBUTES or (node.attr == "__dict__" and _is_library(full)):
        return _uses(full if full and "." in full else f".{node.attr}")
    return ""


def _builds(name: str) -> str:
    return _("runs code that is put together at run time ({name})").format(name=f"`{name}`")


def _uses(name: str) -> str:
    return _("uses {name}").format(name=f"`{name}`")


def _is_library(full: str) -> bool:
    root, dot, _rest = full.partition(".")
    return bool(dot) and root in _LIBRARIES


def _imported(sources: Sequence[str]) -> dict[str, str]:
    """What names stand for in full: `{"nn": "torch.nn"}`, by an import or by an assignment such as `t = torch`."""
    # The setup cell's own, which is left out of the scan.
    found = {
        "torch": "torch",
        "math": "math",
        "nn": "torch.nn",
        "F": "torch.nn.functional",
        "init": "torch.nn.init",
    }
    nodes = [node for source in sources for node in _naming(source)]
    for node in nodes:
        found |= import_names(node)
    libraries = {name: full for name, full in found.items() if full.split(".")[0] in _LIBRARIES}
    return found | renamed(nodes, libraries)


@functools.lru_cache(maxsize=4096)
def _naming(source: str) -> tuple[ast.AST, ...]:
    """The imports and assignments of a cell, wherever they stand in it."""
    found = tree(source)
    nodes = ast.walk(found) if found is not None else ()
    return tuple(node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign))
