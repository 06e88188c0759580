"""Reads and writes `data/manifest.json`: of each corpus its source, checksums, licence, split rule and counts."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.maintain.data.corpus import DataError
from autograder.student.core.language import _
from autograder.student.corpora import DATA

MANIFEST = "manifest.json"  # in data/ for the course's corpora; in data/prepared/<corpus>/ for one that a user brings


def read_manifest(data: Path = DATA) -> dict[str, dict[str, Any]]:
    """What is known of each corpus, by its name."""
    corpora: dict[str, dict[str, Any]] = read_json(data / MANIFEST)["corpora"]
    return corpora


def write_manifest(corpora: Mapping[str, Any], data: Path = DATA) -> None:
    """Replaces the manifest, whole or not at all."""
    write_json(data / MANIFEST, {"corpora": corpora})


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file of ours, or one sentence about it."""
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(
            _("{path} is missing or damaged: restore it from the course's repository.").format(path=path)
        ) from error
    assert isinstance(document, dict)
    return document


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Writes a document for people and programs, whole or not at all."""
    write_bytes(path, (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Writes beside the target and renames: a reader sees the old file or the new one, even after a kill."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sha256(content: bytes) -> str:
    """The checksum that the manifest records."""
    return hashlib.sha256(content).hexdigest()
