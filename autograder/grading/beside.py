"""Reads the checkpoint files that lie beside a notebook, and says in a sentence why one is not taken."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from autograder.grading.archives import MAX_MEMBERS, members_beside, members_of
from autograder.grading.files import Reader, Refused, read_file
from autograder.grading.text import clean_line
from autograder.student.core.language import _
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.model_files import FILE_LIMITS, near_misses

MAX_SIMILAR = 4  # names that are spoken of: a model is two files
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
    if not (files or notes or shares_folder):
        notes += _similar_names(_names_beside(path, member))
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
    """The names of all files in the folder of a notebook, or of a member of an archive; as many as can be read."""
    try:
        if member:
            folder = member[: member.rfind("/") + 1]
            inside = (
                each.filename.removeprefix(folder)
                for each in members_of(path)
                if each.filename.startswith(folder)
            )
            return [name for name in inside if "/" not in name]
        with os.scandir(path.parent) as entries:
            return [entry.name for entry in itertools.islice(entries, MAX_MEMBERS)]
    except (Refused, OSError):
        return []


def _similar_names(present: Sequence[str]) -> list[str]:
    """A sentence for each file that may be half of a model under another name than its own."""
    meant: dict[str, list[str]] = {}
    for wanted in FILE_LIMITS:
        for name in near_misses(wanted, present):
            meant.setdefault(name, []).append(f"`{wanted}`")
    return [
        _("Is {name} meant to be the model? Only a file called {wanted} is read.").format(
            name=f"`{clean_line(name, 100).replace('`', '?')}`", wanted=_(" or ").join(wanted)
        )
        for name, wanted in list(meant.items())[:MAX_SIMILAR]
    ]
