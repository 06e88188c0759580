"""The release bundle in a folder of its own, JupyterLab on it, and a browser; without a browser the tests fail."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT
from autograder.maintain.release.assignments import release_notebooks
from autograder.maintain.release.bundle import bundle_files
from autograder.maintain.release.corpora import corpus_files
from autograder.tests.browser.lab import Lab, NoBrowser, browser, jupyter

PICTURES = ROOT / "screenshots"  # kept to be looked at, and not committed


@pytest.fixture(scope="package")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a student has after unpacking."""
    folder = tmp_path_factory.mktemp("bundle")
    for name, data in {**bundle_files(release_notebooks()), **corpus_files()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


def _without_nbgrader(home: Path) -> None:
    """Students have no nbgrader, and see none of its buttons."""
    path = home / ".jupyter" / "labconfig" / "page_config.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"disabledExtensions": {"@jupyter/nbgrader": true}}', encoding="utf-8")


@pytest.fixture(scope="package")
def pictures() -> Path:
    """The folder for pictures of what is seen; those of an earlier run are gone."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    return PICTURES


@pytest.fixture
def lab(bundle: Path, tmp_path: Path, pictures: Path) -> Iterator[Lab]:
    """JupyterLab on the bundle, in a browser."""
    _without_nbgrader(tmp_path)
    try:
        with browser(tmp_path) as driver, jupyter(bundle, tmp_path) as address:
            yield Lab(driver, address, pictures)
    except NoBrowser as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
