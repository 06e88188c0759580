"""What the tests share: one warm server for the whole session, and a suite small enough to be run often."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import hypothesis
import pytest

from autograder.assignments.sources import source_notebook
from autograder.grading.staging import grading_server
from autograder.grading.suite import Suite
from autograder.maintain.release.leaks import Secret, all_secrets
from autograder.sandbox import Limits, SandboxUnavailable, Server
from autograder.student.core.notebook import CHECK_PREFIX, SETUP_TAG, Notebook

# What jsonschema needs for addresses in other alphabets takes seconds to import, and no schema here has any: without
# it jsonschema leaves that out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

# The same examples at each run, and no clock: a loaded machine is no failure.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")

ASSIGNMENT = "rnn_basics"
# The files and tests of minutes, as `pytest --durations=20` names them.
LONGEST = (
    "autograder/tests/test_types.py",
    "autograder/tests/test_notebooks.py",
    "autograder/tests/docs/test_authors.py",
    "autograder/tests/nbgrader_bridge",
    "autograder/tests/maintain/test_release.py",
    "autograder/tests/sandbox",
    "autograder/tests/grading/test_measure",
    "autograder/tests/grading/test_pieces.py",
    "autograder/tests/assignments/test_suites.py",
)
FEW_TASKS = ("pad_batch", "rnn_step", "rnn_forward")
# What honest answers to the few tasks need is far below a second.
SHORT = Limits(
    cpu_seconds_per_cell=2,
    cpu_seconds_total=20,
    task_cpu_seconds=1,
    wall_factor=3,
    wall_grace_seconds=10,
    memory_bytes=2**29,
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Lets the longest tests begin first, and puts the name of its group behind a test's own.

    With the longest first, no process waits for another at the end. By the name of the group xdist keeps a group in
    one process: xdist 3.8.0 writes it where pytest 9.2.0 does not look any more, so `--dist loadgroup` alone keeps
    nothing together, and what a group shares is made once in every process.
    """
    if not getattr(config.option, "loadgroup", False):
        return
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    for item in items:
        groups = sorted({str(mark.args[0]) for mark in item.iter_markers("xdist_group")})
        name = f"{item.nodeid}@{'_'.join(groups)}"
        if groups and hasattr(item, "_id") and not item.nodeid.endswith(f"@{'_'.join(groups)}"):
            item._id = type(item._id).parse(name)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--isolation inner`: all tests at this level, also where a stronger one is to be had."""
    parser.addoption("--isolation", choices=["strong", "inner"])


def every_third_quick(names: Iterable[str]) -> list[Any]:
    """The names of a long table's rows as parameters: every third runs in `make test`, all in `make test-all`."""
    return [pytest.param(name, marks=() if i % 3 == 0 else pytest.mark.slow) for i, name in enumerate(names)]


def server_for_tests(config: pytest.Config, limits: Limits) -> Iterator[Server]:
    """A warm server in the strongest sandbox there is here, or at the level that was asked for, if there is that."""
    level = config.getoption("--isolation", None)
    try:
        with grading_server(level, limits) as warm:
            yield warm
    except SandboxUnavailable as reason:
        if level is None:
            raise
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A warm server with short limits."""
    yield from server_for_tests(request.config, SHORT)


@pytest.fixture(scope="session")
def few_tasks() -> Notebook:
    """Three tasks of the first assignment, two alone and one that uses another, with the setup and some text."""
    cells = source_notebook(ASSIGNMENT).cells
    return Notebook(
        tuple(
            cell
            for cell in cells
            if SETUP_TAG in cell.tags
            or cell.grade_id == "title"
            or cell.grade_id.removeprefix(CHECK_PREFIX) in FEW_TASKS
        )
    )


@pytest.fixture(scope="session")
def secrets() -> list[Secret]:
    """What must not be in anything that students get."""
    return all_secrets()


@pytest.fixture(scope="session")
def suites(few_tasks: Notebook) -> dict[str, Suite]:
    """The suite of those three tasks, under the assignment's own name."""
    return {ASSIGNMENT: Suite(ASSIGNMENT, few_tasks)}
