"""Grades jobs on an existing Dask cluster, a few per worker at a time; each job carries its files."""

from __future__ import annotations

import atexit
import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from autograder.grading.graded import Graded
from autograder.grading.jobs import CannotGrade, Finished, Job, PutOff, gave_up
from autograder.grading.turns import Turns
from autograder.grading.warm import answer
from autograder.student.core.language import _

_lock = threading.Lock()  # a Dask worker may run several threads, and pytest may not


@functools.cache
def _resources() -> ExitStack:
    """What this process, as a worker of the cluster, has to close at its end."""
    resources = ExitStack()
    atexit.register(resources.close)
    return resources


def _grade_on_worker(job: Job) -> Graded | CannotGrade | PutOff:
    with _lock:
        return answer(job, _resources())


def on_cluster(pending: Sequence[int], read: Callable[[int], Job], address: str) -> Iterator[Finished]:
    """Maps over the cluster at this address; `CannotGrade` if there is none."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise CannotGrade(
            _("Grading on a cluster needs the package distributed: pip install distributed")
        ) from None
    try:
        client = Client(address, timeout=30)
    except (OSError, ValueError) as error:
        raise CannotGrade(
            _("There is no Dask cluster at {address}: {reason}").format(address=address, reason=error)
        ) from None
    with client:
        turns = Turns(pending)
        sent: dict[Any, tuple[int, Job]] = {}

        def submit() -> Any:
            number, is_turn = turns.next()
            job = read(number)
            job = replace(job, is_turn=is_turn and not job.train)
            future = client.submit(_grade_on_worker, job, pure=False)
            sent[future.key] = number, job
            return future

        window = max(4, 2 * sum(client.nthreads().values()))
        futures = as_completed([submit() for _number in range(min(window, len(pending)))])
        for future in futures:
            number, job = sent.pop(future.key)
            graded = future.result() if future.status == "finished" else gave_up(job)
            if isinstance(graded, CannotGrade):
                raise graded
            if isinstance(graded, PutOff):
                turns.put_off(number)
            if turns:
                futures.add(submit())
            if not isinstance(graded, PutOff):
                yield number, job, graded
            future.release()
