"""What a task of the second notebook forbids: the step is made by hand, not by an optimiser."""

import pytest

from autograder.assignments.rnn_basics.tests.test_rules import assert_nothing_forbidden
from autograder.assignments.rnn_language_model.spec import SPEC
from autograder.student.checking.student import Student


@pytest.mark.task("sgd_step_")
@pytest.mark.essential
@pytest.mark.hint(
    "What does an optimiser do with a parameter and its gradient? Can you write that line yourself?"
)
def test_nothing_forbidden_is_used(student: Student) -> None:
    """The step is made without an optimiser of the library."""
    assert_nothing_forbidden(student, "sgd_step_", SPEC.forbidden["sgd_step_"])
