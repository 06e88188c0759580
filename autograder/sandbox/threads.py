"""Keeps torch to one thread: a fork has none of a pool that was there, and a task in it would wait for them for ever.

Each task is a fork. A submission has one core, so more threads would not make it faster either.
"""

from __future__ import annotations

import torch


def provide_one_thread() -> None:
    """From now on to ask torch for more threads changes nothing."""
    for name in ("set_num_threads", "set_num_interop_threads"):
        setattr(torch, name, _unchanged)


def _unchanged(_threads: int) -> None:
    """The number of threads stays what it is."""
