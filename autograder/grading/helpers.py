"""Reads the helper modules that lie beside a notebook: those that its cells import, and nothing else of its folder."""

from __future__ import annotations

from autograder.grading.beside import Place, files_of
from autograder.grading.files import Refused
from autograder.grading.read import Unreadable, read_submission
from autograder.student.core.language import _
from autograder.student.core.modules import MAX_MODULE_BYTES, SUFFIX, Modules, is_below, modules_of


def helper_modules(place: Place, owner: str, shares_folder: bool, data: bytes) -> Modules:
    """The modules that the notebook in these bytes imports, from the folder it lies in.

    `owner` is who a platform says it belongs to, where it puts everybody's files into one folder. With
    `shares_folder` others' notebooks lie in the same folder, and it cannot be known whose a module is.
    """
    if not any(name.endswith(SUFFIX) for name in place.nearby()):
        return Modules()
    try:
        sources = [cell.source for cell in read_submission(data).notebook.cells if cell.kind == "code"]
    except Unreadable:
        return Modules()
    own = files_of(place, owner)

    def read(path: str) -> bytes | None:
        try:
            if path in own:
                return own[path](MAX_MODULE_BYTES)
            is_deeper = "/" in path and not owner
            return place.read_below(path, MAX_MODULE_BYTES) if is_deeper and is_below(path) else None
        except (Refused, OSError):
            return None

    found = modules_of(sources, read)
    if not (shares_folder and found.files):
        return found
    reason = _("The folder has notebooks of several students, so it is unclear whose it is.")
    return Modules(
        notes=tuple(
            _("The file {name} was not read. {reason}").format(name=f"`{path}`", reason=reason)
            for path in found.files
        )
    )
