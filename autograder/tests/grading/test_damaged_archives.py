"""No archive, however it is packed or damaged, costs the class more than the one row of who handed it in."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from autograder.grading.files import Refused
from autograder.grading.find import NothingToGrade, find_submissions
from autograder.tests.grading.empty_notebooks import NAMES

METHODS = ("ZIP_STORED", "ZIP_DEFLATED", "ZIP_BZIP2", "ZIP_LZMA")


def _packed(path: Path, method: str) -> bytes:
    with zipfile.ZipFile(path, "w", getattr(zipfile, method)) as file:
        file.writestr("ada/rnn_basics.ipynb", b'{"cells": []}' * 9)
    return path.read_bytes()


def _read_all(path: Path) -> None:
    for found in find_submissions([path], NAMES):
        try:
            found.read()
        except Refused:
            continue


@pytest.mark.parametrize("method", METHODS)
def test_an_archive_of_any_method_is_read(tmp_path: Path, method: str) -> None:
    """All four that zipfile knows, since students pack with all of them."""
    _packed(tmp_path / "class.zip", method)
    [found] = find_submissions([tmp_path / "class.zip"], NAMES)
    assert found.read() == b'{"cells": []}' * 9


@pytest.mark.parametrize("method", METHODS)
def test_a_damaged_byte_is_one_refusal(tmp_path: Path, method: str) -> None:
    """Each byte in turn: the decompressor's own kinds of error do not end the class (`lzma.LZMAError` did)."""
    data = _packed(tmp_path / "whole.zip", method)
    for place in range(len(data)):
        path = tmp_path / f"{place}.zip"
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            _read_all(path)
        except NothingToGrade:
            continue
