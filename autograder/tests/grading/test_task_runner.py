"""The order in which one process loses what tasks forbid: whoever comes later has to get on without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.assignments.sources import source_path
from autograder.grading.graded import Submission
from autograder.grading.run import grade
from autograder.grading.suite import Suite
from autograder.grading.task_runner import from_least
from autograder.sandbox import Limits, Server, Session
from autograder.student.core.course import assignment_names, spec_of
from autograder.student.core.spec import Rule
from autograder.tests.conftest import server_for_tests

CELLS = Rule(modules=frozenset({"cells"}), compiled=frozenset({"lstm_cell"}))
RECURRENT = Rule(modules=frozenset({"cells"}), compiled=frozenset({"lstm_cell", "lstm"}))
CLIPPING = Rule(modules=frozenset({"clipping"}))


@pytest.fixture(scope="module")
def usual_server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A warm server with the limits that submissions have."""
    yield from server_for_tests(request.config, Limits())


def test_who_forbids_nothing_comes_first() -> None:
    """What is gone from a process does not come back."""
    assert from_least([CLIPPING, None]) == [None, CLIPPING]


def test_a_rule_comes_before_one_that_takes_more() -> None:
    """Or a right answer would miss what its task allows; between others the notebook's order is kept."""
    assert from_least([RECURRENT, CLIPPING, CELLS]) == [CELLS, RECURRENT, CLIPPING]
    assert from_least([CLIPPING, RECURRENT]) == [CLIPPING, RECURRENT]


@pytest.mark.parametrize("assignment", assignment_names())
def test_one_process_is_enough_for_our_own_answers(
    assignment: str, usual_server: Server, opened: list[Session]
) -> None:
    """No task needs what one before it forbids: else it would be tested twice, for everybody."""
    suite = Suite(assignment)
    path = source_path(assignment)
    submission = Submission(student="ada", data=path.read_bytes(), file_name=path.name)
    result = grade(submission, {assignment: suite}, usual_server, 1).result
    measured = sum(each.points for each in suite.tasks if each.is_measured)
    assert result.score == result.max_score - measured
    assert spec_of(assignment).forbidden
    assert len(opened) == 1
