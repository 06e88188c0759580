"""Reads the checkpoint files that lie beside a notebook, and says in a sentence why one is not taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from autograder.grading.archives import members_beside, members_of
from autograder.grading.files import Reader, Refused, read_file
from autograder.student.core.language import _
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import (
    FILE_LIMITS,
    about_near_misses,
    missing_files,
    names_near,
    nearby,
)

# torch.save; reading one may run what is in it
PICKLED = tuple(f"{model.stem}{suffix}" for model in MEASURED_MODELS.values() for suffix in (".pt", ".pth"))


def checkpoint_files(
    path: Path, member: str, shares_folder: bool
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The checkpoint files beside a notebook by name, and a sentence for each that is not taken.

    The notebook is the file at `path`, or a member of the archive there. With `shares_folder` others' notebooks lie
    in the same folder.
    """
    files: dict[str, bytes] = {}
    notes: list[str] = []
    for name, read in _beside(path, member):
        try:
            files[name] = _take(name, read, shares_folder)
        except Refused as error:
            notes.append(_("The file {name} was not read. {reason}").format(name=f"`{name}`", reason=error))
    if not (notes or shares_folder):
        notes += about_near_misses(missing_files(files), _names_beside(path, member))
    return files, tuple(notes)


def _take(name: str, read: Reader, shares_folder: bool) -> bytes:
    if name in PICKLED:
        raise Refused(
            _(
                "A pickle can run code where it is opened: save the model with `save_checkpoint`, "
                "and hand in the two files it writes."
            )
        )
    if shares_folder:
        raise Refused(
            _("Notebooks of several students lie in the same folder, so it cannot be known whose it is.")
        )
    limit = FILE_LIMITS[name]
    data = read(limit)
    if len(data) > limit:
        raise Refused(_("It is larger than the {limit} kB that are accepted.").format(limit=limit // 2**10))
    return data


def _beside(path: Path, member: str) -> Iterator[tuple[str, Reader]]:
    """The known files in the folder of a notebook, or of a member of an archive, each with a way to read it."""
    names = (*FILE_LIMITS, *PICKLED)
    if member:
        yield from members_beside(path, member, names)
        return
    for name in names:
        other = path.with_name(name)
        if os.path.lexists(other):
            yield name, partial(read_file, other)


def _names_beside(path: Path, member: str) -> list[str]:
    """The names of the files near a notebook, or near a member of an archive; as many as can be read."""
    if not member:
        return names_near(path.parent)
    folder = member[: member.rfind("/") + 1]
    try:
        names = [each.filename for each in members_of(path)]
    except (Refused, OSError):
        return []
    return nearby(name.removeprefix(folder) for name in names if name.startswith(folder))
