"""How the two files of a trained model are called, how large they may be, and what they are called by mistake."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

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
_ADDED = re.compile(r"copy( of)?|[\W_\d]+")  # what browsers, JupyterLab and people add to a name


def near_misses(wanted: str, present: Collection[str]) -> list[str]:
    """The names among those `present` that somebody may have meant where `wanted`, a model's file, is not there.

    >>> near_misses("rnn_lm.safetensors", ["RNN_LM.safetensors", "rnn_lm (1).safetensors", "rnn_lm.pt", "notes.txt"])
    ['RNN_LM.safetensors', 'rnn_lm (1).safetensors', 'rnn_lm.pt']
    """
    stem, suffix = wanted.rsplit(".", 1)
    suffixes = (f".{suffix}", *(_PICKLES if f".{suffix}" == WEIGHTS_SUFFIX else ()))
    return sorted(
        name
        for name in set(present) - FILE_LIMITS.keys()
        if any(each in name.casefold() for each in suffixes)
        and (_squeezed(name.split(".")[0]) == _squeezed(stem) or name.casefold().endswith(WEIGHTS_SUFFIX))
    )


def _squeezed(stem: str) -> str:
    """A file's stem without what makes no difference to a person."""
    return _ADDED.sub("", unicodedata.normalize("NFKC", stem).casefold())
