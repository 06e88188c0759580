"""A small class whose grading costs nothing, whole and in shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from autograder.grading import processes
from autograder.grading.graded import Graded
from autograder.grading.jobs import Job
from autograder.maintain.class_run import grade_paths
from autograder.student.core.notebook import Notebook
from autograder.student.core.results import Result, TaskResult

FORMATS = ("html", "json", "csv", "junit")


@pytest.fixture
def class_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six hand-ins, three of them with the same model; grading is replaced by what the file says."""

    def grades(
        _self: object, pending: Sequence[int], read: Callable[[int], Job], _jobs: int
    ) -> Iterator[tuple[int, Job, Graded]]:
        for number in pending:
            job = read(number)
            kept = {"checkpoint": {"sha256": job.submission.data.decode(), "matrices": []}}
            task = TaskResult("t", "partial", 1.0, 2.0)
            student = job.submission.student
            result = Result(student, "rnn_basics", "graded", 1.0, 2.0, (task,), provenance=kept)
            yield number, job, Graded(result, Notebook(()))

    monkeypatch.setattr(processes.Graders, "map", grades)
    monkeypatch.setattr("autograder.grading.many.choose", lambda found, *_rest: found)
    folder = tmp_path / "in"
    folder.mkdir()
    models = {"zoe": "one", "bob": "two", "cy": "one", "dee": "three", "eve": "one", "Ada L.": "four"}
    for name, model in models.items():
        (folder / f"{name}.ipynb").write_text(model, encoding="utf-8")
    return folder


def shard_folders(class_of: Path, count: int = 3, seed: int = 7) -> list[Path]:
    """The class graded in so many shards, a folder each."""
    folders = [class_of.with_name(f"{seed}-{number}-of-{count}") for number in range(1, count + 1)]
    for number, folder in enumerate(folders, 1):
        grade_paths([class_of], folder, FORMATS, seed=seed, shard=f"{number}/{count}")
    return folders
