"""Tries in the worker what `probe` tells it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Harness:
    """Runs in the worker: tries one thing and tells whether it was refused."""

    def __init__(self, namespace: dict[str, Any], call_back: Callable[[int, list[Any]], Any]) -> None:
        pass

    def handle(self, request: str) -> bool:
        """True if the attempt was refused."""
        try:
            eval(request)
        except (OSError, MemoryError):
            return True
        return False
