"""Our pytest run: fixtures, markers, results, and nothing of the place it is run from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.grading.mistakes import Mistake
from autograder.student.checking.draw import Draw
from autograder.student.checking.plugin import Plugin, run_tests
from autograder.student.checking.student import Stopped, live_student

TESTS = '''
import pytest
from autograder.student.checking.comparing import assert_equal

@pytest.mark.task("double")
@pytest.mark.hint("Twice what?", "How many times?")
def test_doubles(student, draw):
    """Doubles any number."""
    x = draw.normal(3)
    assert_equal(student.double(x), 2 * x)

@pytest.mark.task("double")
@pytest.mark.supporting
def test_shape(student, draw):
    """Keeps the shape."""
    assert student.double(draw.normal(3)).shape == (3,), "the shape changed"

@pytest.mark.task("first")
def test_unpacks(student):
    """Gives two parts."""
    a, b = student.first()
'''


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    path = tmp_path / "test_double.py"
    path.write_text(TESTS, encoding="utf-8")
    return path


def run(tests: Path, namespace: dict, tasks=("double",), **options):
    student = live_student(namespace)
    return run_tests([tests], Plugin(lambda _task: student, tasks, seed=1, **options))


def test_the_inputs_cannot_be_drawn_by_the_student(tests: Path) -> None:
    """She can ask for the seed of her random state; it is not that of the inputs."""
    foreseen = []

    def double(x: torch.Tensor) -> torch.Tensor:
        foreseen.append(torch.equal(x, Draw(torch.initial_seed()).normal(3)))
        return 2 * x

    run(tests, {"double": double})
    assert foreseen == [False, False]


def test_results_have_title_message_and_hints(tests: Path) -> None:
    """Green ones need no words, red ones have them."""
    right, shape = run(tests, {"double": lambda x: 2 * x})["double"]
    assert (right.outcome, right.title, right.message, right.hints) == (
        "passed",
        "Doubles any number.",
        "",
        (),
    )
    assert shape.supporting
    wrong, _shape = run(tests, {"double": lambda x: 3 * x})["double"]
    assert wrong.outcome == "failed"
    assert wrong.message.startswith("The result[0] is")
    assert wrong.hints == ("Twice what?", "How many times?")


def test_tasks_run_in_the_order_asked_for(tests: Path) -> None:
    """The order of the notebook, not of the files; other tasks are left out."""
    seen: list[str] = []
    run(tests, {"double": abs}, ("first", "double"), on_result=lambda task, _result: seen.append(task))
    assert seen == ["first", "double", "double"]
    assert list(run(tests, {"double": abs}, ("double",))) == ["double"]


def test_inputs_depend_on_the_seed_alone(tests: Path) -> None:
    """The same for every student of a run, other ones in another run."""

    def inputs(seed: int) -> list[torch.Tensor]:
        seen: list[torch.Tensor] = []
        student = live_student({"double": lambda x: seen.append(x) or 2 * x})
        run_tests([tests], Plugin(lambda _task: student, ["double"], seed))
        return seen

    assert torch.equal(inputs(1)[0], inputs(1)[0])
    assert not torch.equal(inputs(1)[0], inputs(2)[0])
    assert not torch.equal(inputs(1)[0], inputs(1)[1])


def test_an_error_of_the_test_is_no_verdict_on_the_student(tests: Path) -> None:
    """It is told apart from a failure, and told to the instructor."""
    (result,) = run(tests, {"first": lambda: 3}, ("first",))["first"]
    assert result.outcome == "error"
    assert "TypeError" in result.message


def test_a_student_who_was_stopped_fails_with_that_outcome(tests: Path) -> None:
    """A time limit is a time limit, in every test of the task."""

    def stopped(_task):
        raise Stopped("timeout", "It took too long.")

    results = run_tests([tests], Plugin(stopped, ["double"], 1))["double"]
    assert [result.outcome for result in results] == ["timeout", "timeout"]
    assert results[0].message == "It took too long."


def test_a_failure_is_diagnosed_by_putting_others_through_the_same_test(tests: Path) -> None:
    """The same inputs, the same test, another namespace."""

    def diagnose(task, rerun, student):
        triple = live_student({"double": lambda x: 3 * x})
        with pytest.raises(AssertionError):
            rerun(triple)
        same = torch.equal(triple.transcript[-1]["result"], student.transcript[-1]["result"])
        return Mistake("X1", task, "three times", "Twice or thrice?") if same else None

    wrong, shape = run(tests, {"double": lambda x: 3 * x}, diagnose=diagnose)["double"]
    assert (wrong.mistake, shape.mistake) == ("X1", None)
    assert wrong.hints == ("Twice or thrice?", "Twice what?", "How many times?")
    assert run(tests, {"double": lambda x: 4 * x}, diagnose=diagnose)["double"][0].mistake is None


def test_a_task_not_written_yet_gets_no_question_about_its_values(tests: Path) -> None:
    """The words “not written yet” say it all."""

    def unwritten(x):
        raise NotImplementedError

    for namespace in ({}, {"double": unwritten}):
        result, _shape = run(tests, namespace)["double"]
        assert (result.outcome, result.hints) == ("failed", ())


def test_nothing_beside_the_tests_has_a_say(tests: Path, monkeypatch) -> None:
    """conftest.py, pytest.ini and PYTEST_ADDOPTS of a submission or a reader change nothing."""
    folder = tests.parent
    (folder / "conftest.py").write_text("raise RuntimeError('conftest was read')", encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n", encoding="utf-8")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.chdir(folder)
    assert [result.outcome for result in run(tests, {"double": lambda x: 2 * x})["double"]] == [
        "passed",
        "passed",
    ]
