"""Reads a submission for nbgrader: bounded, repaired, and in a form that passes nbgrader's own checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbgrader.api import Gradebook

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.files import Refused
from autograder.grading.read import Unreadable, read_submission, with_modules
from autograder.grading.repair import repair
from autograder.nbgrader_bridge.notebooks import notebook_for_nbgrader
from autograder.nbgrader_bridge.submissions import Chosen, chosen
from autograder.student.core.language import _
from autograder.student.core.notebook import Notebook


class OutOfDate(RuntimeError):
    """The gradebook and the source notebook do not have the same tasks; the sentence says what to do."""


def submission_of(converter: Any, resources: Any) -> Chosen:
    """The notebook that counts of the submission which nbgrader is about to convert."""
    student, assignment = resources["nbgrader"]["student"], resources["nbgrader"]["assignment"]
    coursedir = converter.coursedir
    folder = coursedir.format_path(coursedir.submitted_directory, student, assignment)
    return chosen(Path(folder), student, assignment)


class RepairedNotebook(NotebookExporter):
    """nbgrader's exporter, which reads a submission through our intake and repair; its own files as they are."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **options: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The sanitized notebook of a submission as text; `OutOfDate` if the course has changed meanwhile."""
        if resources is None or not _is_submitted(self.parent, filename, resources):
            return super().from_filename(filename, resources, **options)
        names = resources["nbgrader"]
        if names["assignment"] not in assignment_names():
            sentence = _("There is no assignment called {name} in the course's folder of source notebooks.")
            raise OutOfDate(sentence.format(name=names["assignment"]))
        source = source_notebook(names["assignment"])
        released = _released(names, source)
        try:
            found = submission_of(self.parent, resources).found
            data = found.read()
            submitted = with_modules(read_submission(data).notebook, found.read_modules(data).files)
            repaired = repair(submitted, source).notebook
        except (Refused, Unreadable):  # grading says why
            repaired = Notebook(())
        node = notebook_for_nbgrader(repaired, source, released)
        told = ResourcesDict(**resources)
        told["metadata"] = ResourcesDict(name=Path(filename).stem, path=str(Path(filename).parent))
        return self.from_notebook_node(node, told, **options)


def _is_submitted(converter: Any, filename: str, resources: dict[str, Any]) -> bool:
    names, coursedir = resources["nbgrader"], converter.coursedir
    folder = coursedir.format_path(coursedir.submitted_directory, names["student"], names["assignment"])
    return Path(filename).parent == Path(folder)


def _released(names: dict[str, str], source: Notebook) -> dict[str, str]:
    """The cells that the gradebook knows, as students got them, by grade_id."""
    with Gradebook(names["db_url"]) as gradebook:
        stored = gradebook.find_notebook(names["notebook"], names["assignment"])
        released = {cell.name: cell.source for cell in stored.source_cells}
        points = {cell.name: float(cell.max_score) for cell in stored.grade_cells}
    wanted = {
        cell.grade_id: float(cell.nbgrader.get("points", 0))
        for cell in source.cells
        if cell.nbgrader.get("grade")
    }
    if points != wanted:
        different = sorted(
            name for name in points.keys() | wanted.keys() if points.get(name) != wanted.get(name)
        )
        raise OutOfDate(
            _(
                "The gradebook and the source notebook do not agree on the points of {cells}. Run “nbgrader "
                "generate_assignment {assignment} --force”, then “nbgrader autograde {assignment} --force”."
            ).format(cells=", ".join(different), assignment=names["assignment"])
        )
    known = {cell.grade_id for cell in source.cells}
    return {name: text or "" for name, text in released.items() if name in known}
