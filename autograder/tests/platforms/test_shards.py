"""A class that is split over machines gets the marks, pages and flags of a class graded by one."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from autograder.cli import app
from autograder.grading import processes
from autograder.grading.store import LOCK
from autograder.maintain.class_run import grade_paths, merge_paths
from autograder.maintain.made import FILE
from autograder.platforms.shards import BadShard, Shard, shard_from
from autograder.sandbox import Server
from autograder.tests.platforms.conftest import FORMATS, shard_folders
from autograder.tests.test_cli import few_cells, run


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "", "1/0", "-1/3", "1/3/3", "one/3"])
def test_a_shard_that_does_not_exist_is_refused(text: str) -> None:
    """The first is 1, the last is the number of all."""
    with pytest.raises(BadShard, match="is not a shard"):
        shard_from(text)


def test_every_student_is_in_exactly_one_shard() -> None:
    """Whatever the names are, and the parts are of about one size."""
    students = [f"student {number}" for number in range(300)] + ["김철수", "\ud800", ""]
    shards = [Shard(number, 4) for number in (1, 2, 3, 4)]
    assert all(sum(shard.holds(student) for shard in shards) == 1 for student in students)
    assert all(50 < sum(map(shard.holds, students)) < 100 for shard in shards)


def files_in(folder: Path) -> dict[str, bytes]:
    """What lies in the folder of a run, but for what is only of use to the next run."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in (LOCK, FILE))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_shards_merge_to_the_bytes_of_one_run(class_of: Path, tmp_path: Path) -> None:
    """Results, tables, pages, cache and copies across shards; in whatever order the folders are given."""
    grade_paths([class_of], tmp_path / "one", FORMATS, seed=7)
    folders = shard_folders(class_of)
    merge_paths(folders[::-1], tmp_path / "merged", FORMATS)
    whole = files_in(tmp_path / "one")
    assert files_in(tmp_path / "merged") == whole
    assert len([name for name in whole if name.startswith("feedback/")]) == 6
    similar = json.loads(whole["results/cy.rnn_basics.json"])["similar"]
    assert [each["student"] for each in similar] == ["eve", "zoe"]


def test_a_shard_without_students_is_a_shard(class_of: Path, tmp_path: Path) -> None:
    """More machines than students: those with nothing to do end well, and the class is whole."""
    merge_paths(shard_folders(class_of, 12), tmp_path / "merged", ["json"])
    assert len(json.loads((tmp_path / "merged" / "results.json").read_text())["results"]) == 6


def test_a_merged_run_goes_on_as_one_run(
    class_of: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the shards' seed and cache: nothing is graded again."""
    merge_paths(shard_folders(class_of), tmp_path / "merged", FORMATS)
    before = files_in(tmp_path / "merged")
    monkeypatch.setattr(
        processes.Graders, "map", lambda _self, pending, _read, _jobs: iter(pending and 1 / 0)
    )
    grade_paths([class_of], tmp_path / "merged", FORMATS)
    assert files_in(tmp_path / "merged") == before


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folders: folders[:2], "Shards are missing: 3/3"),
        (lambda folders: [*folders, folders[0]], "are both shard 1/3"),
        (lambda folders: [*folders[:2], folders[0].with_name("8-3-of-3")], "not of the same run"),
        (lambda folders: [*folders, folders[0].parent], "is not the folder of a shard"),
        (lambda folders: [interrupted(folders[0]), *folders[1:]], "Shard 1/3 in .* has not finished"),
        (lambda folders: [*folders, folders[0].with_name("out")], "not the folder of a shard"),
    ],
)
def test_what_is_not_one_run_is_refused(
    class_of: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[list[Path]], list[Path]],
    sentence: str,
) -> None:
    """In one sentence: nobody is left out of a class without a word."""
    shard_folders(class_of, seed=8)
    folders = spoil(shard_folders(class_of))
    with pytest.raises(typer.Exit):
        merge_paths(folders, tmp_path / "out", ["json"])
    assert re.search(sentence, capsys.readouterr().err)
    assert not (tmp_path / "out" / "results.json").exists()


def interrupted(folder: Path) -> Path:
    """A shard as it is when its machine was switched off: some results, and no word of the end."""
    run = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    del run["results"]
    (folder / "run.json").write_text(json.dumps(run), encoding="utf-8")
    return folder


def test_shards_need_a_common_seed(class_of: Path, tmp_path: Path) -> None:
    """From the environment or the option; without one each would draw other inputs."""
    arguments = ["grade", str(class_of), "--out", str(tmp_path / "out"), "--format", "json", "--shard"]
    refused = CliRunner().invoke(app, [*arguments, "1/1"], env={"AUTOGRADER_SEED": ""})
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "AUTOGRADER_SEED" in refused.stderr
    wrong = CliRunner().invoke(app, [*arguments, "2/1"], env={"AUTOGRADER_SEED": "123454321"})
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert "is not a shard" in wrong.stderr
    done = CliRunner().invoke(app, [*arguments, "1/1"], env={"AUTOGRADER_SEED": "123454321"})
    assert done.exit_code == 0
    assert json.loads((tmp_path / "out" / "run.json").read_text())["seed"] == 123454321


def test_the_secret_seed_reaches_no_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands in the grader's environment; at level inner, as in containers, there are no namespaces to hide it."""
    monkeypatch.setenv("AUTOGRADER_SEED", "123454321")
    with (
        Server(tmp_path, "autograder.sandbox.probe_harness", warm=(), isolation="inner") as server,
        server.open() as session,
        session.task() as task,
    ):
        for process in (os.getpid(), os.getppid(), "self"):
            assert task.ask(f"open('/proc/{process}/environ').read()") is True
        assert task.ask("'AUTOGRADER_SEED' in __import__('os').environ or open('')") is True


@pytest.mark.slow
def test_the_commands_do_the_same(tmp_path: Path) -> None:
    """`grade --shard` three times and `merge`, in processes of their own, with real grading: one run's results."""
    few_cells(tmp_path / "in" / "ada.ipynb", "pad_batch", "masked_mean")
    few_cells(tmp_path / "in" / "bob.ipynb", pad_batch="def pad_batch(sequences, pad_id):\n    return 1")
    few_cells(tmp_path / "in" / "dee.ipynb", "pad_batch")
    (tmp_path / "in" / "cy.ipynb").write_text("{", encoding="utf-8")
    out = tmp_path / "one"
    assert run("grade", tmp_path / "in", "--out", out, "--jobs", "1", "--seed", "7").returncode == 0
    shards = [tmp_path / f"marks-{number}" for number in (1, 2, 3)]
    for number, folder in enumerate(shards, 1):
        done = run(
            *("grade", tmp_path / "in", "--out", folder, "--jobs", "1", "--shard", f"{number}/3"),
            AUTOGRADER_SEED="7",
        )
        assert done.returncode == 0, done.stderr
    merged = run("merge", *shards, "--out", tmp_path / "merged")
    assert merged.returncode == 0, merged.stderr
    assert "3 of 4 submissions graded" in merged.stdout
    one, other = timeless(out), timeless(tmp_path / "merged")
    assert one.keys() == other.keys()
    assert one == other


def timeless(folder: Path) -> dict[str, str]:
    """The files of a run, but for the cache and the seconds in them."""
    texts = {name: data.decode() for name, data in files_in(folder).items() if not name.startswith("cache/")}
    return {name: re.sub(r'"(seconds|memory_bytes)": [\d.]+', "", text) for name, text in texts.items()}
