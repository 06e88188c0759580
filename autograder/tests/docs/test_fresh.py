"""What pages say for a fresh machine is done there word by word: a clone or a bundle, and an empty environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.assignments.sources import ROOT
from autograder.maintain.release.bundle import NAME
from autograder.tests.docs.test_commands import STUDENT

pytestmark = pytest.mark.slow
DOCS = ROOT / "autograder" / "docs"
CPU_INDEX = re.compile(r"^--extra-index-url .*\n", re.MULTILINE)  # a test takes PyTorch from where pip looks


def block(page: Path, first: str) -> str:
    """The block of commands on a page that begins with a line."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return next(text for text in blocks if first in text)


def run(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs commands in a folder as a person would who has Python 3.11 and nothing else of ours."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}
    }
    environment["PATH"] = os.pathsep.join(
        [str(Path(sys.base_prefix) / "bin"), "/usr/local/bin:/usr/bin:/bin"]
    )
    environment["PIP_CONSTRAINT"] = str(folder / "torch.txt")  # ranges must not take a build with CUDA here
    (folder / "torch.txt").write_text("torch==2.13.0\n", encoding="utf-8")
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What git tracks, in a folder of its own."""
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def test_ci_grades_without_jupyter(clone: Path) -> None:
    """The block of ci.md, with the notebook as students get it: graded, and 1 for `--fail-on below=30`."""
    shutil.copyfile(ROOT / "assignments" / "rnn_basics" / "rnn_basics.ipynb", clone / "hw.ipynb")
    done = run(clone, block(DOCS / "ci.md", "--fail-on"))
    assert done.returncode == 1, done.stderr
    assert "--fail-on is met by 1 of 1 submissions: hw (0 / 60)" in done.stderr
    result = json.loads(next((clone / "marks" / "results").glob("*.json")).read_text(encoding="utf-8"))
    assert (result["score"], result["max_score"]) == (0, 60)
    assert (clone / "marks" / "junit" / "rnn_basics" / "hw.xml").is_file()
    packages = {path.name.partition("-")[0] for path in clone.glob(".venv/lib/*/site-packages/*.dist-info")}
    assert {"torch", "ipython"} <= packages
    assert not packages & {"jupyterlab", "ipykernel", "notebook", "nbgrader", "nbconvert"}
    assert not list(clone.glob("*.egg-info"))


def test_an_instructor_releases_and_a_student_hands_in(clone: Path, tmp_path: Path) -> None:
    """Install and release as instructors.md says; unpack, install, check and submit as the bundle's README says."""
    shutil.rmtree(clone / ".venv", ignore_errors=True)
    install, released = (
        block(DOCS / "instructors.md", "source .venv"),
        block(DOCS / "instructors.md", "release"),
    )
    done = run(clone, f"{install}\n{released}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Submissions can be graded here." in done.stdout

    with zipfile.ZipFile(clone / "dist" / f"{NAME}.zip") as archive:
        archive.extractall(tmp_path)
    bundle = tmp_path / NAME
    requirements = (bundle / "requirements.txt").read_text(encoding="utf-8")
    assert CPU_INDEX.search(requirements)
    (bundle / "requirements.txt").write_text(CPU_INDEX.sub("", requirements), encoding="utf-8")
    before = {path.name for path in bundle.iterdir()}
    page = STUDENT / "README.md"
    install = block(page, "requirements.txt").replace("jupyter lab", "jupyter lab --version")
    submit = block(page, "autograder submit")
    done = run(bundle, f"{install}\n{submit}\n{block(page, 'autograder check')}")
    assert done.returncode == 1, done.stderr  # nothing is solved yet
    assert "rnn_step" in done.stdout
    with zipfile.ZipFile(bundle / "rnn_basics.zip") as archive:
        assert set(archive.namelist()) == {"receipt.json", "rnn_basics.ipynb"}
    left = {path.name for path in bundle.iterdir()} - before
    assert left == {".venv", "rnn_basics.zip", "torch.txt"}
