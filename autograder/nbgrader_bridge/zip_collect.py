"""Tells `nbgrader zip_collect` whose a file is, by the rules of `autograder grade`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.plugins.zipcollect import FileNameCollectorPlugin

from autograder.course.assignments import assignment_names
from autograder.grading.collect import FILE_LIMITS, student_of


class NotebooksAndModels(FileNameCollectorPlugin):
    """Collects notebooks and the checkpoints beside them.

    A file belongs to the outermost folder or archive it lies in, else to its own name; archives are unpacked by then.
    With `named_regexp` set, as the file names of many learning platforms need, nbgrader's own way is gone.
    """

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Whose the file is, and its name in the submission; None for one that is not collected."""
        path = Path(submitted_file)
        if path.suffix.lower() != ".ipynb" and path.name not in (*FILE_LIMITS, "timestamp.txt"):
            return None
        if self.named_regexp:
            return self._match(submitted_file)
        extracted = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        inside = PurePosixPath(path.relative_to(extracted).as_posix())
        return {"student_id": student_of(inside, inside.stem, set(assignment_names())), "file_id": path.name}
