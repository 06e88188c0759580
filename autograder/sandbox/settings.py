"""Holds what the warm server tells its keepers and workers: paths, limits, the compiled filter."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass
from typing import Any

from autograder.sandbox.limits import Limits


@dataclass(frozen=True)
class Settings:
    """Everything that a warm server has to know; travels as JSON."""

    level: str  # strong, inner or none
    harness: str
    warm: tuple[str, ...]
    forgone: tuple[str, ...]  # compiled functions that tasks may have to do without
    import_path: tuple[str, ...]
    core: str  # our `student/core`, for a public folder that has none
    readable: tuple[str, ...]  # files and folders that a worker may read, beneath Landlock
    scratch_root: str
    limits: Limits
    instructions: bytes  # of the seccomp filter
    call_number: int  # of seccomp(2)
    asked: dict[int, str]
    drop_user: bool = False

    def to_json(self) -> dict[str, Any]:
        """The settings as JSON can carry them."""
        return {
            **asdict(self),
            "instructions": base64.b64encode(self.instructions).decode(),
            "asked": list(self.asked.items()),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """The settings that `to_json` wrote."""
        return cls(
            **{
                **data,
                "warm": tuple(data["warm"]),
                "forgone": tuple(data["forgone"]),
                "import_path": tuple(data["import_path"]),
                "readable": tuple(data["readable"]),
                "limits": Limits(**data["limits"]),
                "instructions": base64.b64decode(data["instructions"]),
                "asked": dict(data["asked"]),
            }
        )
