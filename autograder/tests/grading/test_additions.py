"""What students add to released cells counts, and `submit` and the grader give the same points for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import torch

from autograder.grading.graded import Submission
from autograder.grading.run import grade
from autograder.grading.staging import grading_server
from autograder.grading.suite import Suite
from autograder.sandbox import Server
from autograder.student.checking.terminal import check_notebook
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result
from autograder.tests.conftest import ASSIGNMENT
from autograder.tests.grading.additions import (
    HELPER,
    ROWS,
    STARTS,
    WITH_HELPER,
    handed_in,
    with_demonstrations,
)
from autograder.tests.grading.handins import put


@pytest.fixture(autouse=True)
def _settings() -> Iterator[None]:
    """Those of this process, in which the student's own check runs too, are put back."""
    yield
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)


@pytest.fixture(scope="module")
def course(few_tasks: Notebook) -> Notebook:
    """The few tasks, with demonstrations."""
    return with_demonstrations(few_tasks)


def graded(data: bytes, course: Notebook, server: Server, files: Mapping[str, bytes] | None = None) -> Result:
    """What the grader says."""
    submission = Submission("pupil", data, "rnn_basics.ipynb", files=files or {})
    return grade(submission, {ASSIGNMENT: Suite(ASSIGNMENT, course)}, server, 7).result


FIRST = {
    title.partition(" ")[0]: title for title in reversed(ROWS)
}  # of each row; the others take their time


WITH_COMPILER = {"A7 compiled code"}


@pytest.mark.parametrize(
    "title",
    [pytest.param(title, marks=() if title in FIRST.values() else pytest.mark.slow) for title in ROWS],
)
def test_what_was_added_counts_alike_for_submit_and_the_grader(
    title: str, course: Notebook, server: Server, tmp_path: Path
) -> None:
    """All points, no accusation, and the same number at the student's desk."""
    if title not in WITH_COMPILER:
        assert_counts_alike(title, course, server, tmp_path)
        return
    with grading_server(server.level) as usual:  # its import alone takes longer than a cell has in tests
        assert_counts_alike(title, course, usual, tmp_path)


def assert_counts_alike(title: str, course: Notebook, server: Server, tmp_path: Path) -> None:
    """Grades a row, and checks it as at a desk."""
    data = handed_in(course, ROWS[title])
    files = {name: text.encode() for name, text in ROWS[title].items() if name.endswith(".py")}
    result = graded(data, course, server, files)
    told = [test.message for task in result.tasks for test in task.tests]
    assert result.score == result.max_score, told
    assert result.integrity == ()
    path = put(tmp_path, {"rnn_basics.ipynb": data, **files}) / "rnn_basics.ipynb"
    assert sum(task.score for task in check_notebook(path).results) == result.score


def test_a_message_says_which_line_a_missing_name_waited_for(course: Notebook, server: Server) -> None:
    """What stopped at the author's desk as well is not gone past: neither the helper nor the other answer is there."""
    own = f"table = {{}}\ntable['key']\n{HELPER}\ndef pad_batch(sequences, pad_id):\n    return 0"
    result = graded(handed_in(course, {"own": own, "rnn_step": WITH_HELPER}), course, server)
    tasks = {task.name: task for task in result.tasks}
    assert tasks["pad_batch"].status == "passed"
    assert tasks["rnn_step"].score == 0
    (message, *_others) = [test.message for test in tasks["rnn_step"].tests if "helper" in test.message]
    assert re.search(r"Line 2 of cell \d+ stopped before `helper` was defined: KeyError: 'key'", message), (
        message
    )


MODULES = {
    "steps.py": b"import torch\nfrom tools.activations import squash\ndef helper(values):\n    return squash(values)",
    "tools/activations.py": b"def squash(values):\n    return values.tanh()",
}


def test_helper_modules_of_the_hand_in_are_imported(course: Notebook, server: Server) -> None:
    """As beside the notebook: a module, and one of a package that it imports in turn."""
    answer = "from steps import helper as own\n" + WITH_HELPER.replace("helper", "own")
    result = graded(handed_in(course, {"rnn_step": answer}), course, server, MODULES)
    assert result.score == result.max_score, [test.message for task in result.tasks for test in task.tests]
    assert (result.integrity, result.repairs) == ((), ())


def test_an_endless_loop_costs_its_statement_alone(course: Notebook, server: Server) -> None:
    """What stands behind it in its cell counts; a task that misses what it would have given is told the line."""
    own = f"x = 1\nfor _ in iter(int, 1):\n    pass\n{HELPER}"
    result = graded(handed_in(course, {"own": own, "rnn_step": WITH_HELPER}), course, server)
    assert result.score == result.max_score, [test.message for task in result.tasks for test in task.tests]
    own = f"def wait():\n    while True: pass\n\nSLOPE = wait()\n{HELPER}"
    answer = WITH_HELPER.replace("helper(", "SLOPE * helper(")
    result = graded(handed_in(course, {"own": own, "rnn_step": answer}), course, server)
    told = [test.message for task in result.tasks for test in task.tests if task.name == "rnn_step"]
    assert any(
        re.search(
            r"Line 4 of cell \d+ stopped before `SLOPE` was defined: Stopped: the code used more than",
            message,
        )
        for message in told
    ), told


def test_a_statement_that_never_ends_is_run_once(server: Server) -> None:
    """It is told where it was; whenever the cells are run again, all but it are."""
    endless = "x = 1\ndef wait():\n    while True: pass\nwait()\ny = 2"
    with server.open() as session:
        outcome = session.execute([endless])[0]
        assert outcome.status == "timeout"
        assert 'File "<cell 1>", line 4, in <module>' in outcome.error
        assert outcome.error.splitlines()[-1].startswith("Stopped: the code used more than")
        session.restart()
        assert session.execute(["x + y"])[0].output == "3\n"


@pytest.mark.parametrize(
    "title",
    [pytest.param(title, marks=() if title == "A7 a pool" else pytest.mark.slow) for title in STARTS],
)
def test_code_that_starts_processes_is_told_so_alike_and_not_accused(
    title: str, course: Notebook, server: Server, tmp_path: Path
) -> None:
    """The sandbox allows one process, and so does a check; an honest notebook may have wanted more."""
    changes, name = STARTS[title]
    data = handed_in(course, changes)
    result = graded(data, course, server)
    checked = check_notebook(put(tmp_path, {"rnn_basics.ipynb": data}) / "rnn_basics.ipynb")
    for found in (result.tasks, checked.results):
        (task,) = (task for task in found if task.name == "rnn_step")
        told = " ".join(test.message for test in task.tests)
        assert f"starts other processes with `{name}`" in told, told
    assert {task.name: task.score for task in checked.results} == {
        task.name: task.score for task in result.tasks
    }
    assert not any("system calls" in note for note in result.integrity)
