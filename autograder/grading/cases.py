"""Runs single tests of a suite against our own code, without a pytest session for each.

Recording puts a thousand mutants through their tests; collecting the tests once, and calling them directly, is ten
times faster. A submission is never tested this way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import pytest

from autograder.grading.suite import Suite
from autograder.student.checking.draw import Draw, derive_seed
from autograder.student.checking.plugin import Plugin, Reference, collect, task_of
from autograder.student.checking.sketch import Sketch, sketch
from autograder.student.checking.student import Student

_FIXTURES = ("student", "reference", "draw", "spec")


@dataclass(frozen=True)
class Case:
    """One test, ready to be called."""

    name: str
    task: str
    function: Any
    fixtures: tuple[str, ...]
    parameters: dict[str, Any]
    is_grading_only: bool


@dataclass
class Outcome:
    """What became of one test: the exception it ended with, and a sketch of what was answered."""

    error: BaseException | None
    sketch: Sketch | None = None


@dataclass
class Cases:
    """The tests of an assignment, by task, collected once."""

    suite: Suite
    by_task: dict[str, list[Case]] = field(default_factory=dict)

    @classmethod
    def of(cls, suite: Suite) -> Cases:
        """Collects the tests of all tasks that are not measured."""
        tasks = [task.name for task in suite.tasks if not task.is_measured]
        plugin = Plugin(lambda _task: suite.reference, tasks, 0, spec=suite.spec, is_live=True)
        found = cls(suite, {task: [] for task in tasks})
        for item in collect(suite.files, plugin):
            found.by_task[task_of(item)].append(_case(item))
        return found

    def run(
        self,
        task: str,
        student: Student,
        seed: int,
        reference: Reference,
        nudge: float = 0.0,
        is_live: bool = True,
        among: Collection[str] | None = None,
        until_failure: bool = False,
    ) -> dict[str, Outcome]:
        """What becomes of every test of a task (`among` these only; up to the first that fails), by name."""
        self._begin(task, student)
        outcomes = {}
        for case in self.by_task[task]:
            if (is_live or not case.is_grading_only) and (among is None or case.name in among):
                outcomes[case.name] = self._run(case, student, seed, reference, nudge)
                if until_failure and outcomes[case.name].error is not None:
                    break
        return outcomes

    def _begin(self, task: str, student: Student) -> None:
        student.side_effects.clear()
        student.may_change = self.suite.spec.may_change.get(task, frozenset())

    def _run(self, case: Case, student: Student, seed: int, reference: Reference, nudge: float) -> Outcome:
        own_seed = derive_seed(seed, case.task, case.name)
        told = derive_seed(own_seed, "random state")
        student.begin(told)
        arguments: dict[str, Any] = dict(case.parameters)
        for fixture in case.fixtures:
            if fixture == "student":
                arguments[fixture] = student
            elif fixture == "draw":
                arguments[fixture] = Draw(own_seed, nudge)
            elif fixture == "spec":
                arguments[fixture] = self.suite.spec
            elif fixture == "reference":
                reference.begin_test(case.name)
                arguments[fixture] = reference.student()
                arguments[fixture].begin(told)
        try:
            case.function(**arguments)
        except Exception as error:  # whatever a mutant does, it is one outcome
            return Outcome(error, sketch(student.transcript) if any(student.transcript) else None)
        return Outcome(None)


def _case(item: pytest.Item) -> Case:
    assert isinstance(item, pytest.Function)
    parameters = dict(item.callspec.params) if hasattr(item, "callspec") else {}
    names = item._fixtureinfo.argnames
    unknown = set(names) - set(_FIXTURES) - parameters.keys()
    if unknown:
        raise ValueError(f"{item.name} uses the fixtures {sorted(unknown)}, which only a measured task may")
    return Case(
        name=item.name,
        task=task_of(item),
        function=item.obj,
        fixtures=tuple(name for name in names if name in _FIXTURES and name not in parameters),
        parameters=parameters,
        is_grading_only=item.get_closest_marker("grading_only") is not None,
    )
