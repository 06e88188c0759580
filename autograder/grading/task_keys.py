"""Hashes, task by task, what the tests of an assignment depend on: a task with a new hash is tested again.

A task depends on its own tests, on everything else in their files, on the files beside the tests, on what the spec says
of it and of the trained model, and on its recorded file, from which its mistakes are named. (The patches of the
mistakes have no influence: the recording is made from them, and grading does not read them.) A test belongs to its
task alone if nothing else can use it: it is a function with plain pytest marks, its name is written nowhere else in
its file, and no other file imports that. Every line belongs to some task, so that no edit goes unnoticed.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
import runpy
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.student.core.course import ASSIGNMENTS, TASK_MARK
from autograder.student.core.spec import Spec

_IMPORT = re.compile(r"^\s*(?:from|import)\b[^(\n]*(?:\([^)]*\))?", re.MULTILINE)
_WORD = re.compile(r"\w+")


class Block(NamedTuple):
    """A statement of a test file, with the lines above it; `task` is empty if it may concern other tasks too."""

    name: str
    task: str
    text: str


@functools.cache
def task_keys(assignment: str) -> Mapping[str, str]:
    """The hash of each task of an assignment, by name; none for what is no assignment of this course."""
    if assignment not in assignment_names():
        return {}
    return keys_in(ASSIGNMENTS / assignment, [task.name for task in source_notebook(assignment).tasks()])


def hash_of_tests(assignment: str) -> str:
    """One hash of what all tasks of an assignment depend on."""
    return _hash(sorted(task_keys(assignment).items()))


def keys_in(folder: Path, tasks: Sequence[str]) -> dict[str, str]:
    """The hash of each of these tasks of the assignment in this folder."""
    spec: Spec = runpy.run_path(str(folder / "spec.py"))["SPEC"]
    parts: defaultdict[str, list[Any]] = defaultdict(list)
    texts = {path: path.read_text(encoding="utf-8") for path in _files(folder)}
    imported = {
        word for text in texts.values() for line in _IMPORT.findall(text) for word in _WORD.findall(line)
    }
    for path, text in texts.items():
        is_test = path.name.startswith("test_") and path.stem not in imported
        written = Counter(_WORD.findall(text))
        users = (set(TASK_MARK.findall(text)) if is_test else set()) or set(tasks)
        for block in blocks(text):
            is_own = is_test and block.task and written[block.name] == 1
            for task in (block.task,) if is_own else users:
                parts[task].append((path.name, block.text))
    return {
        task: _hash(
            [
                parts[task],
                asdict(spec.forbidden[task]) if task in spec.forbidden else None,
                spec.may_change.get(task),
                asdict(spec.model) if spec.model else None,
                _content(folder / "recorded" / f"{task}.json"),
            ]
        )
        for task in tasks
    }


def _files(folder: Path) -> list[Path]:
    """Every file whose code tests run, but the spec, of which each task reads its own part."""
    own = [path for path in sorted(folder.glob("*.py")) if path.name != "spec.py"]
    return [*own, *sorted(folder.glob("tests/**/*.py")), *sorted(folder.glob("private/tests/**/*.py"))]


def blocks(text: str) -> Iterator[Block]:
    """The statements of a file in their order, each with the lines above it; no line is left out.

    >>> [block.task for block in blocks("import pytest\\n\\n@pytest.mark.task('a')\\ndef test_a(): pass\\n")]
    ['', 'a', '']
    """
    lines, done = text.split("\n"), 0
    for node in ast.parse(text).body:
        end = node.end_lineno or done
        yield Block(getattr(node, "name", ""), _task_of(node), "\n".join(lines[done:end]))
        done = end
    yield Block("", "", "\n".join(lines[done:]))


def _task_of(node: ast.stmt) -> str:
    """The task of a test that has no decorators but pytest's marks; empty for everything else."""
    if not isinstance(node, ast.FunctionDef):
        return ""
    marks = [ast.unparse(mark) for mark in node.decorator_list]
    tasks = [found[1] for mark in marks if (found := re.fullmatch(r"pytest\.mark\.task\('(\w+)'\)", mark))]
    return tasks[0] if len(tasks) == 1 and all(mark.startswith("pytest.mark.") for mark in marks) else ""


def _content(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _hash(value: Any) -> str:
    """Of what JSON can hold, of sets, and of a metric, which is known by its name."""

    def plain(other: Any) -> Any:
        return sorted(other) if isinstance(other, frozenset) else other.name

    return hashlib.sha256(json.dumps(value, sort_keys=True, default=plain).encode()).hexdigest()
