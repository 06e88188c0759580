"""Finds code that starts other processes: when a notebook is graded only one is allowed, and a sentence says so."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograder.student.core.code import Statement
from autograder.student.core.language import _
from autograder.student.core.reach import Cells, cells
from autograder.student.core.results import TestResult, with_sentence

_OF_MULTIPROCESSING = ("Pool", "Process", "Manager", "get_context", "pool.Pool", "process", "managers")
_OF_OS = ("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "popen")
_SPAWNS = ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
_STARTERS = frozenset(
    [f"multiprocessing.{name}" for name in _OF_MULTIPROCESSING]
    + [f"torch.multiprocessing.{name}" for name in (*_OF_MULTIPROCESSING, "spawn", "start_processes")]
    + [f"os.{name}" for name in _OF_OS]
    + [f"os.spawn{kind}" for kind in _SPAWNS]
    + ["concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process", "joblib.Parallel"]
    + ["subprocess", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell"]
)


def starts_processes(sources: Sequence[str], task: str = "") -> str:
    """What starts other processes in what stands behind a task's name, or anywhere; an empty string if nothing does.

    >>> starts_processes(["import multiprocessing as mp\\ndef f(x): return mp.Pool(x)"], "f")
    'multiprocessing.Pool'
    """
    read = cells(sources)
    everything = (each for behind in read.behind.values() for each in behind)
    names = (_name_in(read, *found) for found in (read.reached(task) if task else everything))
    return next(filter(None, names), "")


def advice(sources: Sequence[str], task: str) -> str:
    """The sentence about what starts other processes behind a task's name; an empty string if nothing does."""
    name = starts_processes(sources, task)
    if not name:
        return ""
    return _(
        "Your code starts other processes with {name}. When a notebook is graded only one process is allowed: do the "
        "work in that one."
    ).format(name=f"`{name}`")


def with_advice(tests: Sequence[TestResult], sources: Sequence[str], task: str) -> list[TestResult]:
    """The results of a task; the first test that failed says so if the task's code starts other processes."""
    told = list(tests)
    failed = [i for i, test in enumerate(tests) if test.outcome not in ("passed", "error")]
    if failed:
        told[failed[0]] = with_sentence(told[failed[0]], advice(sources, task))
    return told


def _name_in(read: Cells, cell: int, statement: Statement) -> str:
    """What a statement uses, or asks a loader of data for, that starts processes."""
    for use in read.uses(cell, statement):
        parts = use.written.split(".")
        if use.is_imported and not _STARTERS.isdisjoint(
            ".".join(parts[:end]) for end in range(1, len(parts) + 1)
        ):
            return use.written
    return "num_workers" if any(map(_asks_for_workers, ast.walk(statement.node))) else ""


def _asks_for_workers(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.keyword)
        and node.arg == "num_workers"
        and not (isinstance(node.value, ast.Constant) and not node.value.value)
    )
