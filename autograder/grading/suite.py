"""Holds everything that grades one assignment: its tasks, its tests, its reference, and the mistakes it can name."""

from __future__ import annotations

import linecache
import warnings
from collections.abc import Callable, Sequence
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import CodeType
from typing import Any

from autograder.assignments.sources import released_points, source_notebook
from autograder.grading.mistakes import Mistake, read_mistakes
from autograder.grading.remembering import RememberingReference
from autograder.student.checking.plugin import Plugin, run_tests
from autograder.student.checking.student import Student, live_student
from autograder.student.checking.suite import PUBLIC_SEED, files_of_assignment, known_mistakes, with_tests_of
from autograder.student.core.course import ASSIGNMENTS, spec_of
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook, Task
from autograder.student.core.results import TestResult
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint
from autograder.student.models.measured_models import MEASURED_MODELS


def no_checkpoint(assignment: str) -> Checkpoint:
    """Where no checkpoint was handed in; files in the current folder belong to nobody."""
    raise UnreadableCheckpoint(
        _(
            "No trained model was handed in: save yours with {call}, and hand in {files} with the notebook."
        ).format(
            call="`LiveTraining`",
            files=", ".join(f"`{name}`" for name in MEASURED_MODELS[assignment].files),
        )
    )


class Suite:
    """The tests of one assignment, ready to be run against any number of students."""

    def __init__(self, assignment: str, notebook: Notebook | None = None) -> None:
        self.assignment = assignment
        self.notebook = notebook or source_notebook(assignment)
        self.tasks: tuple[Task, ...] = self.notebook.tasks()
        self.spec = spec_of(assignment)
        # A class needs three: the public one, the secret one, and that of the final state.
        self._reference_at = lru_cache(maxsize=4)(lambda _seed: RememberingReference(self.reference))

    @property
    def files(self) -> list[Path]:
        """The test files, in the order of their names."""
        private = ASSIGNMENTS / self.assignment / "private" / "tests"
        return [*files_of_assignment(self.assignment), *sorted(private.glob("test_*.py"))]

    @cached_property
    def released_points(self) -> dict[str, float]:
        """The points of each task as students were given them, which the course may have changed since."""
        return released_points(self.assignment)

    @cached_property
    def reference(self) -> Student:
        """The solution notebook under the interface of a student."""
        return trusted_student([cell.source for cell in self.notebook.definitions()])

    def reference_at(self, seed: int) -> RememberingReference:
        """The reference for the tests of one seed; what it has answered is remembered for the last few seeds."""
        return self._reference_at(seed)

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The known mistakes of this assignment."""
        return read_mistakes(self.assignment)

    def run(
        self,
        student_of: Callable[[str], Student],
        seed: int,
        tasks: Sequence[str] | None = None,
        checkpoint_of: Callable[[], Checkpoint] | None = None,
    ) -> dict[str, list[TestResult]]:
        """Runs the tests of the given tasks (all, if none are given) against the live reference; results by task.

        With any seed but the public one, a failed test says nothing but that it failed: its message could hold inputs
        that nobody may learn. With the public seed it says everything, and names the mistake if it knows it.
        """
        is_public = seed == PUBLIC_SEED
        tested = [task.name for task in self.tasks] if tasks is None else tasks
        reference = self.reference_at(seed)
        plugin = Plugin(
            student_of=student_of,
            tasks=tested,
            seed=seed,
            reference_of=lambda _task: reference,
            mistakes_of=partial(known_mistakes, self.assignment) if is_public else None,
            spec=self.spec,
            checkpoint_of=checkpoint_of or partial(no_checkpoint, self.assignment),
            is_secret=not is_public,
            is_live=True,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return run_tests(with_tests_of(tested, self.files), plugin)


def trusted_student(sources: Sequence[str]) -> Student:
    """A student in this process, defined by code of our own: the reference, a mutant, never a submission."""
    return live_student(trusted_namespace(sources), sources)


def trusted_namespace(sources: Sequence[str]) -> dict[str, Any]:
    """What code of our own defines, by name."""
    namespace: dict[str, Any] = {"__name__": "__trusted__"}
    for number, source in enumerate(sources):
        name = f"<cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(_compiled(source, name), namespace)
    return namespace


@cache  # a thousand mutants of a solution have all cells but one in common
def _compiled(source: str, name: str) -> CodeType:
    return compile(source, name, "exec", dont_inherit=True)
