"""What has not changed is not made again, and nobody is left with a file of another run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT
from autograder.grading import processes
from autograder.grading.graded import Graded
from autograder.grading.jobs import Job
from autograder.maintain import made
from autograder.maintain.class_run import grade_paths
from autograder.maintain.made import FILE, Made
from autograder.reports import feedback
from autograder.student.core.results import Result
from autograder.tests.grading.handins import put


def page(out: Path, sources: Sequence[str]) -> bool:
    """Whether a run makes a page anew from these sources."""
    calls = []

    def write() -> list[Path]:
        calls.append(True)
        (out / "page.html").write_text(" ".join(sources), encoding="utf-8")
        return [out / "page.html"]

    with Made(out) as files:
        files.once("page", sources, write)
    return bool(calls)


def test_what_is_made_from_the_same_is_made_once(tmp_path: Path) -> None:
    """Run after run; from something else it is made anew, however its parts are cut."""
    assert [page(tmp_path, ["ab", "c"]) for _time in range(3)] == [True, False, False]
    assert [page(tmp_path, ["a", "bc"]) for _time in range(2)] == [True, False]


@pytest.mark.parametrize(
    "disturb",
    [
        lambda out: (out / "page.html").unlink(),
        lambda out: (out / "page.html").write_text("edited", encoding="utf-8"),
        lambda out: os.utime(out / "page.html", ns=(0, 0)),
        lambda out: (out / FILE).unlink(),
        lambda out: (out / FILE).write_text("[1]", encoding="utf-8"),
        lambda out: (out / FILE).write_text('{"page": {"key": 1}}', encoding="utf-8"),
    ],
)
def test_what_is_not_there_as_it_was_is_made_anew(tmp_path: Path, disturb: Callable[[Path], object]) -> None:
    """A page that was removed or edited, a list that is lost or damaged."""
    page(tmp_path, ["a"])
    disturb(tmp_path)
    assert page(tmp_path, ["a"])


def test_other_code_makes_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or other sentences, or another language."""
    page(tmp_path, ["a"])
    monkeypatch.setattr(made, "_program", lambda: "another")
    assert page(tmp_path, ["a"])


def test_a_run_that_was_interrupted_leaves_nothing_to_rely_on(tmp_path: Path) -> None:
    """It may have written a page over that of the run before, without a note of it."""
    page(tmp_path, ["a"])

    def interrupt() -> None:
        with Made(tmp_path):
            assert not (tmp_path / FILE).exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert page(tmp_path, ["a"])


@pytest.fixture
def graded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Grades the folder `class` into `out`; every submission gets its points without being run."""

    def grades(
        _self: object, pending: Sequence[int], read: Callable[[int], Job], _jobs: int
    ) -> Iterator[tuple[int, Job, Graded]]:
        for number in pending:
            job = read(number)
            yield number, job, Graded(Result(job.submission.student, "rnn_basics", "graded", 1.0, 1.0))

    monkeypatch.setattr(processes.Graders, "map", grades)
    monkeypatch.chdir(tmp_path)

    def run() -> None:
        grade_paths([Path("class")], Path("out"))

    return run


def test_a_second_run_over_an_unchanged_class_writes_nothing_anew(
    tmp_path: Path, graded: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a class in which one has handed in again only that page is written, and what is about all."""
    written: list[str] = []
    write = feedback.write_feedback

    def count(result: Result, *arguments: object) -> Path:
        written.append(result.student)
        return write(result, *arguments)

    monkeypatch.setattr(feedback, "write_feedback", count)
    put(tmp_path, {"class/ada/rnn_basics.ipynb": b"1", "class/bob/rnn_basics.ipynb": b"2"})
    graded()
    assert written == ["ada", "bob"]
    graded()  # the class page says now that nothing has changed
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*.html")}
    times |= {path: path.stat().st_mtime_ns for path in (tmp_path / "out" / "results").iterdir()}
    results = (tmp_path / "out" / "results.json").stat().st_mtime_ns
    graded()
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert len(times) == 5
    assert (tmp_path / "out" / "results.json").stat().st_mtime_ns == results
    assert written == ["ada", "bob"]
    (tmp_path / "out" / "results" / "ada.rnn_basics.json").write_text("{}", encoding="utf-8")
    put(tmp_path, {"class/bob/rnn_basics.ipynb": b"3"})
    graded()
    assert Result.from_json(
        (tmp_path / "out" / "results" / "ada.rnn_basics.json").read_text(encoding="utf-8")
    )


def test_a_second_run_loads_no_torch(tmp_path: Path, graded: Callable[[], None]) -> None:
    """It takes longer than all the rest, and nothing is computed."""
    put(tmp_path, {"class/ada/rnn_basics.ipynb": b"1"})
    graded()
    put(tmp_path, {"blocked/torch.py": b"raise SystemExit('torch was imported')"})
    run = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", "class", "--out", "out"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'blocked'}:{ROOT}"},
    )
    assert run.returncode == 0, run.stderr
    assert "1 of 1 submissions graded" in run.stdout
