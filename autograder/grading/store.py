"""What a run keeps in its folder: its seed, the results, and a cache of what is finished."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from autograder.grading.graded import Earlier, Graded
from autograder.grading.jobs import Job
from autograder.grading.task_keys import task_keys
from autograder.student.core.files import replace_file
from autograder.student.core.language import _
from autograder.student.core.names import safe_name
from autograder.student.core.results import Result

RESULTS = "results"
CACHE = "cache"
RUN = "run.json"
MARKS = "last-marks.json"
LOCK = ".lock"

Marks = Mapping[tuple[str, str], tuple[str, float]]  # status and score, by student and assignment


class Busy(Exception):
    """Another run writes into this folder."""


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keeps the folder of a run for this process; `Busy` if another one has it. A process that dies gives it up."""
    import fcntl  # not on Windows, where nothing is graded

    with (out / LOCK).open("w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                _(
                    "Another run is writing to {folder}. Wait until it has ended, or choose another "
                    "folder with --out."
                ).format(folder=out)
            ) from None
        yield


def run_seed(out: Path, seed: int | None = None, shard: str = "") -> int:
    """The seed of the run in this folder: as given, else as it was, else drawn once and kept.

    `shard` is kept beside it if the run grades a part of a class. The seed stays out of every student's page: who
    knows it knows the inputs of the hidden tests.
    """
    path = out / RUN
    if seed is None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            seed = int(json.loads(path.read_text(encoding="utf-8"))["seed"])
    if seed is None:
        # Student code is told seeds that are derived from it: it must be too large to be found by trying, and fit
        # into a number of JavaScript's.
        seed = secrets.randbelow(2**53)
    document = {"seed": seed, **({"shard": shard} if shard else {})}
    write_atomically(path, json.dumps(document) + "\n")
    return seed


def finish_run(out: Path, results: Sequence[Result]) -> None:
    """Notes in the folder of a run that it has ended, and which of the files there are its results."""
    document = json.loads((out / RUN).read_text(encoding="utf-8"))
    names = sorted(result_path(out, result).name for result in results)
    write_atomically(out / RUN, json.dumps({**document, "results": names}) + "\n")


def remembered(out: Path, job: Job) -> Earlier | None:
    """What came of this job before, and which of its tasks have other tests now; None if it was not finished."""
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        keys, text = _cache_path(out, job).read_text(encoding="utf-8").split("\n", 1)
        key, before = json.loads(keys)
        if key == job.key:
            graded = Graded.from_json(text)
            now = task_keys(graded.result.assignment)
            stale = {task for task in now.keys() | before.keys() if now.get(task) != before.get(task)}
            return Earlier(graded, frozenset(stale))
    return None


def remember(out: Path, job: Job, graded: Graded) -> None:
    """Keeps what came of a job: a line of keys, and a line of all the rest."""
    keys = [job.key, dict(task_keys(graded.result.assignment))]
    write_atomically(_cache_path(out, job), f"{json.dumps(keys)}\n{graded.to_json()}\n")


def _cache_path(out: Path, job: Job) -> Path:
    submission = job.submission
    return out / CACHE / f"{safe_name(f'{submission.student}.{submission.file_name}')}.json"


def result_path(out: Path, result: Result) -> Path:
    """Where a result lies in a run's folder."""
    return out / RESULTS / f"{safe_name(result.student)}.{safe_name(result.assignment or 'unknown')}.json"


def write_result(out: Path, result: Result) -> Path:
    """Writes one result where `result_path` says; nobody ever sees half of it. A file that says the same stays."""
    path = result_path(out, result)
    if _result_in(path) != result:
        write_atomically(path, result.to_json())
    return path


def _result_in(path: Path) -> Result | None:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return Result.from_json(path.read_text(encoding="utf-8"))
    return None


def last_marks(out: Path) -> Marks | None:
    """The marks of the last run in this folder that came to its end; None if there was none."""
    with suppress(OSError, ValueError, TypeError):
        rows = json.loads((out / MARKS).read_text(encoding="utf-8"))
        return {(student, assignment): (status, score) for student, assignment, status, score in rows}
    return None


def keep_marks(out: Path, marks: Marks) -> None:
    """Keeps the marks of a run that has come to its end, for `last_marks`."""
    rows = [[*whose, *mark] for whose, mark in sorted(marks.items())]
    write_atomically(out / MARKS, json.dumps(rows, ensure_ascii=False) + "\n")


def write_atomically(path: Path, text: str) -> None:
    """Writes a file that is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode("utf-8"))
