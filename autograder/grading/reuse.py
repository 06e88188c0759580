"""Decides which results of an earlier run a submission keeps when some of its tasks have got other tests.

A kept result has a key with two parts. The common part (`jobs.Job.key`) is everything that concerns all tasks: bytes
and files of the submission, seed, limits, versions, language, the course's notebooks, texts and thresholds, and our own
code. The other part is one hash a task (`task_keys`): its tests, its row of the spec, its recorded mistakes. If the
common part is another one, all is graded anew. If only hashes of tasks are, the cells are run once more, these tasks
are tested, and the others keep what their tests said. All that speaks of several tasks at once is made anew from the
results of single tasks: advice where to start, totals, metrics, notes, similar submissions, pages.

This gives what grading in full would give because a task is tested in a fork of its own, with inputs from a seed of its
own. Where something might pass from one task to another nothing is taken over: a program that was ended, ran out of
time, or was refused a system call (which is told once for all tasks); cells that end differently from the earlier run;
a model that is trained while grading. What remains is a submission whose tasks leave notes for each other in files: no
mark rests on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from autograder.grading.graded import Earlier, Outcome
from autograder.student.core.results import TaskResult

_ENDED = frozenset({"crashed", "timeout"})


def kept_tasks(earlier: Earlier | None) -> Mapping[str, TaskResult]:
    """The results that need not be made again, by task, as they were before any advice; none if all is to be graded."""
    if earlier is None:
        return {}
    tested = earlier.graded.tested
    kept = {task.name: task for task in tested.tasks if task.name not in earlier.stale}
    is_sound = tested.has_taken_away and not tested.refusals and not _has_ended(tested.tasks)
    has_faults = any(test.outcome == "error" for task in kept.values() for test in task.tests)
    return kept if is_sound and not has_faults else {}


def holds(earlier: Earlier, outcomes: Sequence[Outcome], tasks: Iterable[TaskResult]) -> bool:
    """Whether the program ran as it did in the earlier run, and nothing has ended it since."""
    before = [(outcome.status, outcome.error) for outcome in earlier.graded.outcomes]
    now = [(outcome.status, outcome.error) for outcome in outcomes]
    return before == now and not _ENDED & {outcome.status for outcome in outcomes} and not _has_ended(tasks)


def _has_ended(tasks: Iterable[TaskResult]) -> bool:
    return any(test.outcome in _ENDED for task in tasks for test in task.tests)
