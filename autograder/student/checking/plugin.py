"""Lets pytest run our tests against a student: fixtures, markers, and one `TestResult` for every test.

Markers of a test:
    task(name)          the task it belongs to (required)
    hint(first, ...)    questions that help; the first is shown with a failure, the others on request
    supporting          counts only beside a test of the values that passes (see `course.results.share`)
    essential           if it fails, the task scores 0
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from autograder.student.checking.draw import Draw, derive_seed
from autograder.student.checking.student import CheckFailed, Stopped, Student, StudentError
from autograder.student.core.language import _
from autograder.student.core.results import TestResult
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint, load_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS

MARKERS = (
    "task(name): the task this test belongs to",
    "hint(first, ...): questions that help",
    "supporting: counts only beside a test of the values that passes",
    "essential: if it fails, the task scores 0",
)
# Everything that would read the reader's own configuration, write files, or print.
_QUIET = [
    *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:logging"),
    *("-p", "no:warnings", "-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("-c", os.devnull, "--noconftest", "--assert=plain", "--capture=no", "--strict-markers"),
    "--import-mode=importlib",
]


class KnownMistake(Protocol):
    """What a diagnosis finds: the mistake's id, and the question that fits it better than the test's own."""

    @property
    def id(self) -> str: ...

    @property
    def hint(self) -> str: ...


@dataclass
class Measured:
    """What a test has measured: the share of the points it is worth, what to say of it, and the numbers."""

    credit: float | None = None
    message: str = ""
    metrics: dict[str, float] = field(default_factory=dict)


class Plugin:
    """Runs the tests of some tasks.

    `student_of(task)` returns the student's namespace for a task, and may raise `Stopped`; `reference` is what
    hidden tests compare with; `diagnose(rerun, student)` names the known mistake behind a failure, where
    `rerun(student)` puts another namespace through the same test with the same inputs.
    """

    def __init__(
        self,
        student_of: Callable[[str], Student],
        tasks: Sequence[str],
        seed: int,
        reference: Student | None = None,
        diagnose: Callable[[str, Callable[[Student], None], Student], KnownMistake | None] | None = None,
        on_result: Callable[[str, TestResult], None] | None = None,
        checkpoint_of: Callable[[], Checkpoint] | None = None,
    ) -> None:
        self.student_of = student_of
        self.tasks = list(tasks)
        self.seed = seed
        self._reference = reference
        self.diagnose = diagnose
        self.on_result = on_result
        self.checkpoint_of = checkpoint_of
        self.results: dict[str, list[TestResult]] = {task: [] for task in tasks}

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declares our markers, so that a misspelt one is an error."""
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keeps the tests of the wanted tasks, in the order of the notebook, what is essential first.

        All public tests come before all hidden ones: the message of a public test may hold any text of the
        student's, and a task can leave a note of what it was called with for a later task. After an endless loop
        the rest of a task is not run, and an essential test that did not run takes all points.
        """
        place = {task: index for index, task in enumerate(self.tasks)}
        items[:] = sorted(
            (item for item in items if task_of(item) in place),
            key=lambda item: (
                _is_hidden(item),
                place[task_of(item)],
                item.get_closest_marker("essential") is None,
            ),
        )

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The student's namespace, its random states seeded for this test."""
        student = self.student_of(task_of(request.node))
        student.begin(self.told_seed_of(request.node))
        return student

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Student:
        """The reference implementation under the student's interface; hidden tests only."""
        assert self._reference is not None, "only hidden tests may use the reference"
        self._reference.begin(self.told_seed_of(request.node))
        return self._reference

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """A source of inputs, the same for every student of a run."""
        return Draw(self.seed_of(request.node))

    @pytest.fixture
    def checkpoint(self, request: pytest.FixtureRequest) -> Checkpoint:
        """The trained model that lies beside the notebook; a failure with its sentence if there is none to be read."""
        try:
            if self.checkpoint_of is not None:
                return self.checkpoint_of()
            # In the current folder of its kernel, under the name that its assignment gives it.
            return load_checkpoint(MEASURED_MODELS[request.path.parents[1].name].stem)
        except UnreadableCheckpoint as error:
            raise CheckFailed(str(error)) from None

    @pytest.fixture
    def measured(self, request: pytest.FixtureRequest) -> Measured:
        """Where a test that measures says what it has found."""
        request.node.measured = Measured()
        return request.node.measured

    def seed_of(self, item: pytest.Item) -> int:
        """The test's own seed, derived from the run's."""
        return derive_seed(self.seed, task_of(item), item.name)

    def told_seed_of(self, item: pytest.Item) -> int:
        """The seed that the student's side is told: from it nobody finds the one that the inputs are drawn from."""
        return derive_seed(self.seed_of(item), "random state")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
        """Turns the end of a test into its `TestResult`."""
        report = yield
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            result = self._result(item, call.excinfo.value if call.excinfo else None)
            self.results[task_of(item)].append(result)
            if self.on_result:
                self.on_result(task_of(item), result)
        return report

    def _result(self, item: pytest.Item, error: BaseException | None) -> TestResult:
        hidden = _is_hidden(item)
        hints = tuple(_(hint) for marker in item.iter_markers("hint") for hint in marker.args)
        mistake = None if error is None else self._mistake(item, error)
        if mistake is not None:
            hints = (_(mistake.hint), *hints)
        measured = getattr(item, "measured", Measured())
        return TestResult(
            name=item.name,
            title=_((getattr(item, "obj", None).__doc__ or item.name).strip().splitlines()[0]),
            hidden=hidden,
            outcome="passed" if error is None else _outcome(error),
            message=measured.message if error is None else _message(error, hidden),
            hints=() if error is None or _speaks_for_itself(error) else hints,
            mistake=None if mistake is None else mistake.id,
            supporting=item.get_closest_marker("supporting") is not None,
            essential=item.get_closest_marker("essential") is not None,
            credit=measured.credit,
            metrics=measured.metrics,
        )

    def _mistake(self, item: pytest.Item, error: BaseException) -> KnownMistake | None:
        if self.diagnose is None or not isinstance(error, CheckFailed) or isinstance(error, Stopped):
            return None
        if not isinstance(item, pytest.Function) or "student" not in item._fixtureinfo.argnames:
            return None
        if not set(item._fixtureinfo.argnames) <= item.funcargs.keys():
            return None  # an input could not be made, and the test has asked nothing
        arguments: dict[str, Any] = {name: item.funcargs[name] for name in item._fixtureinfo.argnames}

        def rerun(student: Student) -> None:
            student.begin(self.told_seed_of(item))
            fresh = {"student": student, "draw": Draw(self.seed_of(item))}
            item.obj(**{name: fresh.get(name, value) for name, value in arguments.items()})

        return self.diagnose(task_of(item), rerun, arguments["student"])


def run_tests(files: Sequence[Path], plugin: Plugin) -> dict[str, list[TestResult]]:
    """Runs the tests in these files under the plugin; the results by task, in order.

    Nothing of the place it is run from has a say: no conftest, no ini file, no environment, no other plugin.
    """
    with _environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=None, PYTEST_PLUGINS=None):
        code = pytest.main([*_QUIET, *map(str, files)], plugins=[plugin])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(f"the tests could not be run: pytest ended with {code!r}")
    return plugin.results


@contextlib.contextmanager
def _environment(**values: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    try:
        _set_environment(values)
        yield
    finally:
        _set_environment(before)


def _set_environment(values: dict[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def task_of(item: Any) -> str:
    """The task a test belongs to."""
    marker = item.get_closest_marker("task")
    return marker.args[0] if marker else ""


def _speaks_for_itself(error: BaseException) -> bool:
    """Whether a question about the values would miss the point: nothing was computed, or a name is misspelt."""
    if isinstance(error, StudentError):
        return error.is_unwritten or error.type_name in ("NameError", "ModuleNotFoundError")
    return isinstance(error, Stopped)


def _is_hidden(item: pytest.Item) -> bool:
    return "private" in item.path.parts


def _outcome(error: BaseException) -> Any:
    if isinstance(error, Stopped):
        return error.outcome
    return "failed" if isinstance(error, AssertionError) else "error"


def _message(error: BaseException, hidden: bool) -> str:
    if isinstance(error, StudentError):
        return error.sentence(hidden)
    if isinstance(error, AssertionError):
        return _capitalised(str(error))
    return _("What your code returned could not be compared ({kind}).").format(kind=type(error).__name__)


def _capitalised(sentence: str) -> str:
    """The sentence with a capital, if its first word is none of the names that student and test share."""
    opening = [
        "the",
        "a",
        "for",
        "in",
        "with",
        "after",
        "where",
        "no",
        "already",
        "gradients",
        "row",
        "argument",
    ]
    return sentence[0].upper() + sentence[1:] if sentence.partition(" ")[0] in opening else sentence
