"""Reads the checkpoint files that lie beside a notebook, and says in a sentence why one is not taken."""

from __future__ import annotations

import itertools
import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.grading.archives import MAX_MEMBERS, Archive, Known, nobody, open_archive, open_inner
from autograder.grading.files import Reader, Refused, read_file
from autograder.grading.platforms import identify
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


@dataclass(frozen=True)
class Place:
    """Where a file lies: on disk, in an archive there, or in an archive in that one."""

    path: Path
    member: str = ""  # its name inside the archive at `path`
    inner: str = ""  # its name inside the archive that this member is
    known: Known = nobody  # how names in archives were decoded

    @property
    def folder(self) -> tuple[Path, str, str]:
        """The folder it lies in."""
        if self.inner:
            return self.path, self.member, self.inner[: self.inner.rfind("/") + 1]
        if self.member:
            return self.path, "", self.member[: self.member.rfind("/") + 1]
        return self.path.parent, "", ""

    def read(self, limit: int) -> bytes:
        """The bytes of the file, at most one more than `limit`; `Refused` if they cannot be had."""
        if not self.member:
            return read_file(self.path, limit)
        return self._archive().read(self.inner or self.member, limit)

    def _archive(self) -> Archive:
        outer = open_archive(self.path, self.known)
        return open_inner(outer, self.member, self.known) if self.inner else outer

    def read_below(self, path: str, limit: int) -> bytes:
        """The bytes of a file at a path relative to the folder, as `read` gives them; no folder on it is a link."""
        if self.member:
            return self._archive().read(self.folder[2] + path, limit)
        target = self.path.parent
        for part in path.split("/")[:-1]:
            target /= part
            if not stat.S_ISDIR(target.lstat().st_mode):
                raise Refused(_("It is a link to another place, and links are not followed."))
        return read_file(self.path.parent / path, limit)

    def beside(self) -> dict[str, Reader]:
        """The files in the same folder by name, each with a way to read it; as many as can be listed."""
        try:
            if self.member:
                archive, folder = self._archive(), self.folder[2]
                names = [
                    each.name.removeprefix(folder) for each in archive.members if each.name.startswith(folder)
                ]
                return {
                    name: partial(archive.read, folder + name) for name in names if name and "/" not in name
                }
            with os.scandir(self.path.parent) as entries:
                names = [entry.name for entry in itertools.islice(entries, MAX_MEMBERS)]
            return {name: partial(read_file, self.path.with_name(name)) for name in names}
        except (Refused, OSError):  # the notebook will say so
            return {}

    def nearby(self) -> list[str]:
        """The names of the files near it, those in folders below its own too; as many as can be listed."""
        if not self.member:
            return names_near(self.path.parent)
        folder = self.folder[2]
        try:
            names = [each.name for each in self._archive().members]
        except (Refused, OSError):
            return []
        return nearby(name.removeprefix(folder) for name in names if name.startswith(folder))


def files_of(place: Place, owner: str) -> dict[str, Reader]:
    """The files beside a notebook that may be its student's, under the names that the student gave them.

    A platform that puts everybody's files into one folder writes on each whose it is; of two with one name the later
    counts. `owner` is who the notebook's name says it belongs to, in such a folder.
    """
    files: dict[str, Reader] = {}
    orders: dict[str, int] = {}
    for name, read in place.beside().items():
        named = identify(name)
        if named is None:
            files.setdefault(name, read)
        elif named.owner == owner and named.order >= orders.get(named.file, -1):
            files[named.file], orders[named.file] = read, named.order
    return files


def checkpoint_files(
    files: Mapping[str, Reader], shares_folder: bool, nearby_names: Collection[str] = ()
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The checkpoint files among those beside a notebook by name, and a sentence for each that is not taken.

    With `shares_folder` others' notebooks lie in the same folder. `nearby_names` are those of the files near the
    notebook, for a sentence on what may have been meant.
    """
    taken: dict[str, bytes] = {}
    notes: list[str] = []
    for name in (*FILE_LIMITS, *PICKLED):
        if name not in files:
            continue
        try:
            taken[name] = _take(name, files[name], shares_folder)
        except Refused as error:
            notes.append(_("The file {name} was not read. {reason}").format(name=f"`{name}`", reason=error))
    if not (notes or shares_folder):
        notes += about_near_misses(missing_files(taken), nearby_names or list(files))
    return taken, tuple(notes)


def _take(name: str, read: Reader, shares_folder: bool) -> bytes:
    if name in PICKLED:
        raise Refused(
            _(
                "A pickle can run code where it is opened: save the model with `save_checkpoint`, "
                "and hand in the two files it writes."
            )
        )
    if shares_folder:
        raise Refused(_("The folder has notebooks of several students, so it is unclear whose it is."))
    limit = FILE_LIMITS[name]
    data = read(limit)
    if len(data) > limit:
        raise Refused(_("It is larger than the {limit} kB that are accepted.").format(limit=limit // 2**10))
    return data
