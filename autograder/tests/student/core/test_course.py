"""The engine finds its assignments, and what they say of themselves, by looking beside the student's part."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autograder.assignments import sources
from autograder.student.checking.harness import LIBRARY
from autograder.student.core.course import assignment_names, doubles, spec_of
from autograder.student.core.spec import Spec


def test_every_assignment_has_a_spec() -> None:
    """Where a source notebook lies there is one, and the other way round."""
    assert assignment_names() == sources.assignment_names()
    assert all(isinstance(spec_of(name), Spec) for name in assignment_names())


def test_an_assignment_that_is_not_there_is_refused() -> None:
    """Whoever asks has a wrong name."""
    with pytest.raises(ModuleNotFoundError):
        spec_of("knitting")


@pytest.mark.parametrize("name", sources.assignment_names())
def test_a_spec_names_tasks_of_its_notebook(name: str) -> None:
    """A task that was renamed is renamed here too."""
    tasks = {task.name for task in sources.source_notebook(name).tasks()}
    assert {*spec_of(name).forbidden, *spec_of(name).may_change} <= tasks


def test_the_harness_can_build_every_double() -> None:
    """Each of those that the assignments bring, under its name."""
    assert doubles()
    assert doubles().items() <= LIBRARY.items()


def test_a_spec_is_read_without_torch() -> None:
    """A process that only waits for others reads the names of model files, and nothing heavy."""
    code = (
        "import sys; from autograder.student.models.measured_models import MEASURED_MODELS; "
        "print(len(MEASURED_MODELS), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["2", "False"]
