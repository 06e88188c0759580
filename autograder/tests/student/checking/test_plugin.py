"""Our pytest run: fixtures, markers, results, and nothing of the place it is run from."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from autograder.student.checking.draw import Draw
from autograder.student.checking.naming import KnownMistake, Trace
from autograder.student.checking.plugin import Plugin, collect, run_tests, task_of
from autograder.student.checking.student import Stopped, live_student
from autograder.student.core.spec import Spec

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
    right, shape, _rules = run(tests, {"double": lambda x: 2 * x})["double"]
    assert (right.outcome, right.title, right.message, right.hints) == (
        "passed",
        "Doubles any number.",
        "",
        (),
    )
    assert shape.supporting
    wrong, _shape, _rules = run(tests, {"double": lambda x: 3 * x})["double"]
    assert wrong.outcome == "failed"
    assert wrong.message.startswith("The result[0] is")
    assert wrong.hints == ("Twice what?", "How many times?")


def test_tasks_run_in_the_order_asked_for(tests: Path) -> None:
    """The order of the notebook, not of the files; other tasks are left out."""
    items = collect([tests], Plugin(lambda _task: live_student({}), ("first", "double"), seed=1))
    assert [task_of(item) for item in items] == ["first", "first", "double", "double", "double"]
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
    result, _rules = run(tests, {"first": lambda: 3}, ("first",))["first"]
    assert result.outcome == "error"
    assert "TypeError" in result.message


def test_a_student_who_was_stopped_fails_with_that_outcome(tests: Path) -> None:
    """A time limit is a time limit, in every test of the task."""

    def stopped(_task):
        raise Stopped("timeout", "It took too long.")

    results = run_tests([tests], Plugin(stopped, ["double"], 1))["double"]
    assert [result.outcome for result in results] == ["timeout"] * 3
    assert results[0].message == "It took too long."


def test_a_known_mistake_is_named_by_what_it_answers(tests: Path) -> None:
    """Its question comes before those of the test; another wrong answer is not named."""

    def failed_by(function) -> Plugin:
        student = live_student({"double": function})
        plugin = Plugin(lambda _task: student, ["double"], seed=1)
        run_tests([tests], plugin)
        return plugin

    seen = failed_by(lambda x: 3 * x).failed["double"]
    known = {
        "X1": KnownMistake("X1", "Twice or thrice?", {test: Trace(found) for test, found in seen.items()})
    }
    wrong, shape, _rules = run(tests, {"double": lambda x: x + x + x}, mistakes_of=lambda _task: known)[
        "double"
    ]
    assert (wrong.mistake, shape.mistake) == ("X1", None)
    assert wrong.hints == ("Twice or thrice?", "Twice what?", "How many times?")
    other = run(tests, {"double": lambda x: 4 * x}, mistakes_of=lambda _task: known)["double"][0]
    assert other.mistake is None


def test_with_secret_inputs_a_failed_test_says_nothing(tests: Path) -> None:
    """Its message would hold the inputs."""
    wrong, *_others = run(tests, {"double": lambda x: 3 * x}, is_secret=True)["double"]
    assert (wrong.outcome, wrong.message, wrong.hints, wrong.mistake) == ("failed", "", (), None)


def test_what_a_call_changes_besides_fails_a_test_of_its_own(tests: Path) -> None:
    """The values are right, so only that promise is broken; a task may be allowed to change something."""

    def double(x: torch.Tensor) -> torch.Tensor:
        return x.mul_(2).clone()

    *values, rules = run(tests, {"double": double})["double"]
    assert [result.outcome for result in values] == ["passed", "passed"]
    assert (rules.outcome, rules.message) == ("failed", "`double` changed the values of argument 1.")
    spec = Spec(may_change={"double": frozenset({"values"})})
    assert run(tests, {"double": double}, spec=spec)["double"][-1].outcome == "passed"


def test_a_test_for_grading_only_is_left_out_at_the_desk(tests: Path) -> None:
    """There the reference is a recording."""
    text = tests.read_text(encoding="utf-8").replace(
        "@pytest.mark.supporting", '@pytest.mark.grading_only("no recording can tell")'
    )
    tests.write_text(text, encoding="utf-8")
    names = [result.name for result in run(tests, {"double": lambda x: 2 * x})["double"]]
    assert names == ["test_doubles", "test_nothing_else_changes[double]"]
    live = run(tests, {"double": lambda x: 2 * x}, is_live=True)["double"]
    assert len(live) == 3


def test_a_task_not_written_yet_gets_no_question_about_its_values(tests: Path) -> None:
    """The words “not written yet” say it all."""

    def unwritten(x):
        raise NotImplementedError

    for namespace in ({}, {"double": unwritten}):
        result, *_others = run(tests, namespace)["double"]
        assert (result.outcome, result.hints) == ("failed", ())


def test_nothing_beside_the_tests_has_a_say(tests: Path, monkeypatch) -> None:
    """conftest.py, pytest.ini and PYTEST_ADDOPTS of a submission or a reader change nothing."""
    folder = tests.parent
    (folder / "conftest.py").write_text("raise RuntimeError('conftest was read')", encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n", encoding="utf-8")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.chdir(folder)
    results = run(tests, {"double": lambda x: 2 * x})["double"]
    assert [result.outcome for result in results] == ["passed"] * 3
