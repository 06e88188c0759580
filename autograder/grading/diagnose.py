"""Tells whether two namespaces gave the same answers in a test: how a known mistake is recognised from outside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch

from autograder.student.core.values import Ref

_ERROR_PARTS = ("type", "message")


def equal_answers(ours: Sequence[Any], theirs: Sequence[Any]) -> bool:
    """Whether two transcripts hold the same replies: numbers to a relative 1e-5, exceptions by type and message."""
    return len(ours) == len(theirs) and all(map(_equal, ours, theirs))


class Following(list[Any]):
    """A transcript that ends with an exception at the first reply that differs from the other one's.

    Most mutants differ at the first reply; there is no need to put them through the rest of the test.
    """

    def __init__(self, leader: Sequence[Any]) -> None:
        super().__init__()
        self.leader = list(leader)

    def append(self, reply: Any) -> None:
        """Takes one more reply, if it is the one that follows."""
        super().append(reply)
        if len(self) > len(self.leader) or not _equal(reply, self.leader[len(self) - 1]):
            raise RuntimeError("another answer")


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor) and isinstance(b, torch.Tensor):
        return a.shape == b.shape and a.dtype == b.dtype and _close(a, b)
    if isinstance(a, Ref) and isinstance(b, Ref):
        return True  # where an object lies, and what it is called, tells nothing
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        if isinstance(a.get("error"), dict) and isinstance(b.get("error"), dict):
            return all(a["error"].get(part) == b["error"].get(part) for part in _ERROR_PARTS)
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, float):
        return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-9) or (math.isnan(a) and math.isnan(b))
    return bool(a == b)


def _close(a: torch.Tensor, b: torch.Tensor) -> bool:
    if not a.is_floating_point():
        return torch.equal(a, b)
    return torch.allclose(a.detach(), b.detach(), rtol=1e-5, atol=1e-8, equal_nan=True)
