"""The layers of isolation: what each protects, and whether it is in force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.student.core.language import _


@dataclass(frozen=True)
class Layer:
    """One layer of isolation: whether it is in force, what it protects, and why it is not."""

    name: str
    active: bool
    protects: str
    reason: str = ""


def layers_of(applied: Mapping[str, str], why_not: Mapping[str, str]) -> list[Layer]:
    """Every layer, given those that were applied or why not, and why others were not tried."""
    protects = {
        "bubblewrap": _("files, processes, network and users of the machine are not visible inside"),
        "limits": _("memory, processor time, file size, open files"),
        "user": _("the grader's files and processes: the worker runs as another user"),
        "capabilities": _("the system: the rights of root are given up"),
        "landlock": _("all files except Python, the public folder and the worker's own scratch folder"),
        "landlock network": _("TCP connections, as a second barrier"),
        "landlock signals": _("other processes' signals and abstract sockets, as a second barrier"),
        "seccomp": _("the kernel: network, new processes, signals to others, programs, namespaces"),
    }
    return [
        Layer(
            name, applied.get(name) == "", what, applied.get(name, why_not.get(name, _("not at this level")))
        )
        for name, what in protects.items()
    ]
