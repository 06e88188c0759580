"""Lets pytest run a suite against a student: fixtures, markers, and one `TestResult` for every test.

Markers of a test:
    task(name)             the task it belongs to (required)
    hint(first, ...)       questions that help; the first is shown with a failure, the others on request
    supporting             counts only beside a test of the values that passes (see `core.results.share`)
    essential              if it fails, the task scores 0
    grading_only(reason)   left out at the desk, where the reference is replayed; for what no recording can tell
    last                   runs after the other tests of its task
"""

from __future__ import annotations

import contextlib
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy
import pytest
import torch

from autograder.student.checking import naming
from autograder.student.checking.draw import Draw, derive_seed
from autograder.student.checking.hints import questions, tells_a_mistake
from autograder.student.checking.naming import KnownMistake
from autograder.student.checking.sketch import Sketch, sketch
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Stopped,
    Student,
    StudentError,
)
from autograder.student.core.language import _
from autograder.student.core.results import TestOutcome, TestResult
from autograder.student.core.spec import Spec
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint, load_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS

MARKERS = (
    "task(name): the task this test belongs to",
    "hint(first, ...): questions that help",
    "supporting: counts only beside a test of the values that passes",
    "essential: if it fails, the task scores 0",
    "grading_only(reason): left out at the desk, where the reference is replayed",
    "last: runs after the other tests of its task",
)
RULES = Path(__file__).with_name("rules") / "test_rules.py"  # what every task is tested for, by its `spec.py`
NAME = "autograder"  # of the plugin, by which the rules find it
# Parts of pytest that our tests do without, and that take time whenever it begins.
_UNUSED = (
    *("assertion", "capture", "debugging", "doctest", "junitxml", "legacypath", "monkeypatch", "pastebin"),
    *("recwarn", "setuponly", "setupplan", "stepwise", "subtests", "tmpdir", "unittest"),
)
# Everything that would read the reader's own configuration, write files, or print.
_QUIET = [
    *(option for name in _UNUSED for option in ("-p", f"no:{name}")),
    *("-p", "no:cacheprovider", "-p", "no:terminal", "-p", "no:faulthandler", "-p", "no:logging"),
    *("-p", "no:warnings", "-p", "no:unraisableexception", "-p", "no:threadexception"),
    *("-c", os.devnull, "--noconftest", "--strict-markers"),
    *("-o", "python_files=*.py"),  # `_Only` says which
    "--import-mode=importlib",
]


class Reference(Protocol):
    """Where the reference answers from: live when grading, a recording at the desk."""

    def student(self) -> Student:
        """The reference under the interface of a student."""

    def begin_test(self, test: str) -> None:
        """Hears which test will ask next."""


class LiveReference:
    """The reference in the grader's own process.

    It leaves the random states as they are: where a mutant is tested it shares them, and what the mutant draws must not
    depend on what the reference was asked in between.
    """

    def __init__(self, student: Student) -> None:
        def ask(request: Any, callbacks: Mapping[int, Callable[..., Any]]) -> Any:
            with random_states_kept():
                return student._ask(request, callbacks)

        self._student = Student(ask)

    def student(self) -> Student:
        """The reference itself."""
        return self._student

    def begin_test(self, test: str) -> None:
        """It answers whoever asks."""


@dataclass
class Measured:
    """What a test has measured: the share of the points it is worth, what to say of it, and the numbers."""

    credit: float | None = None
    message: str = ""
    metrics: dict[str, float] = field(default_factory=dict)


class Plugin:
    """Runs the tests of some tasks of one assignment.

    `student_of(task)` returns the student's namespace for a task, and may raise `Stopped`. `reference_of(task)` is
    what tests compare with. `mistakes_of(task)` are the known mistakes as they were recorded at the public seed; give
    it with that seed only. With `is_secret` the inputs come from a seed that the student must not learn, so that a
    failed test says nothing but that it failed. Tests marked `grading_only` need `is_live`: a live reference.
    """

    def __init__(
        self,
        student_of: Callable[[str], Student],
        tasks: Sequence[str],
        seed: int,
        reference_of: Callable[[str], Reference] | None = None,
        mistakes_of: Callable[[str], Mapping[str, KnownMistake]] | None = None,
        spec: Spec | None = None,
        checkpoint_of: Callable[[], Checkpoint] | None = None,
        is_secret: bool = False,
        is_live: bool = False,
        nudge: float = 0.0,
    ) -> None:
        self.student_of = student_of
        self.tasks = list(tasks)
        self.seed = seed
        self.reference_of = reference_of
        self.mistakes_of = mistakes_of
        self.spec = spec or Spec()
        self.checkpoint_of = checkpoint_of
        self.is_secret = is_secret
        self.is_live = is_live
        self.nudge = nudge
        self.results: dict[str, list[TestResult]] = {task: [] for task in tasks}
        self.failed: dict[str, dict[str, Sketch]] = {task: {} for task in tasks}  # what was answered, by test

    def pytest_configure(self, config: pytest.Config) -> None:
        """Declares our markers, so that a misspelt one is an error."""
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keeps the tests of the wanted tasks, in the order of the notebook, what is essential first.

        After an endless loop the rest of a task is not run, and an essential test that did not run takes all points.
        """
        place = {task: index for index, task in enumerate(self.tasks)}
        items[:] = sorted(
            (item for item in items if task_of(item) in place and self._is_wanted(item)),
            key=lambda item: (
                place[task_of(item)],
                item.get_closest_marker("essential") is None,
                item.get_closest_marker("last") is not None,
            ),
        )

    def _is_wanted(self, item: pytest.Item) -> bool:
        return self.is_live or item.get_closest_marker("grading_only") is None

    @pytest.fixture
    def student(self, request: pytest.FixtureRequest) -> Student:
        """The student's namespace, its random states seeded for this test."""
        task = task_of(request.node)
        student = self.student_of(task)
        student.may_change = self.spec.may_change.get(task, frozenset())
        if not self.results[task]:
            student.side_effects.clear()
        student.begin(self.told_seed_of(request.node))
        return student

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> Student:
        """What the student's answers are compared with: the reference under the interface of a student."""
        assert self.reference_of is not None, "this run has no reference"
        found = self.reference_of(task_of(request.node))
        found.begin_test(request.node.name)
        reference = found.student()
        reference.begin(self.told_seed_of(request.node))
        return reference

    @pytest.fixture
    def draw(self, request: pytest.FixtureRequest) -> Draw:
        """A source of inputs, the same for every student of a run."""
        return Draw(self.seed_of(request.node), self.nudge)

    @pytest.fixture
    def checkpoint(self, request: pytest.FixtureRequest) -> Checkpoint:
        """The trained model that lies beside the notebook; a failure with its sentence if there is none to be read."""
        try:
            if self.checkpoint_of is not None:
                return self.checkpoint_of()
            # In the current folder of its kernel, under the name that its assignment gives it.
            return load_checkpoint(MEASURED_MODELS[request.path.parents[1].name].stem)
        except UnreadableCheckpoint as error:
            raise CheckFailed(str(error), Evidence.ELSEWHERE) from None

    @pytest.fixture
    def measured(self, request: pytest.FixtureRequest) -> Measured:
        """Where a test that measures says what it has found."""
        found = Measured()
        request.node.measured = found
        return found

    def seed_of(self, item: pytest.Item) -> int:
        """The test's own seed, derived from the run's."""
        return derive_seed(self.seed, task_of(item), item.name)

    def told_seed_of(self, item: pytest.Item) -> int:
        """The seed that the student's side is told: from it nobody finds the one that the inputs are drawn from."""
        return derive_seed(self.seed_of(item), "random state")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
        """Turns the end of a test into its `TestResult`.

        The report is our own, since pytest's holds a traceback with lines of source: nobody reads it here, and to find
        the lines takes three quarters of the time of a check where most tests fail.
        """
        if call.when == "call" or (call.when == "setup" and call.excinfo is not None):
            error = call.excinfo.value if call.excinfo else None
            self.results[task_of(item)].append(self._result(item, error))
            self._keep_sketch(item, error)
        return pytest.TestReport(
            nodeid=item.nodeid,
            location=item.location,
            keywords={},
            outcome="failed" if call.excinfo else "passed",
            longrepr=None,
            when=call.when,  # type: ignore[arg-type]  # never "collect", which has no item
            duration=call.duration,
            start=call.start,
            stop=call.stop,
        )

    def pytest_sessionfinish(self) -> None:
        """Names the known mistake behind each task's failures, when all of them are known."""
        for task, failed in self.failed.items():
            found = naming.name(self.mistakes_of(task), failed) if self.mistakes_of and failed else None
            if found is not None:
                self.results[task] = [
                    replace(test, mistake=found.id, hints=(_(found.hint), *test.hints))
                    if test.name in failed
                    else test
                    for test in self.results[task]
                ]

    def _result(self, item: pytest.Item, error: BaseException | None) -> TestResult:
        own = tuple(_(hint) for marker in item.iter_markers("hint") for hint in marker.args)
        measured = getattr(item, "measured", Measured())
        is_silent = self.is_secret and not isinstance(error, Stopped)
        return TestResult(
            name=item.name,
            title=_((getattr(item, "obj", None).__doc__ or item.name).strip().splitlines()[0]),
            outcome="passed" if error is None else _outcome(error),
            message=measured.message if error is None else "" if is_silent else _message(error),
            hints=() if error is None or is_silent else questions(error, own),
            supporting=item.get_closest_marker("supporting") is not None,
            essential=item.get_closest_marker("essential") is not None,
            credit=measured.credit,
            metrics=measured.metrics,
        )

    def _keep_sketch(self, item: pytest.Item, error: BaseException | None) -> None:
        """Keeps what was answered in a failed test, if anything was that a mistake can be recognised by."""
        student = getattr(item, "funcargs", {}).get("student")
        if self.is_secret or not tells_a_mistake(error):
            return
        if isinstance(student, Student) and any(student.transcript):
            self.failed[task_of(item)][item.name] = sketch(student.transcript)


@contextlib.contextmanager
def random_states_kept() -> Iterator[None]:
    """Python's, numpy's and torch's global random states are the same afterwards as before."""
    python, numbers = random.getstate(), numpy.random.get_state()
    with torch.random.fork_rng(devices=[]):
        try:
            yield
        finally:
            random.setstate(python)
            numpy.random.set_state(numbers)


def run_tests(files: Sequence[Path], plugin: Plugin) -> dict[str, list[TestResult]]:
    """Runs the tests in these files, and the rules, under the plugin; the results by task, in order.

    Its surroundings have no influence: no conftest, no ini file, no environment, no other plugin.
    """
    _run_pytest(files, plugin, [])
    return plugin.results


def collect(files: Sequence[Path], plugin: Plugin) -> list[pytest.Item]:
    """The tests that `run_tests` would run, in their order, none of them run."""
    listener = _Listener()
    _run_pytest(files, plugin, ["--collect-only"], listener)
    return listener.items


def _run_pytest(files: Sequence[Path], plugin: Plugin, options: Sequence[str], *others: object) -> None:
    wanted = [*files, RULES]
    # Pytest lists a folder anew for each file in it.
    folders = dict.fromkeys(str(file.parent) for file in wanted)
    with _environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTEST_ADDOPTS=None, PYTEST_PLUGINS=None):
        code = pytest.main(
            [*_QUIET, f"--confcutdir={wanted[0].parent}", *options, *folders],
            plugins=[_Named(plugin), _Only(wanted), *others],
        )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED):
        raise RuntimeError(f"the tests could not be run: pytest ended with {code!r}")


class _Named:
    """Registers the plugin under its name, by which the rules ask for it."""

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin

    def pytest_configure(self, config: pytest.Config) -> None:
        config.pluginmanager.register(self._plugin, NAME)


class _Only:
    """Shows pytest these files alone: it would look at whatever lies in the folders on the way to them."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._on_the_way = {path for file in files for path in (file, *file.parents)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_ignore_collect(self, collection_path: Path) -> bool:
        return collection_path not in self._on_the_way

    @pytest.hookimpl(tryfirst=True)
    def pytest_collect_directory(self, path: Path, parent: pytest.Collector) -> pytest.Collector:
        """A plain folder, also where it is a package: pytest would import each anew before every test of a task."""
        return pytest.Dir.from_parent(parent, path=path)


class _Listener:
    """Keeps what was collected."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


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


def _outcome(error: BaseException) -> TestOutcome:
    if isinstance(error, Stopped):
        return error.outcome
    if isinstance(error, CouldNotLook):
        return "not_run"
    return "failed" if isinstance(error, AssertionError) else "error"


def _message(error: BaseException) -> str:
    if isinstance(error, StudentError):
        return error.sentence()
    if isinstance(error, AssertionError):
        return _capitalised(str(error))
    return _("What your code returned could not be compared ({kind}).").format(kind=type(error).__name__)


def _capitalised(sentence: str) -> str:
    """The sentence with a capital, unless it begins with a name."""
    first = sentence.partition(" ")[0]
    is_word = first.isalpha() and first.islower() and len(first) != 1
    return sentence[0].upper() + sentence[1:] if is_word or first == "a" else sentence
