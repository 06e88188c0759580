"""The process that grades for nbgrader is kept, and knows when what it has loaded has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.grading import jobs, store
from autograder.grading.find import Found
from autograder.grading.graded import Graded, ungradable
from autograder.nbgrader_bridge import engine


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Graders that are stand-ins, by what became of them."""
    happened: list[str] = []

    class Graders:
        def __init__(self) -> None:
            happened.append("made")

        def map(self, pending: Any, read: Any, _jobs: int) -> Any:
            for number in pending:
                job = read(number)
                yield number, job, ungradable(job.submission, f"seed {job.seed}, train {job.train}")

        def close(self) -> None:
            happened.append("closed")

    monkeypatch.setattr(engine, "Graders", Graders)
    monkeypatch.setattr(engine.atexit, "register", lambda _function: None)
    engine._warm.cache_clear()
    yield happened
    engine._warm.cache_clear()


def grade(folder: Path, text: str, train: bool = False) -> Graded:
    path = folder / "homework.ipynb"
    path.write_text(text, encoding="utf-8")
    return engine.grade_submission(Found("ada", path.name, path), folder / "graded", train)


def test_the_seed_is_that_of_the_folder(tmp_path: Path, started: list[str]) -> None:
    """So that `autograder grade` with the same folder gives the same marks."""
    seed = store.run_seed(tmp_path / "graded", 11)
    assert seed == 11
    assert grade(tmp_path, "one").result.reason == "seed 11, train False"
    assert grade(tmp_path, "one", train=True).result.reason == "seed 11, train True"


def test_processes_are_renewed_when_the_course_has_changed(
    tmp_path: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab may run for weeks, while points are edited; and what is remembered is then of another course."""
    monkeypatch.setattr(engine, "SOLUTIONS", tmp_path / "solutions")
    source = tmp_path / "solutions" / "rnn_basics" / "rnn_basics.ipynb"
    source.parent.mkdir(parents=True)
    source.write_text("{}", encoding="utf-8")
    grade(tmp_path, "one")
    grade(tmp_path, "two")
    closed = started.count("closed")
    source.write_text('{"points": 3}', encoding="utf-8")
    forgotten: list[bool] = []
    monkeypatch.setattr(engine, "forget_our_files", lambda: forgotten.append(True))
    grade(tmp_path, "three")
    assert started.count("closed") == closed + 1
    assert forgotten == [True]
    assert started.count("made") == 1


@pytest.mark.parametrize("name", ["assignments/a/tests/test_a.py", "assignments/a/recorded/task.json"])
def test_an_edited_test_or_recording_is_noticed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that has read the old one would go on with it."""
    monkeypatch.setattr(engine, "PACKAGE", tmp_path)
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_text("old", encoding="utf-8")
    before = engine._stamp()
    path.write_text("another", encoding="utf-8")
    assert engine._stamp() != before


def test_hashes_are_taken_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a result from before the change would be taken for one from after it."""
    monkeypatch.setattr(jobs, "hash_of", lambda _paths: "changed")
    jobs._data_hash()
    monkeypatch.setattr(jobs, "hash_of", lambda _paths: "changed again")
    assert jobs._data_hash() != "changed again"
    jobs.forget_our_files()
    assert jobs._data_hash() == "changed again"
    monkeypatch.undo()
    jobs.forget_our_files()
