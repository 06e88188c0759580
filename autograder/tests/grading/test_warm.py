"""What stays warm for the next submission, and what is not started for one that cannot be graded."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT
from autograder.grading import warm
from autograder.grading.graded import Graded, Submission, ungradable
from autograder.grading.intake import take_in
from autograder.grading.jobs import Job
from autograder.tests.grading.handins import FOREIGN, WORKED, put


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with the servers that are started; grading itself says only which it was given."""
    names: list[str] = []

    def server(name: str) -> Callable[..., contextlib.AbstractContextManager[str]]:
        @contextlib.contextmanager
        def start(_isolation: object = None) -> Iterator[str]:
            names.append(name)
            yield name

        return start

    def grade(submission: Submission, _suites: object, *others: object) -> Graded:
        *handed_on, taken = others
        assert taken == take_in(submission, warm._sources())  # it is read once
        return ungradable(submission, repr(tuple(handed_on)))

    monkeypatch.setattr(warm, "_bench", {})
    monkeypatch.setattr(warm, "_training", {})
    monkeypatch.setattr("autograder.grading.staging.grading_server", server("grading"))
    monkeypatch.setattr("autograder.grading.staging.training_server", server("training"))
    monkeypatch.setattr("autograder.grading.run.grade", grade)
    return names


def reasons(*jobs: Job) -> list[str]:
    """What one process says of these jobs."""
    with contextlib.ExitStack() as resources:
        answers = [warm.answer(job, resources) for job in jobs]
    return [answer.result.reason for answer in answers if isinstance(answer, Graded)]


def test_a_server_for_training_is_started_only_where_one_is_asked_for(started: list[str]) -> None:
    """Once for a process, beside the one for grading; without `--train` there is none."""
    jobs = [Job(Submission("a", WORKED), 7, train=train) for train in (False, True, True)]
    assert reasons(*jobs) == [
        "('grading', 7, None, False, None)",
        "('grading', 7, 'training', False, None)",
        "('grading', 7, 'training', False, None)",
    ]
    assert started == ["grading", "training"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (FOREIGN, "No cell of the notebook belongs to an assignment of this course."),
        (b"<!doctype html><html></html>", "page"),
        (b"\x00" * 100, "not"),
    ],
)
def test_what_is_not_of_this_course_starts_no_sandbox(data: bytes, reason: str, started: list[str]) -> None:
    """It is refused by what it is, with its sentence."""
    [said] = reasons(Job(Submission("ada", data, "hw.ipynb"), 7, train=True))
    assert reason in said
    assert started == []


def test_a_class_without_anything_to_run_loads_no_torch(tmp_path: Path) -> None:
    """Neither this process nor the one that reads the hand-ins: it takes longer than all the rest."""
    put(
        tmp_path,
        {"class/bob/x.ipynb": FOREIGN, "blocked/torch.py": b"raise SystemExit('torch was imported')"},
    )
    command = [sys.executable, "-m", "autograder", "grade", "class", "--out", "out"]
    path = f"{tmp_path / 'blocked'}:{ROOT}"
    run = subprocess.run(
        command,
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin"},
    )
    assert run.returncode == 0, run.stderr
    assert "No cell of the notebook belongs" in run.stdout
