"""What an assignment tells the engine about its tasks: its `spec.py` defines one `SPEC`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Spec:
    """What is special about the tasks of one assignment, by task."""

    forbidden: Mapping[str, Any] = field(default_factory=dict)
    may_change: Mapping[str, frozenset[str]] = field(default_factory=dict)
