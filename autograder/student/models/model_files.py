"""Names the two files of a trained model, how large they may be, and the wrong names that they are given."""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from autograder.student.core.language import _
from autograder.student.core.spec import WEIGHTS_SUFFIX
from autograder.student.models.measured_models import MEASURED_MODELS

MAX_WEIGHTS_BYTES = 64 * 2**20
MAX_ARGUMENTS_BYTES = 2**20
# Of every assignment's, by name.
FILE_LIMITS = {
    name: limit
    for model in MEASURED_MODELS.values()
    for name, limit in ((model.weights, MAX_WEIGHTS_BYTES), (model.arguments, MAX_ARGUMENTS_BYTES))
}
_PICKLES = (".pt", ".pth", ".ckpt", ".bin", ".pkl", ".pickle")  # how files of `torch.save` are called
_MAX_NAMES = 10_000  # of a folder; nobody has more
_MAX_SIMILAR = 4  # names that are spoken of: a model is two files
_ADDED = re.compile(r"copy( of)?|[\W_\d]+")  # what browsers, JupyterLab and people add to a name


def near_misses(wanted: str, present: Collection[str]) -> list[str]:
    """The names among those `present` that somebody may have meant where `wanted`, a model's file, is not there.

    A name may have one folder in front of it.

    >>> near_misses("rnn_lm.safetensors", ["models/rnn_lm.safetensors", "rnn_lm (1).safetensors", "rnn_lm.pt", "a.txt"])
    ['models/rnn_lm.safetensors', 'rnn_lm (1).safetensors', 'rnn_lm.pt']
    """
    suffix = f".{wanted.rsplit('.', 1)[1]}"
    suffixes = (suffix, *(_PICKLES if suffix == WEIGHTS_SUFFIX else ()))
    return sorted(
        name
        for name in set(present) - FILE_LIMITS.keys()
        if any(each in _file(name).casefold() for each in suffixes) and _may_be(_file(name), wanted)
    )


def about_near_misses(missing: Iterable[str], present: Collection[str]) -> list[str]:
    """A sentence for each file that may be one of those `missing` under another name, or in another folder."""
    meant: dict[str, list[str]] = {}
    for wanted in missing:
        for name in near_misses(wanted, present):
            meant.setdefault(name, []).append(f"`{wanted}`")
    sentences = [
        _("Is {name} meant to be the model? Only {wanted} beside the notebook is read.").format(
            name=f"`{_shown(name)}`", wanted=_(" or ").join(wanted)
        )
        for name, wanted in list(meant.items())[:_MAX_SIMILAR]
    ]
    if any(pickle in _file(name).casefold() for name in meant for pickle in _PICKLES):
        sentences.append(_("A file of `torch.save` is never opened: save the model with `save_checkpoint`."))
    return sentences


def missing_files(present: Collection[str]) -> list[str]:
    """The files that lack for a whole model; those of every assignment if there is none of any.

    >>> missing_files(["rnn_lm.json", "notes.txt"])
    ['rnn_lm.safetensors']
    """
    models = [set(model.files) for model in MEASURED_MODELS.values()]
    begun = [model for model in models if model & set(present)] or models
    return [name for name in FILE_LIMITS if name not in present and any(name in model for model in begun)]


def names_near(folder: Path) -> list[str]:
    """The names of the files in a folder and in its subfolders, as `nearby` leaves them; none if it is unreadable."""
    try:
        return nearby(itertools.islice(_walk(folder), _MAX_NAMES))
    except OSError:
        return []


def nearby(names: Iterable[str]) -> list[str]:
    """The names, relative to a notebook's folder, of files that may belong to that notebook.

    Those are the files beside it, and those one folder below, unless that folder is hidden or has a notebook itself.

    >>> nearby(["hw.ipynb", "models/rnn_lm.json", "bob/hw.ipynb", "bob/rnn_lm.json", ".git/config", "a/b/c.json"])
    ['hw.ipynb', 'models/rnn_lm.json']
    """
    found = [name for name in names if name.count("/") <= 1 and not name.startswith(".")]
    others = {_folder(name) for name in found if name.casefold().endswith(".ipynb")} - {""}
    return [name for name in found if _folder(name) not in others]


def _walk(folder: Path) -> Iterator[str]:
    below = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            else:
                yield entry.name
    for name in below:
        try:
            with os.scandir(folder / name) as entries:
                yield from (f"{name}/{e.name}" for e in entries if not e.is_dir(follow_symlinks=False))
        except OSError:
            continue  # a folder that may not be read


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _file(name: str) -> str:
    return name.rpartition("/")[2]


def _may_be(name: str, wanted: str) -> bool:
    """Whether a file's name is that of the model `wanted`, or that of no model, but a file of weights."""
    stem = _squeezed(name)
    if stem in map(_squeezed, FILE_LIMITS):
        return stem == _squeezed(wanted)
    return name.casefold().endswith(WEIGHTS_SUFFIX)


def _shown(name: str) -> str:
    """A name out of somebody's folder, short and plain enough for a sentence."""
    return "".join(letter if letter.isprintable() and letter != "`" else "?" for letter in name[:100])


def _squeezed(name: str) -> str:
    """A file's name up to its first dot, without what makes no difference to a person."""
    return _ADDED.sub("", unicodedata.normalize("NFKC", name.partition(".")[0]).casefold())
