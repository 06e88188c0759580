"""Grades one job with servers and suites that stay warm in this process."""

from __future__ import annotations

import functools
import gc
from contextlib import ExitStack
from typing import TYPE_CHECKING

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.graded import Graded, ungradable
from autograder.grading.intake import take_in
from autograder.grading.jobs import CannotGrade, Job, PutOff
from autograder.grading.read import Intake, Unreadable
from autograder.sandbox import compiler
from autograder.sandbox.errors import SandboxUnavailable, TurnOver
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook

if TYPE_CHECKING:
    from autograder.grading.suite import Suite
    from autograder.sandbox import Isolation, Server

# What this process has warm.
_bench: dict[Isolation | None, tuple[Server, dict[str, Suite]]] = {}
_training: dict[Isolation | None, Server] = {}


def answer(job: Job, resources: ExitStack) -> Graded | CannotGrade | PutOff:
    """The result of a job; a fault of our own is the instructor's to see, and stops nobody else."""
    try:
        taken = take_in(job.submission, _sources())  # what cannot be graded by what it is starts nothing
        return _graded(job, taken, resources)
    except Unreadable as error:
        return ungradable(job.submission, str(error))
    except TurnOver:
        return PutOff()
    except Exception as error:
        reason = _("The grader itself failed ({kind}: {message}). A person has to look at it.").format(
            kind=type(error).__name__, message=error
        )
        return ungradable(job.submission, reason, is_final=False)


def _graded(job: Job, taken: tuple[Intake, str], resources: ExitStack) -> Graded | CannotGrade:
    try:
        if job.isolation not in _bench:
            _bench[job.isolation] = _warmed_up(job.isolation, resources)
        from autograder.grading.run import grade

        server, suites = _bench[job.isolation]
        trainer = _trainer(job, resources) if job.train else None
        return grade(job.submission, suites, server, job.seed, trainer, job.is_turn, job.earlier, taken)
    except SandboxUnavailable as error:
        return CannotGrade(str(error))


def _warmed_up(isolation: Isolation | None, resources: ExitStack) -> tuple[Server, dict[str, Suite]]:
    gc.disable()  # what is being loaded stays: to look through it again and again takes a fifth of the time
    try:
        # These load torch, which takes seconds.
        from autograder.grading.run import load_suites
        from autograder.grading.staging import grading_server

        compiler.put_off()
        server = resources.enter_context(grading_server(isolation))
        suites = load_suites(assignment_names())
        gc.freeze()
        return server, suites
    finally:
        gc.enable()


@functools.cache
def _sources() -> dict[str, Notebook]:
    return {name: source_notebook(name) for name in assignment_names()}


def _trainer(job: Job, resources: ExitStack) -> Server:
    from autograder.grading.staging import training_server

    if job.isolation not in _training:
        _training[job.isolation] = resources.enter_context(training_server(job.isolation))
    return _training[job.isolation]
