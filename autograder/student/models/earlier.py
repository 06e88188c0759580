"""Finds models of earlier trainings beside the newest one, and says if one of them was better.

A second training gives the files of the first another name, `rnn_lm-1.json`. Each file says what its model reached
on the validation text.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from autograder.student.core.language import _
from autograder.student.core.spec import ARGUMENTS_SUFFIX, WEIGHTS_SUFFIX

REACHED = ("valid_perplexity", "valid_bits_per_byte")  # as a training notes it; less is better
_ENOUGH = 1.001  # times better: less is noise


def better_earlier(stem: Path) -> list[str]:
    """A sentence if the best of the earlier models beside `stem` is better than this one; none else."""
    own = reached(Path(f"{stem}{ARGUMENTS_SUFFIX}"))
    pattern = f"{stem.name}-*{ARGUMENTS_SUFFIX}"
    earlier = [
        (reached(path), path) for path in stem.parent.glob(pattern) if path.stem.split("-")[-1].isdigit()
    ]
    best, path = min(earlier, default=(math.inf, stem))
    if best * _ENOUGH >= own:
        return []
    text = _(
        "A better model lies beside it: {weights}, with {best:.4g} against {own:.4g} on the validation text. To hand "
        "that one in, give its two files the names {stem}{weights_suffix} and {stem}{arguments_suffix}."
    )
    sentence = text.format(
        weights=f"{path.stem}{WEIGHTS_SUFFIX}",
        best=best,
        own=own,
        stem=stem.name,
        weights_suffix=WEIGHTS_SUFFIX,
        arguments_suffix=ARGUMENTS_SUFFIX,
    )
    return [sentence]


def reached(arguments: Path) -> float:
    """What a model has reached on the validation text by its own file; infinity if that does not say."""
    try:
        document = json.loads(arguments.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return math.inf
    found = [document.get(name) for name in REACHED] if isinstance(document, dict) else []
    return next((float(each) for each in found if isinstance(each, int | float)), math.inf)
