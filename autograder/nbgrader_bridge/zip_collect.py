"""Makes `nbgrader zip_collect` open archives and assign files to students by the rules of `autograder grade`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from nbgrader.plugins.zipcollect import ExtractorPlugin, FileNameCollectorPlugin

from autograder.assignments.sources import assignment_names
from autograder.grading.files import Refused
from autograder.grading.find import (
    Found,
    NothingToGrade,
    find_submissions,
    student_of,
)
from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.core.modules import SUFFIX
from autograder.student.core.names import safe_name
from autograder.student.models.model_files import FILE_LIMITS

_LONGEST_STEM_BYTES = 200  # of a name that gets a number: most disks take 255 bytes in all


class CarefulExtractor(ExtractorPlugin):
    """Takes notebooks, and the checkpoints and helper modules beside them, out of folders and archives.

    Sizes are bounded and links are not followed. A damaged archive costs a warning, and nobody else anything.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Writes the files in the layout they are found in, an archive as a folder of its name."""
        try:
            found = find_submissions([Path(archive_path)], assignment_names())
        except NothingToGrade as error:
            self.log.warning(str(error))
            return
        for each in found:
            inside = each.path.relative_to(archive_path)
            try:
                data = each.read()
                files = {_name(each): data, **each.read_files()[0], **each.read_modules(data).files}
                _write(files, Path(extracted_path, _place(each, inside)))
            except Refused as error:
                sentence = _("{file} was not collected. {reason}")
                name = clean_line(str(Path(inside, each.member)))
                self.log.warning(sentence.format(file=name, reason=error))


def _write(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes files into a folder; `Refused` if the disk does not take them.

    Names in archives are students' own: too long for any disk, or a file's here and a folder's there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
    except OSError as error:
        raise Refused(
            _("It cannot be written under this name: {reason}.").format(reason=error.strerror)
        ) from None


def _place(found: Found, inside: Path) -> Path:
    """The folder of a notebook; a member whose name leads out of its archive has been refused."""
    if found.owner:  # a platform has put everybody's files into one folder
        return Path(safe_name(found.student))
    if not found.member:
        return inside.parent
    member = PurePosixPath(found.member)
    inner = member.with_suffix("") / PurePosixPath(found.inner).parent if found.inner else member.parent
    return inside.with_suffix("") / inner


def _name(found: Found) -> str:
    """The notebook's name as it was found, for a name may say whose it is."""
    return (
        found.file_name if found.owner else PurePosixPath(found.inner or found.member or found.path.name).name
    )


def _beside_notebook(path: Path) -> str:
    """The path of a module relative to the notebook that imports it."""
    folder = next((folder for folder in path.parents if any(folder.glob("*.ipynb"))), path.parent)
    return path.relative_to(folder).as_posix()


class NotebooksAndModels(FileNameCollectorPlugin):
    """Collects notebooks, the checkpoints beside them and their helper modules, each of these where it lay.

    A file belongs to the outermost folder or archive it lies in, else to its own name. Where a learning platform
    puts the student into a longer name, `named_regexp` says how, as nbgrader's manual tells.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._taken: set[tuple[str, str]] = set()

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """Whose the file is, and its name in the submission; None for one that is not collected."""
        path = Path(submitted_file)
        if path.suffix.lower() not in (".ipynb", SUFFIX) and path.name not in FILE_LIMITS:
            return None
        if self.named_regexp:
            return self._match(submitted_file)
        extracted = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        inside = PurePosixPath(path.relative_to(extracted).as_posix())
        student = student_of(inside, inside.stem, set(assignment_names()))
        is_module = path.suffix == SUFFIX
        return {
            "student_id": student,
            "file_id": _beside_notebook(path) if is_module else self._untaken(student, path),
        }

    def _untaken(self, student: str, path: Path) -> str:
        """The file's name, with a number if the student has handed in another one of this name: nbgrader would stop."""
        name, number = path.name, 1
        stem = path.stem.encode("utf-8", "replace")[:_LONGEST_STEM_BYTES].decode("utf-8", "ignore")
        while (student, name) in self._taken:
            number += 1
            name = f"{stem} ({number}){path.suffix}"
        self._taken.add((student, name))
        return name
