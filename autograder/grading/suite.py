"""All that grades one assignment: its tasks, its tests, its reference, and the mistakes it can name."""

from __future__ import annotations

import contextlib
import linecache
import warnings
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from autograder.assignments.sources import source_notebook
from autograder.grading.diagnose import Following, equal_answers
from autograder.grading.mistakes import Mistake, mutate, read_mistakes
from autograder.student.checking.plugin import Plugin, run_tests
from autograder.student.checking.student import Student, live_student
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook, Task
from autograder.student.core.results import TestResult
from autograder.student.models.checkpoints import Checkpoint, UnreadableCheckpoint
from autograder.student.models.measured_models import MEASURED_MODELS

ASSIGNMENTS = Path(__file__).resolve().parents[1] / "assignments"


def no_checkpoint(assignment: str) -> Checkpoint:
    """Where no checkpoint was handed in: what lies in the current folder is nobody's."""
    raise UnreadableCheckpoint(
        _(
            "No trained model was handed in: save yours with {call}, and hand in {files} with the notebook."
        ).format(
            call="`save_checkpoint`",
            files=", ".join(f"`{name}`" for name in MEASURED_MODELS[assignment].files),
        )
    )


class Suite:
    """The tests of one assignment, ready to be run against any number of students."""

    def __init__(self, assignment: str, notebook: Notebook | None = None) -> None:
        self.assignment = assignment
        self.notebook = notebook or source_notebook(assignment)
        self.tasks: tuple[Task, ...] = self.notebook.tasks()
        self._mutants: dict[str, Student] = {}

    @property
    def files(self) -> list[Path]:
        """The public and the hidden test files, in the order of their names."""
        folder = ASSIGNMENTS / self.assignment
        folders = (folder / "tests", folder / "private" / "tests")
        return [path for folder in folders for path in sorted(folder.glob("test_*.py"))]

    @cached_property
    def reference(self) -> Student:
        """The solution notebook under the interface of a student."""
        return trusted_student([cell.source for cell in self.notebook.definitions()])

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """The known mistakes of this assignment."""
        return read_mistakes(self.assignment)

    def run(
        self,
        student_of: Callable[[str], Student],
        seed: int,
        tasks: Sequence[str] | None = None,
        diagnose: bool = True,
        on_result: Callable[[str, TestResult], None] | None = None,
        checkpoint_of: Callable[[], Checkpoint] | None = None,
    ) -> dict[str, list[TestResult]]:
        """Runs every test of the given tasks (all, if none are given); results by task, in order."""
        self._mutants.clear()  # what one keeps from another submission would have a say in what this one is called
        plugin = Plugin(
            student_of=student_of,
            tasks=[task.name for task in self.tasks] if tasks is None else tasks,
            seed=seed,
            reference=self.reference,
            diagnose=self._diagnose if diagnose else None,
            on_result=on_result,
            checkpoint_of=checkpoint_of or partial(no_checkpoint, self.assignment),
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # mutants do what PyTorch warns of
            return run_tests(self.files, plugin)

    def mutant(self, mistake: Mistake) -> Student:
        """The reference with this mistake in it, under the interface of a student; made once a run."""
        if mistake.id not in self._mutants:
            self._mutants[mistake.id] = trusted_student(mutate(self.notebook, mistake))
        return self._mutants[mistake.id]

    def _diagnose(self, task: str, rerun: Callable[[Student], None], student: Student) -> Mistake | None:
        """The first known mistake that answers this test exactly as the student did."""
        if not any(student.transcript):
            return None  # the test only read the sources: nothing was answered that could be recognised
        for mistake in self.mistakes:
            if mistake.task != task:
                continue
            mutant = self.mutant(mistake)
            mutant.transcript = Following(student.transcript)
            with contextlib.suppress(Exception):  # a mutant may fail in any way; only its answers count
                rerun(mutant)
            if equal_answers(mutant.transcript, student.transcript):
                return mistake
        return None


def trusted_student(sources: Sequence[str]) -> Student:
    """A student in this process, defined by code of our own: the reference, a mutant, never a submission."""
    return live_student(trusted_namespace(sources), sources)


def trusted_namespace(sources: Sequence[str]) -> dict[str, Any]:
    """What code of our own defines, by name."""
    namespace: dict[str, Any] = {"__name__": "__trusted__"}
    for number, source in enumerate(sources):
        name = f"<cell {number}>"
        linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
        exec(compile(source, name, "exec"), namespace)
    return namespace
