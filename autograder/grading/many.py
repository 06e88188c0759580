"""Grades many submissions: a process each with a warm server, results on disk as they come, none lost with another.

A submission is the unit of work, a pure function from bytes and a seed. What is finished stays in a cache beside
the results, where no worker can write, so that an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import multiprocessing
import os
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.find import Found, Refused, distinct
from autograder.grading.graded import (
    DATA,
    TRAINING_CPU_SECONDS,
    Graded,
    Submission,
    fingerprint,
    hash_of,
    hash_of_notebook,
    ungradable,
)
from autograder.grading.names import safe_name
from autograder.grading.read import Unreadable, read_submission
from autograder.grading.similarity import flag_copies
from autograder.student.core.language import _
from autograder.student.core.results import Result

if TYPE_CHECKING:
    from autograder.grading.suite import Suite
    from autograder.sandbox import Isolation, Server

RESULTS = "results"
CACHE = "cache"
RUN = "run.json"
# Far beyond what all limits of a submission add up to for honest work: past it the grader itself hangs.
MAX_SECONDS = 3600.0
MAX_TRAINING_SECONDS = 4.0 * TRAINING_CPU_SECONDS  # on top, since on a busy machine CPU time takes its time
_LOOK_SECONDS = 5.0  # how often it is looked whether one hangs

OnResult = Callable[[Graded], None]


@dataclass(frozen=True)
class Job:
    """One submission and all that has a say in its mark; the same everywhere, so that it can be sent anywhere."""

    submission: Submission
    seed: int
    isolation: Isolation | None = None
    train: bool = False  # run the training cells where a checkpoint is wanted and none was handed in

    @property
    def key(self) -> str:
        """A hash of everything that has a say in the result: what is finished under it need not be done again."""
        submission = self.submission
        files = [[name, hashlib.sha256(data).hexdigest()] for name, data in sorted(submission.files.items())]
        parts = [
            *(hashlib.sha256(submission.data).hexdigest(), submission.student, submission.file_name),
            *(submission.assignment, files, submission.notes, self.seed, self.isolation, self.train),
            *(fingerprint(), _sources_hash(), _data_hash()),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def run_seed(out: Path, seed: int | None = None) -> int:
    """The seed of the run in this folder: as given, else as it was, else drawn once and kept.

    It stays out of every student's page: who knows it knows the inputs of the hidden tests.
    """
    path = out / RUN
    if seed is None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            seed = int(json.loads(path.read_text(encoding="utf-8"))["seed"])
    if seed is None:
        # Student code is told seeds that are derived from it: it must be too large to be found by trying, and fit
        # into a number of JavaScript's.
        seed = secrets.randbelow(2**53)
    write_atomically(path, json.dumps({"seed": seed}) + "\n")
    return seed


def label(found: Sequence[Found], assignment: str = "") -> list[Found]:
    """The submissions with labels of their own: one student's second go at the same assignment gets a number."""
    times = Counter(each.student.casefold() for each in found)

    def assignment_of(each: Found) -> str:
        # Only where it matters: reading a thousand notebooks twice would take a while.
        is_only_one = times[each.student.casefold()] == 1
        return assignment if assignment or is_only_one else _recognised(each)

    return distinct(found, [assignment_of(each) for each in found])


def _recognised(found: Found) -> str:
    from autograder.grading.repair import recognise

    try:
        notebook = read_submission(found.read()).notebook
    except (Refused, Unreadable):
        return found.assignment
    return recognise(notebook, {name: source_notebook(name) for name in assignment_names()}) or ""


def grade_all(
    found: Sequence[Found],
    out: Path,
    seed: int,
    jobs: int = 1,
    assignment: str = "",
    isolation: Isolation | None = None,
    cluster: str = "",
    on_result: OnResult = lambda graded: None,
    train: bool = False,
    graders: Graders | None = None,
) -> list[Result]:
    """Grades all submissions; each result is written and reported as soon as it is there. In the order of `found`.

    In the end checkpoints are compared with each other, and results that share one say so. With `graders` it is
    these processes that grade, and they stay warm. `CannotGrade` if nothing can be graded here.
    """
    results: dict[int, Result] = {}

    def job_of(each: Found) -> Job:
        files, notes = each.read_files()
        name = assignment or each.assignment
        return Job(
            Submission(each.student, each.read(), each.file_name, name, files, notes), seed, isolation, train
        )

    def finish(number: int, graded: Graded) -> None:
        write_result(out, graded.result)
        results[number] = graded.result
        on_result(graded)

    pending: list[int] = []
    for number, each in enumerate(found):
        try:
            graded = _remembered(out, job_of(each))
        except Refused as error:
            empty = Submission(each.student, b"", each.file_name, assignment or each.assignment)
            graded = ungradable(empty, str(error))
        if graded is None:
            pending.append(number)
        else:
            finish(number, graded)

    def read(number: int) -> Job:
        try:
            return job_of(found[number])
        except Refused:  # it was there a moment ago; an empty file is refused in its own words
            return Job(Submission(found[number].student, b"", found[number].file_name), seed, isolation)

    with ExitStack() as resources:
        graders = graders or resources.enter_context(Graders())
        ways = _on_cluster(pending, read, cluster) if cluster else graders.map(pending, read, jobs)
        for number, job, graded in ways:
            if graded.is_final:
                _remember(out, job, graded)
            finish(number, graded)
    in_order = [results[number] for number in range(len(found))]
    flagged = flag_copies(in_order)
    for before, after in zip(in_order, flagged, strict=True):
        if after != before:
            write_result(out, after)
    return flagged


def _remembered(out: Path, job: Job) -> Graded | None:
    """What came of this very job before; None if it was not finished."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = json.loads(_cache_path(out, job).read_text(encoding="utf-8"))
        if document["key"] == job.key:
            return Graded.from_json(document["graded"])
    return None


def _remember(out: Path, job: Job, graded: Graded) -> None:
    write_atomically(_cache_path(out, job), json.dumps({"key": job.key, "graded": graded.to_json()}))


def _cache_path(out: Path, job: Job) -> Path:
    submission = job.submission
    return out / CACHE / f"{safe_name(f'{submission.student}.{submission.file_name}')}.json"


def result_path(out: Path, result: Result) -> Path:
    """Where a result lies in a run's folder."""
    return out / RESULTS / f"{safe_name(result.student)}.{safe_name(result.assignment or 'unknown')}.json"


def write_result(out: Path, result: Result) -> Path:
    """Writes one result where `result_path` says; nobody ever sees half of it."""
    path = result_path(out, result)
    write_atomically(path, result.to_json())
    return path


def write_atomically(path: Path, text: str) -> None:
    """Writes a file that is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


@functools.cache
def _sources_hash() -> str:
    """One hash of all source notebooks: they are reference, points and stubs in one."""
    return " ".join(hash_of_notebook(source_notebook(name)) for name in assignment_names())


@functools.cache
def _data_hash() -> str:
    """One hash of the texts a model is scored on, and of the thresholds its mark depends on."""
    return hash_of(sorted([*DATA.glob("*.json"), *DATA.glob("prepared/**/*.txt")]))


def forget_our_files() -> None:
    """Has the hashes taken anew: for a process that goes on while solutions, tests or data are edited."""
    for hashed in (fingerprint, _sources_hash, _data_hash):
        hashed.cache_clear()


# On this machine


class CannotGrade(Exception):
    """Nothing can be graded here; the sentence says why, and what to do."""


# What is finished: its number, the job, what came of it.
Finished = tuple[int, Job, Graded]


@dataclass
class _Grader:
    """A process with a warm server, and what it is busy with."""

    process: multiprocessing.process.BaseProcess
    connection: Connection
    number: int = -1
    job: Job | None = None
    since: float = 0.0

    def give(self, number: int, job: Job) -> None:
        self.number, self.job, self.since = number, job, time.monotonic()
        with suppress(OSError):  # it has died; the end of its connection tells
            self.connection.send(job)

    def take(self) -> tuple[int, Job, Graded | None]:
        """Its job and what came of it; None if it has died over it."""
        assert self.job is not None
        number, job, self.job = self.number, self.job, None
        try:
            answer = self.connection.recv()
        except (EOFError, OSError):
            return number, job, None
        if isinstance(answer, CannotGrade):
            raise answer
        return number, job, answer

    def stop(self) -> None:
        """Ends it: an idle one by itself, a busy one by a signal, one that hangs by force."""
        self.connection.close()
        if self.job is not None:
            self.process.terminate()
        self.process.join(timeout=5)
        self.process.kill()
        self.process.join()


class Graders:
    """Processes with a warm server each, kept from one use to the next until they are closed."""

    def __init__(self) -> None:
        self._graders: list[_Grader] = []

    def __enter__(self) -> Graders:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends all processes."""
        self._stop(self._graders)

    def map(self, pending: Sequence[int], read: Callable[[int], Job], jobs: int) -> Iterator[Finished]:
        """Maps over `jobs` processes. One that dies is replaced; what it was busy with is tried once more, alone."""
        waiting: deque[int] = deque(pending)
        suspects: deque[int] = deque()
        second_try: set[int] = set()
        try:
            while waiting or suspects or any(grader.job for grader in self._graders):
                queue, limit = (waiting, max(1, jobs)) if waiting else (suspects, 1)
                while queue and sum(grader.job is not None for grader in self._graders) < limit:
                    number = queue.popleft()
                    self._idle().give(number, read(number))
                for grader in _that_answered(self._graders):
                    number, job, graded = grader.take()
                    if graded is not None:
                        yield number, job, graded
                        continue
                    self._stop([grader])
                    if number in second_try:
                        yield number, job, _gave_up(job)
                    else:
                        second_try.add(number)
                        suspects.append(number)
        finally:
            self._stop(
                [grader for grader in self._graders if grader.job is not None]
            )  # nobody waits for these

    def _idle(self) -> _Grader:
        idle = next((grader for grader in self._graders if grader.job is None), None)
        if idle is None:
            self._graders.append(idle := _start_grader())
        return idle

    def _stop(self, graders: Sequence[_Grader]) -> None:
        for grader in list(graders):
            self._graders.remove(grader)
            grader.stop()


def _gave_up(job: Job) -> Graded:
    reason = _("The grader broke down over this submission, twice. A person has to look at it.")
    return ungradable(job.submission, reason, is_final=False)


def _that_answered(graders: Sequence[_Grader]) -> list[_Grader]:
    """The graders that have something to say, or have died; one that takes for ever is ended, and so has died."""
    busy = [grader for grader in graders if grader.job is not None]
    ready = wait([grader.connection for grader in busy], timeout=_LOOK_SECONDS)
    for grader in busy:
        assert grader.job is not None
        if time.monotonic() - grader.since > MAX_SECONDS + MAX_TRAINING_SECONDS * grader.job.train:
            grader.process.kill()
    return [grader for grader in busy if grader.connection in ready]


def _start_grader() -> _Grader:
    # A fork would take our threads' locks along, and torch's; a fresh interpreter has nothing.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Grader(process, ours)


def _serve(connection: Connection) -> None:
    """The life of a grader process: one job after another, until nobody sends any."""
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # the keyboard's interruption is for the one who gives the jobs
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit(1))  # so that temporary folders are removed
    with suppress(EOFError, OSError), ExitStack() as resources:
        while True:
            connection.send(_answer(connection.recv(), resources))


# What this process has warm.
_bench: dict[Isolation | None, tuple[Server, dict[str, Suite]]] = {}
_training: dict[Isolation | None, Server] = {}


def _answer(job: Job, resources: ExitStack) -> Graded | CannotGrade:
    """The result of a job; a fault of our own is the instructor's to see, and stops nobody else."""
    from autograder.grading.run import grade, load_suites
    from autograder.grading.staging import grading_server
    from autograder.sandbox import SandboxUnavailable

    try:
        if job.isolation not in _bench:
            server = resources.enter_context(grading_server(job.isolation))
            _bench[job.isolation] = server, load_suites(assignment_names())
        server, suites = _bench[job.isolation]
        trainer = _trainer(job, resources) if job.train else None
        return grade(job.submission, suites, server, job.seed, trainer)
    except SandboxUnavailable as error:
        return CannotGrade(str(error))
    except Exception as error:
        reason = _("The grader itself failed ({kind}: {message}). A person has to look at it.").format(
            kind=type(error).__name__, message=error
        )
        return ungradable(job.submission, reason, is_final=False)


def _trainer(job: Job, resources: ExitStack) -> Server:
    from autograder.grading.staging import training_server

    if job.isolation not in _training:
        _training[job.isolation] = resources.enter_context(training_server(job.isolation))
    return _training[job.isolation]


# On a Dask cluster

_cluster_lock = threading.Lock()  # a Dask worker may run several threads, and pytest may not
_cluster_resources = ExitStack()


def _grade_on_worker(job: Job) -> Graded | CannotGrade:
    if not _bench:
        atexit.register(_cluster_resources.close)
    with _cluster_lock:
        return _answer(job, _cluster_resources)


def _on_cluster(pending: Sequence[int], read: Callable[[int], Job], address: str) -> Iterator[Finished]:
    """Maps over an existing Dask cluster, a few submissions per worker at a time: they travel with their bytes."""
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
        waiting = deque(pending)
        sent: dict[Any, tuple[int, Job]] = {}

        def submit() -> Any:
            number = waiting.popleft()
            job = read(number)
            future = client.submit(_grade_on_worker, job, key=f"grade-{number}-{job.key}", pure=False)
            sent[future.key] = number, job
            return future

        window = max(4, 2 * sum(client.nthreads().values()))
        futures = as_completed([submit() for _number in range(min(window, len(waiting)))])
        for future in futures:
            number, job = sent.pop(future.key)
            graded = future.result() if future.status == "finished" else _gave_up(job)
            if isinstance(graded, CannotGrade):
                raise graded
            if waiting:
                futures.add(submit())
            yield number, job, graded
            future.release()
