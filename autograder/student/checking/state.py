"""Finds where the notebook and the kernel differ, so that a student knows which version of her code is checked."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from autograder.student.core.code import fingerprints, tree
from autograder.student.core.ipython_syntax import plain_python
from autograder.student.core.language import _
from autograder.student.core.newer_syntax import about_newer


def notes(task: str, saved: str | None, history: Sequence[str], in_force: str = "") -> list[str]:
    """What to know before reading the result of a check; most often nothing.

    `saved` is the task's answer cell as the file has it, if the file is known; `history` are the cells that this kernel
    has run, as they were typed, oldest first; `in_force` is the one from which the name of the task is (`cell_of`).
    """
    found = [_older(task, history, in_force), _not_run(task, saved, history), _stub(task, saved, history)]
    found.append(about_newer(_newest(task, saved, history), _("the cell of {task}").format(task=f"`{task}`")))
    return [note for note in found if note]


def is_broken(task: str, history: Sequence[str], in_force: str = "") -> bool:
    """Whether the newest version of the cell that ran has defined nothing, so that an older one is still in force."""
    return bool(_older(task, history, in_force))


def is_not_run(saved: str, history: Sequence[str]) -> bool:
    """Whether this kernel, which has run other cells, never ran this one as it is saved.

    It may be newer than what ran, or older; as it was handed out it is older for certain, and there is nothing to run.
    """
    ran = {source.strip() for source in history} - {""}
    return bool(saved.strip()) and bool(ran) and saved.strip() not in ran and not _is_as_handed_out(saved)


def _older(task: str, history: Sequence[str], in_force: str) -> str:
    """The newest version of the cell is not Python, or has failed, so that an older one is still in force."""
    newest = _newest(task, None, history)
    code = plain_python(newest)
    if not code or tree(code) is not None:
        # A name that was bound anew since, to what is wrapped or imported, is not from a version of this cell.
        versions = {source.strip() for source in history if _defines(task, source)}
        if in_force.strip() in versions - {newest.strip()}:
            return _(
                "The newest version of the cell of `{task}` ended with an error before it had defined `{task}`, so an "
                "older version is checked. Correct it and run it again."
            ).format(task=task)
        return ""
    try:
        ast.parse(code)
    except SyntaxError as error:
        return _(
            "The newest version of the cell of `{task}` is not valid Python (line {line}: {problem}), so an older "
            "version is checked. Correct it and run it again."
        ).format(task=task, line=error.lineno, problem=error.msg)
    return ""


def _not_run(task: str, saved: str | None, history: Sequence[str]) -> str:
    if saved is None or not is_not_run(saved, history):
        return ""
    if task in fingerprints(history) or any(_defines(task, source) for source in history):
        text = _(
            "The file has another version of the cell of `{task}` than the one you ran last. If you changed it since, "
            "run it and check again."
        )
    else:
        text = _("The cell of `{task}` has not run since the kernel started: run it, then check again.")
    return text.format(task=task)


def _is_as_handed_out(saved: str) -> bool:
    parsed = tree(plain_python(saved) or "")
    nodes = ast.walk(parsed) if parsed else ()
    return any(isinstance(node, ast.Raise) and _is_stub(node) for node in nodes)


def _stub(task: str, saved: str | None, history: Sequence[str]) -> str:
    """The line that every cell came with still stands below code of the student's own."""
    parsed = tree(plain_python(_newest(task, saved, history)) or "")
    for node in ast.walk(parsed) if parsed else ():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = [part for part in node.body if not _is_docstring(part)]
            if len(body) > 1 and _is_stub(body[-1]):
                return _(
                    "The cell of `{task}` still holds `raise NotImplementedError()`, line {line}."
                ).format(task=task, line=body[-1].lineno)
    return ""


def _newest(task: str, saved: str | None, history: Sequence[str]) -> str:
    """The cell that defines the task as it ran last, or else as the file has it."""
    return next((source for source in reversed(history) if _defines(task, source)), saved or "")


def _defines(task: str, source: str) -> bool:
    return (
        re.search(rf"^\s*(?:async\s+)?(?:def|class)\s+{re.escape(task)}\b", source, re.MULTILINE) is not None
    )


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_stub(statement: ast.stmt) -> bool:
    raised = statement.exc if isinstance(statement, ast.Raise) else None
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"
