"""Finds code that starts other processes, which the sandbox does not allow: a sentence, and no accusation."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace

from autograder.grading.halts import with_sentence
from autograder.student.core.language import _
from autograder.student.core.reach import cells
from autograder.student.core.results import TaskResult

_MODULES = (
    "multiprocessing",
    "torch.multiprocessing",
    "joblib",
    "concurrent.futures.ProcessPoolExecutor",
    "torch.compile",
)
REFUSED_CALLS = frozenset({"fork", "vfork", "clone", "clone3"})


def starts_processes(sources: Sequence[str], task: str = "") -> str:
    """What starts other processes in what stands behind a task's name, or anywhere; an empty string if nothing does.

    >>> starts_processes(["def f(x): return DataLoader(x, num_workers=2)"], "f")
    'num_workers'
    """
    found = cells(sources)
    statements = (
        found.reached(task) if task else (each for behind in found.behind.values() for each in behind)
    )
    for cell, statement in statements:
        for use in found.uses(cell, statement):
            for name in _MODULES:
                if use.is_imported and f"{use.written}.".startswith(f"{name}."):
                    return name.rpartition(".")[2] if name.startswith("concurrent") else name
        if any(_asks_for_workers(node) for node in ast.walk(statement.node)):
            return "num_workers"
    return ""


def _asks_for_workers(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.keyword)
        and node.arg == "num_workers"
        and not (isinstance(node.value, ast.Constant) and not node.value.value)
    )


def with_advice(results: Sequence[TaskResult], sources: Sequence[str]) -> list[TaskResult]:
    """The results; the first failed test of a task whose code starts other processes says that it may not."""
    return [_with_advice(result, sources) for result in results]


def _with_advice(result: TaskResult, sources: Sequence[str]) -> TaskResult:
    first = next((i for i, test in enumerate(result.tests) if test.outcome not in ("passed", "error")), None)
    name = starts_processes(sources, result.name) if first is not None else ""
    if first is None or not name:
        return result
    sentence = _(
        "Your code starts other processes with {name}. When a notebook is graded only one process is allowed: do the "
        "work in that one."
    ).format(name=f"`{name}`")
    tests = list(result.tests)
    tests[first] = with_sentence(tests[first], sentence)
    return replace(result, tests=tuple(tests))
