"""Packs the grader for Gradescope: a zip with its setup.sh and run_autograder, to be uploaded as it is."""

from __future__ import annotations

import shlex
from pathlib import Path

from autograder.assignments.sources import ROOT
from autograder.student.core.files import replace_file, zipped

TEMPLATES = Path(__file__).with_name("templates") / "gradescope"
# What a machine needs in order to grade. The zip is the instructor's: it holds the solutions, as the grader must.
GRADER = (
    "autograder/**/*",
    "solutions/*/*.ipynb",
    "assignments/*/*.ipynb",
    "data/*.json",
    "data/prepared/**/*",
    "pyproject.toml",
    "constraints.txt",
    "README.md",
    "LICENSE",
)
_LEFT_OUT = ("autograder/tests/", "autograder/docs/", "autograder/benchmarks/")


def package(assignment: str, out: Path, late_policy: str = "none", root: Path = ROOT) -> Path:
    """Writes the zip for one assignment into the folder `out`; its path. `OSError` if it cannot be written."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"gradescope-{assignment}.zip"
    scripts = _scripts(assignment, late_policy)
    replace_file(path, zipped(grader_files(root) | scripts, executable=scripts))
    return path


def grader_files(root: Path = ROOT) -> dict[str, bytes]:
    """The files of the grader, by their paths below the course's folder."""
    paths = {path for pattern in GRADER for path in root.glob(pattern) if path.is_file()}
    names = {path.relative_to(root).as_posix(): path for path in paths if path.suffix != ".pyc"}
    return {name: path.read_bytes() for name, path in names.items() if not name.startswith(_LEFT_OUT)}


def _scripts(assignment: str, late_policy: str) -> dict[str, bytes]:
    scripts = {path.name: path.read_text(encoding="utf-8") for path in TEMPLATES.iterdir() if path.is_file()}
    arguments = shlex.join([assignment, "--late-policy", late_policy])
    return {name: text.replace("@ARGUMENTS@", arguments).encode() for name, text in scripts.items()}
