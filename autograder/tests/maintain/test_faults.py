"""What goes wrong around a run of a class costs nothing but time: the same command again ends with the same bytes."""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import typer

from autograder.grading.store import locked
from autograder.maintain.class_run import grade_paths
from autograder.tests.platforms.conftest import FORMATS, class_of
from autograder.tests.platforms.test_shards import files_in
from autograder.tests.sandbox.conftest import descendants
from autograder.tests.test_cli import few_cells

__all__ = ["class_of"]  # a fixture


@contextmanager
def file_size(most: int) -> Iterator[None]:
    """No file can be longer than this: to whoever writes it, the disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def class_at(folder: Path, size: int) -> Path:
    """Hand-ins with one answer: right, wrong, one that ends its process, one that is no notebook, and so on."""
    for number in range(size):
        path = folder / f"s{number:02}.ipynb"
        match number % 4:
            case 0:
                few_cells(path, "pad_batch")
            case 1:
                few_cells(path, pad_batch="def pad_batch(sequences, pad_id):\n    return 1")
            case 2:
                few_cells(path, pad_batch="import os\ndef pad_batch(sequences, pad_id):\n    os._exit(0)")
            case _:
                path.write_text("{", encoding="utf-8")
    return folder


def command(folder: Path, out: Path) -> list[str]:
    """Grades a class, two at a time."""
    options = ["--out", str(out), "--seed", "7", "--jobs", "2", "--format", "json,csv"]
    return [sys.executable, "-m", "autograder", "grade", str(folder), *options]


def results_in(out: Path) -> dict[str, str]:
    """What a run says of its class, but for what it has measured of itself."""
    paths = [*(out / "results").glob("*.json"), out / "results.json", out / "results.csv"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    return {name: re.sub(r'"(seconds|memory_bytes)": [\d.]+', "", text) for name, text in texts.items()}


def kill_at_random(arguments: list[str], moments: int, seconds: float, chance: random.Random) -> list[str]:
    """Runs a command as often as it takes to kill so many processes, itself or any below it; which ones."""
    killed = []
    while moments:
        with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            while moments and process.poll() is None:
                time.sleep(chance.uniform(0, seconds))
                victim = chance.choice([process.pid, *descendants(process.pid)])
                with suppress(ProcessLookupError, FileNotFoundError):
                    killed.append(Path(f"/proc/{victim}/cmdline").read_text(encoding="utf-8")[-40:])
                    os.kill(victim, signal.SIGKILL)
                    moments -= 1
    return killed


@pytest.mark.slow  # `test_run.py` kills the processes of one submission, one by one
@pytest.mark.parametrize(("size", "moments", "seconds"), [(4, 3, 6.0), (50, 50, 6.0)])
def test_whatever_is_killed_a_class_ends_with_the_same_bytes(
    size: int, moments: int, seconds: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command, a grader, a warm server, a keeper or a worker, at any time; the same command goes on."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # what is killed leaves its temporary folders
    folder = class_at(tmp_path / "in", size)
    subprocess.run(command(folder, tmp_path / "whole"), check=True, capture_output=True)
    disturbed = command(folder, tmp_path / "out")
    print(kill_at_random(disturbed, moments, seconds, random.Random(moments)))
    subprocess.run(disturbed, check=True, capture_output=True)
    assert results_in(tmp_path / "out") == results_in(tmp_path / "whole")


@pytest.mark.parametrize("most", [0, 10, 700, 900, 2_000, 8_000, 20_000])
def test_a_full_disk_is_one_sentence_and_leaves_whole_files(
    most: int, class_of: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At whichever file it is full; with space again the same command writes what it would have written."""
    grade_paths([class_of], tmp_path / "whole", FORMATS, seed=7)
    whole = files_in(tmp_path / "whole")
    assert most < max(map(len, whole.values()))
    capsys.readouterr()
    with file_size(most), pytest.raises(typer.Exit) as end:
        grade_paths([class_of], tmp_path / "out", FORMATS, seed=7)
    told = capsys.readouterr()
    assert (end.value.exit_code, told.out) == (2, "")
    assert "cannot be used: File too large." in told.err
    assert len(told.err.strip().splitlines()) == 1
    left = files_in(tmp_path / "out")
    del whole["run.json"]  # a run that has not ended has not all of it
    left.pop("run.json", None)
    assert left.items() <= whole.items()
    grade_paths([class_of], tmp_path / "out", FORMATS, seed=7)
    assert files_in(tmp_path / "out") == files_in(tmp_path / "whole")


def test_a_folder_that_cannot_be_written_is_one_sentence(
    class_of: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A system of files that is read-only for everybody, root among them."""
    with pytest.raises(typer.Exit) as end:
        grade_paths([class_of], Path("/proc/sys/marks"), FORMATS, seed=7)
    told = capsys.readouterr()
    assert (end.value.exit_code, told.out) == (2, "")
    assert "/proc/sys/marks cannot be used: " in told.err


def test_a_clock_that_jumps_changes_nothing(
    class_of: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of day goes back a year, and forward two, at each look."""
    grade_paths([class_of], tmp_path / "whole", FORMATS, seed=7)
    jumps = [0]

    def jumping() -> float:
        jumps[0] += 1
        return 1.8e9 + (-1) ** jumps[0] * jumps[0] * 3.2e7

    monkeypatch.setattr(time, "time", jumping)
    monkeypatch.setattr(time, "time_ns", lambda: int(jumping() * 1e9))
    grade_paths([class_of], tmp_path / "out", FORMATS, seed=7)
    assert files_in(tmp_path / "out") == files_in(tmp_path / "whole")


def test_a_second_run_writes_nothing_into_the_folder_of_the_first(
    class_of: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so and ends; in a folder of its own it goes on."""
    out = tmp_path / "out"
    out.mkdir()
    with locked(out):
        with pytest.raises(typer.Exit) as end:
            grade_paths([class_of], out, FORMATS, seed=7)
        assert end.value.exit_code == 2
        assert "Another run is writing" in capsys.readouterr().err
        assert files_in(out) == {}
        assert len(grade_paths([class_of], tmp_path / "other", FORMATS, seed=7)) == 6
