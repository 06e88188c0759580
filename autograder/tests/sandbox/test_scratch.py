"""Scratch folders are measured and removed whatever student code has made of them."""

import os
from pathlib import Path

import pytest

from autograder.sandbox import scratch


def test_occupied_counts_files_and_entries(tmp_path: Path) -> None:
    """Contents count, and every entry counts at least a block."""
    assert scratch.occupied(tmp_path, 10**6) == 0
    (tmp_path / "a").write_bytes(bytes(100_000))
    (tmp_path / "empty").touch()
    assert 100_000 <= scratch.occupied(tmp_path, 10**6) <= 130_000


@pytest.mark.parametrize("limit", [10_000, 50_000])
def test_occupied_stops_at_the_limit(tmp_path: Path, limit: int) -> None:
    """More than the limit is said to be more, and counted no further."""
    for number in range(30):
        (tmp_path / str(number)).touch()
    assert limit < scratch.occupied(tmp_path, limit) <= limit + 8192


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link to a large folder, or to itself, is an entry like any other."""
    (tmp_path / "root").symlink_to("/")
    (tmp_path / "self").symlink_to(tmp_path)
    assert scratch.occupied(tmp_path, 10**6) <= 2 * 8192


def test_a_deep_tree_is_too_large(tmp_path: Path) -> None:
    """Depth without end counts as too much."""
    (tmp_path / "/".join("d" * 50)).mkdir(parents=True)
    assert scratch.occupied(tmp_path, 10**6) > 10**6


def test_remove(tmp_path: Path) -> None:
    """Depth beyond any path length, closed folders and links to elsewhere do not stop it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    folder = tmp_path / "scratch"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    (folder / "closed").mkdir()
    (folder / "closed" / "inner").mkdir()
    (folder / "closed" / "inner" / "file").touch()
    (folder / "closed" / "inner").chmod(0)
    (folder / "closed").chmod(0)
    here = os.open(folder, os.O_RDONLY)
    for _ in range(700):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    scratch.remove(folder)
    assert not folder.exists()
    assert (outside / "kept").exists()


def test_a_folder_that_is_closed_counts_as_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder made with the mode 0o300 can be written to and not be listed: it hides what is in it."""
    (tmp_path / "closed").mkdir(mode=0o300)
    scandir = os.scandir

    def scan(path: str) -> object:
        if path.endswith("closed"):  # to root, who may run this test, it is open
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)
    assert scratch.occupied(tmp_path, 10**6) > 10**6


def test_a_folder_that_is_gone_meanwhile_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Honest code makes and removes temporary folders at any time."""

    def scan(path: str) -> object:
        raise FileNotFoundError(2, "No such file or directory", path)

    monkeypatch.setattr(os, "scandir", scan)
    assert scratch.occupied(tmp_path, 10**6) == 0
