"""Makes the release notebooks out of the source notebooks, with nbgrader's own converter and nothing else."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder.assignments.sources import ROOT, SOLUTIONS, assignment_names, source_path
from autograder.student.core.language import _

ASSIGNMENTS = ROOT / "assignments"


class CannotRelease(RuntimeError):
    """The notebooks cannot be made here; the sentence says what is missing."""


def release_notebooks(
    solutions: Path = SOLUTIONS, source_of: Callable[[str], bytes] | None = None
) -> dict[str, bytes]:
    """The release notebook of every assignment, by name: as `nbgrader generate_assignment` writes it.

    `source_of` gives the source notebook of an assignment where it is another than the file: a translated one.
    """
    source_of = source_of or (lambda name: source_path(name, solutions).read_bytes())
    return {name: _release_notebook(name, source_of(name)) for name in assignment_names(solutions)}


def update_assignments(assignments: Path = ASSIGNMENTS, solutions: Path = SOLUTIONS) -> list[Path]:
    """Writes all release notebooks into the folder again; the files written."""
    written = []
    for name, data in release_notebooks(solutions).items():
        path = assignments / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        written.append(path)
    return written


def _release_notebook(name: str, source: bytes) -> bytes:
    """One release notebook. The course directory is a scratch one, so that no database or folder stays behind."""
    try:
        from nbgrader.converters import GenerateAssignment
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config
    except ImportError as error:
        raise CannotRelease(
            _(
                'Notebooks are released with nbgrader, which is not installed: pip install --editable ".[notebooks]"'
            )
        ) from error
    with tempfile.TemporaryDirectory(prefix="autograder-release-") as folder:
        copy = Path(folder, "source", name, f"{name}.ipynb")
        copy.parent.mkdir(parents=True)
        copy.write_bytes(source)
        config = Config()  # complete, so that no nbgrader_config.py of this machine changes it
        config.CourseDirectory.root = folder
        config.CourseDirectory.assignment_id = name
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        GenerateAssignment(coursedir=CourseDirectory(config=config), config=config).start()
        text = Path(folder, "release", name, copy.name).read_text(encoding="utf-8")
    notebook = json.loads(text)
    return (json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode("utf-8")
