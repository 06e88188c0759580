"""Keeps torch to one thread: a fork has none of a pool that was there, and a task in it would wait for them for ever.

Each task is a fork. A submission has one core, so more threads would not make it faster either.
"""

from __future__ import annotations

import torch


def provide_one_thread() -> None:
    """From now on torch says that it has the threads it was asked for, and works in one."""
    for threads in ("num_threads", "num_interop_threads"):
        _provide(threads)


def _provide(threads: str) -> None:
    told: int = getattr(torch, f"get_{threads}")()

    def set_threads(number: int) -> None:
        nonlocal told
        told = number

    setattr(torch, f"set_{threads}", set_threads)
    setattr(torch, f"get_{threads}", lambda: told)
