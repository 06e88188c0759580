"""Writes what a benchmark has measured into a file with the date and the machine in it."""

from __future__ import annotations

import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from autograder import __version__


def write_record(name: str, rows: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """Writes the rows of a benchmark to `folder/DATE-name.json`, and returns where."""
    today = datetime.date.today().isoformat()
    record = {
        "benchmark": name,
        "date": today,
        "autograder": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "processors": os.cpu_count(),
        "load": os.getloadavg()[0],
        "rows": list(rows),
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{today}-{name}.json"
    path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return path
