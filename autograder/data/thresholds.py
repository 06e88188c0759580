"""Writes `data/thresholds.json`: what was measured, on which text, with which versions."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from autograder.course.corpora import DATA
from autograder.course.language import _
from autograder.data.baselines import FLOOR, TARGET, baselines, streams
from autograder.data.corpus import DataError
from autograder.data.manifest import read_json, read_manifest, write_json
from autograder.data.prepare import problems

ASSIGNMENTS = {"rnn_language_model": "sotu"}  # measured assignments and what they are measured on
FILE = "thresholds.json"
_DIGITS = 4  # the same on every machine


def write_baselines(
    assignment: str, report: Callable[[str], None] = lambda step: None, data: Path = DATA
) -> dict[str, Any]:
    """Measures the baselines anew and keeps what else is in the file, if the text is the same; returns the entry."""
    corpus = ASSIGNMENTS[assignment]
    for problem in problems(corpus, data):
        raise DataError(problem)
    text = streams(corpus)
    found = {
        name: {split: round(number, _DIGITS) for split, number in splits.items()}
        for name, splits in baselines(text, report).items()
    }
    entry: dict[str, Any] = {
        "corpus": corpus,
        "corpus_sha256": checksums(corpus, data),
        "vocabulary_size": text.vocabulary_size,
        "tokens": {"valid": len(text.valid), "hidden": len(text.hidden)},
        "versions": versions(),
        "baselines": found,
        "floor": found[FLOOR],
        "target": found[TARGET],
    }
    return update(assignment, entry, data)


def update(assignment: str, measured: Mapping[str, Any], data: Path = DATA) -> dict[str, Any]:
    """Puts what was measured into the file; what was measured on another text is dropped."""
    document = read_json(data / FILE) if (data / FILE).exists() else {}
    old = document.get(assignment, {})
    kept = old if old.get("corpus_sha256") == checksums(ASSIGNMENTS[assignment], data) else {}
    document[assignment] = {**kept, **measured}
    write_json(data / FILE, document)
    return document[assignment]


def stale(data: Path = DATA) -> list[str]:
    """A sentence for each assignment whose thresholds were not measured on the corpus of the manifest."""
    document = read_json(data / FILE) if (data / FILE).exists() else {}
    return [
        _("The thresholds of {assignment} belong to another text: run “autograder data thresholds”.").format(
            assignment=assignment
        )
        for assignment, corpus in ASSIGNMENTS.items()
        if document.get(assignment, {}).get("corpus_sha256") != checksums(corpus, data)
    ]


def checksums(corpus: str, data: Path = DATA) -> dict[str, str]:
    """Of the files that perplexities depend on."""
    files: Mapping[str, str] = read_manifest(data)[corpus]["files"]
    return {path: checksum for path, checksum in files.items() if path.endswith((".words.txt", "ulary.txt"))}


def versions() -> dict[str, str]:
    """Of everything that could move a number."""
    packages = {name: importlib.metadata.version(name) for name in ("autograder", "numpy", "torch")}
    return {"python": platform.python_version(), **packages}
