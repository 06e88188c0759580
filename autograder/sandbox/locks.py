"""Gives `multiprocessing` the locks of threads: a worker is one process, and no file that others share is open to it.

Pools of threads need such locks, too: `multiprocessing.pool.ThreadPool`, `multiprocessing.dummy.Pool`.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from multiprocessing import heap, synchronize
from typing import Any

_KINDS = ("Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event", "Barrier")


def provide_locks() -> None:
    """From now on `multiprocessing.Lock()` gives one of `threading`; shared values lie in the scratch folder."""
    for name in _KINDS:
        setattr(synchronize, name, functools.partial(_of_threads, getattr(threading, name)))
    places: Any = heap.Arena
    places._dir_candidates = []


def _of_threads(kind: Callable[..., Any], *arguments: Any, ctx: Any = None, **keywords: Any) -> Any:
    return kind(*arguments, **keywords)
