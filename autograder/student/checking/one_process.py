"""Holds code to one process, as the sandbox does when a notebook is graded, so that a check says what will count."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

import torch

from autograder.student.core.language import _

_NOT_FOUND = 127 << 8  # what `os.system` gives where no shell can be started


@contextmanager
def one_process() -> Iterator[None]:
    """Meanwhile no other process is started; `torch.compile`, which would compile in others, does nothing.

    A student's own work outside of checks is free to start what it likes.
    """
    places: list[tuple[Any, str, Callable[..., Any]]] = [
        (
            BaseProcess,
            "start",
            _refuse,
        ),  # by it start pools, executors, managers and the workers of data loaders
        (subprocess.Popen, "__init__", _refuse),
        *((os, name, _refuse) for name in ("fork", "forkpty", "posix_spawn", "posix_spawnp")),
        (os, "system", lambda _command: _NOT_FOUND),
        (torch, "compile", _as_it_is),
    ]
    with ExitStack() as put_back:
        if "torch._dynamo" in sys.modules:  # what is compiled already would be built at its first call
            put_back.enter_context(torch.compiler.set_stance("force_eager"))
        for owner, name, other in places:
            if hasattr(owner, name):  # not all are on Windows
                put_back.callback(setattr, owner, name, getattr(owner, name))
                setattr(owner, name, other)
        yield


def _refuse(*_arguments: Any, **_keywords: Any) -> None:
    raise PermissionError(
        errno.EPERM, _("No other process can be started here, as when the notebook is graded")
    )


def _as_it_is(model: Any = None, **_options: Any) -> Any:
    """Stands for `torch.compile`, called or as a decorator with options."""
    return model if model is not None else (lambda decorated: decorated)
