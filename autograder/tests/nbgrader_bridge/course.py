"""A course directory of its own for a test, and nbgrader's commands in it."""

from __future__ import annotations

import io
import json
import logging
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp

from autograder.assignments.sources import ROOT, SOLUTIONS
from autograder.student.core.notebook import SETUP_TAG

COURSE_ID = "recurrent_language_models"
Marks = dict[str, dict[str, tuple[float | None, float | None]]]  # student, cell: by the grader, by a person


@dataclass(frozen=True)
class Course:
    """A course directory: our configuration, the source notebooks, and what nbgrader makes of them."""

    path: Path

    @classmethod
    def new(cls, path: Path) -> Course:
        """An empty course, as a clone of the repository is for nbgrader."""
        shutil.copytree(SOLUTIONS, path / "solutions")
        shutil.copyfile(ROOT / "nbgrader_config.py", path / "nbgrader_config.py")
        return cls(path)

    def shorten(self, assignment: str, kept: Collection[str]) -> None:
        """Leaves of a source notebook the setup, what has a grade, and these cells: a sixth of all.

        nbgrader works for every cell of every submission: so a class costs a sixth.
        """
        path = self.path / "solutions" / assignment / f"{assignment}.ipynb"
        document = json.loads(path.read_text(encoding="utf-8"))
        document["cells"] = [
            cell
            for cell in document["cells"]
            if SETUP_TAG in cell["metadata"].get("tags", [])
            or cell["metadata"].get("nbgrader", {}).get("grade")
            or cell["metadata"].get("nbgrader", {}).get("grade_id") in kept
        ]
        path.write_text(json.dumps(document), encoding="utf-8")

    def copy(self, path: Path) -> Course:
        """The same course in another folder."""
        shutil.copytree(self.path, path, dirs_exist_ok=True)
        return Course(path)

    @property
    def exchange(self) -> str:
        """The option that keeps the exchange in a folder of this course."""
        folder = self.path / "exchange"
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)  # as nbgrader wants it
        return f"--Exchange.root={folder}"

    def nbgrader(self, *arguments: str, cwd: Path | None = None) -> str:
        """What a command prints; `AssertionError` if it fails."""
        code, log = self.attempt(*arguments, cwd=cwd)
        assert code == 0, log
        return log

    def attempt(self, *arguments: str, cwd: Path | None = None) -> tuple[int, str]:
        """The exit code of a command, and what it prints. In this process: nbgrader takes seconds to import."""
        printed = io.StringIO()
        app = NbGraderApp.instance()
        code = 0
        try:
            with _working_in(cwd or self.path), suppress(NoStart):  # so it says that a subcommand has run
                app.initialize(list(arguments))
                app.init_logging(logging.StreamHandler, [printed], color=False, subapps=True)
                app.start()
        except SystemExit as end:
            code = int(end.code or 0)
        finally:
            app.deinit_logging()
            for each in (app.subapp, app):  # or the next command would be given the options of this one
                if each is not None:
                    type(each).clear_instance()
        return code, printed.getvalue()

    @contextmanager
    def gradebook(self) -> Iterator[Gradebook]:
        """The course's database, which formgrader reads and writes."""
        with Gradebook(f"sqlite:///{self.path / 'gradebook.db'}") as gradebook:
            yield gradebook

    def marks(self, assignment: str) -> Marks:
        """Every mark of an assignment."""
        with self.gradebook() as gradebook:
            return {
                submission.student.id: {
                    grade.name: (grade.auto_score, grade.manual_score)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                }
                for submission in gradebook.find_assignment(assignment).submissions
            }

    def needs_a_person(self, assignment: str) -> set[str]:
        """The students that formgrader lists as waiting for a person."""
        with self.gradebook() as gradebook:
            submissions = gradebook.find_assignment(assignment).submissions
            return {each.student.id for each in submissions if each.needs_manual_grade}

    def page(self, student: str, assignment: str) -> str:
        """A student's feedback page."""
        path = self.path / "feedback" / student / assignment / f"{assignment}.html"
        return path.read_text(encoding="utf-8")


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
