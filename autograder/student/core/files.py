"""Writes files whole or not at all, and archives that are the same bytes for the same contents."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Container, Mapping
from pathlib import Path

NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest one a zip can hold

Date = tuple[int, int, int, int, int, int]  # year, month, day, hour, minute, second


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file; until all of it is written an older one stays as it is. `OSError` if it cannot be written."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)  # a temporary file is its owner's alone; this one is for others, too
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def zipped(files: Mapping[str, bytes], date: Date = NO_DATE, executable: Container[str] = ()) -> bytes:
    """The files, by their paths, as a zip archive: sorted, and of one date, so that equal files are equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(name, date)
            entry.create_system = 3  # Unix, wherever the archive is made
            entry.external_attr = (0o755 if name in executable else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return buffer.getvalue()
