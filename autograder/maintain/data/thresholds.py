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
from autograder.maintain.data.manifest import read_json, write_json
from autograder.maintain.data.prepare import problems, recorded_files
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
    """Measures the baselines again and keeps the rest of the file, if the text is the same; returns the entry."""
    model = MEASURED_MODELS[assignment]
    for problem in problems(model.corpus, data):
        raise DataError(problem)
    measured = _BASELINES[model.metric.name](assignment, report)
    entry: dict[str, Any] = {
        "corpus_sha256": checksums(assignment, model.corpus, data),
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
    document, corpus = _read(data), MEASURED_MODELS[assignment].corpus
    by_corpus = document.setdefault(assignment, {})
    old: dict[str, Any] = by_corpus.get(corpus, {})
    kept = old if old.get("corpus_sha256") == checksums(assignment, corpus, data) else {}
    entry = {**kept, **measured}
    by_corpus[corpus] = entry
    write_json(data / FILE, document)
    return entry


def stale(data: Path = DATA) -> list[str]:
    """A sentence for each assignment whose thresholds were not measured on the text that the manifest records."""
    document = _read(data)
    return [
        _("The thresholds of {assignment} belong to another text: run “autograder data thresholds”.").format(
            assignment=assignment
        )
        for assignment, model in MEASURED_MODELS.items()
        for corpus in {model.corpus, *document.get(assignment, {})}
        if document.get(assignment, {}).get(corpus, {}).get("corpus_sha256")
        != checksums(assignment, corpus, data)
    ]


def _read(data: Path) -> dict[str, dict[str, Any]]:
    """What was measured so far, by assignment and corpus."""
    return read_json(data / FILE) if (data / FILE).exists() else {}


def checksums(assignment: str, corpus: str, data: Path = DATA) -> dict[str, str]:
    """Of the files that the numbers of an assignment depend on: folded words, or the text as it was written."""
    files = recorded_files(corpus, data) or {}
    metric = MEASURED_MODELS[assignment].metric
    return {path: checksum for path, checksum in files.items() if metric.depends_on(path)}


def versions() -> dict[str, str]:
    """Of everything that could move a number."""
    packages = {name: importlib.metadata.version(name) for name in ("numpy", "torch")}
    return {"python": platform.python_version(), "autograder": __version__, **packages}
