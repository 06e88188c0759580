"""What some tasks of the first notebook forbid: a task is solved without the library it is about."""

import pytest

from autograder.assignments.rnn_basics.spec import SPEC
from autograder.student.checking.forbidden import find_forbidden
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _
from autograder.student.core.spec import Rule

TASKS = (
    "rnn_step",
    "rnn_forward",
    "rnn_backward",
    "CharRNN",
    "lstm_step",
    "gru_step",
    "gru_step_lecture",
    "clip_gradients_",
)


def assert_nothing_forbidden(student: Student, task: str, rule: Rule) -> None:
    """Raises `CheckFailed` with name and line if the definition of a task reaches what it must do without."""
    found = find_forbidden(student.sources, task, rule)
    if found is not None:
        lines = student.sources[found.cell].splitlines()
        raise CheckFailed(
            _(
                "`{name}` in line {line} of its cell (`{code}`) is not allowed in `{task}`, nor in what it uses."
            ).format(name=found.name, line=found.line, code=lines[found.line - 1].strip()[:80], task=task)
        )


@pytest.mark.essential
@pytest.mark.hint(
    "Which equation does the library's function stand for? Can you write that equation yourself?",
    "Which of your own earlier functions could do this step?",
)
@pytest.mark.parametrize(
    ("task", "rule"),
    [pytest.param(task, SPEC.forbidden[task], marks=pytest.mark.task(task), id=task) for task in TASKS],
)
def test_nothing_forbidden_is_used(student: Student, task: str, rule: Rule) -> None:
    """The task is solved without the library function it is about."""
    assert_nothing_forbidden(student, task, rule)
