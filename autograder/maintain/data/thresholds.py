"""Writes `data/thresholds.json`: what was measured, on which text, with which versions."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder import __version__
from autograder.maintain.data import baselines, piece_baselines
from autograder.maintain.data.corpus import DataError
from autograder.maintain.data.manifest import read_json, read_manifest, write_json
from autograder.maintain.data.prepare import problems
from autograder.student.core.language import _
from autograder.student.core.metric import BITS_PER_BYTE, PERPLEXITY
from autograder.student.corpora import DATA
from autograder.student.models.measured_models import MEASURED_MODELS

FILE = "thresholds.json"
_DIGITS = 4  # the same on every machine
_BASELINES = {PERPLEXITY.name: baselines.measured, BITS_PER_BYTE.name: piece_baselines.measured}


def write_baselines(
    assignment: str, report: Callable[[str], None] = lambda step: None, data: Path = DATA
) -> dict[str, Any]:
    """Measures the baselines anew and keeps what else is in the file, if the text is the same; returns the entry."""
    model = MEASURED_MODELS[assignment]
    for problem in problems(model.corpus, data):
        raise DataError(problem)
    measured = _BASELINES[model.metric.name](assignment, report)
    entry: dict[str, Any] = {
        "corpus": model.corpus,
        "corpus_sha256": checksums(assignment, data),
        "vocabulary_size": measured.vocabulary_size,
        "tokens": measured.tokens,
        "versions": versions(),
        "baselines": {name: _rounded(splits) for name, splits in measured.baselines.items()},
        "floor": _rounded(measured.floor),
        "target": _rounded(measured.target),
    }
    return update(assignment, entry, data)


def _rounded(splits: Mapping[str, float]) -> dict[str, float]:
    return {split: round(number, _DIGITS) for split, number in splits.items()}


def update(assignment: str, measured: Mapping[str, Any], data: Path = DATA) -> dict[str, Any]:
    """Puts what was measured into the file; what was measured on another text is dropped."""
    document: dict[str, dict[str, Any]] = read_json(data / FILE) if (data / FILE).exists() else {}
    old = document.get(assignment, {})
    kept = old if old.get("corpus_sha256") == checksums(assignment, data) else {}
    document[assignment] = {**kept, **measured}
    write_json(data / FILE, document)
    return document[assignment]


def stale(data: Path = DATA) -> list[str]:
    """A sentence for each assignment whose thresholds were not measured on the corpus of the manifest."""
    document: dict[str, dict[str, Any]] = read_json(data / FILE) if (data / FILE).exists() else {}
    return [
        _("The thresholds of {assignment} belong to another text: run “autograder data thresholds”.").format(
            assignment=assignment
        )
        for assignment in MEASURED_MODELS
        if document.get(assignment, {}).get("corpus_sha256") != checksums(assignment, data)
    ]


def checksums(assignment: str, data: Path = DATA) -> dict[str, str]:
    """Of the files that the numbers of an assignment depend on: folded words, or the text as it was written."""
    model = MEASURED_MODELS[assignment]
    files: Mapping[str, str] = read_manifest(data)[model.corpus]["files"]
    return {path: checksum for path, checksum in files.items() if model.metric.depends_on(path)}


def versions() -> dict[str, str]:
    """Of everything that could move a number."""
    packages = {name: importlib.metadata.version(name) for name in ("numpy", "torch")}
    return {"python": platform.python_version(), "autograder": __version__, **packages}
