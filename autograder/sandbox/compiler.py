"""Puts off the import of torch's compiler, which takes as long as torch itself, until something wants to compile.

An optimiser imports `torch._dynamo` at its first step, only to tell a compiler that is not there what to leave alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import types
from collections.abc import Callable
from typing import Any

NAME = "torch._dynamo"


class _PutOff(types.ModuleType):
    """Stands for the compiler: what is said to it changes nothing, and for all else it makes room for the real one."""

    def graph_break(self) -> None:
        """Nothing is being compiled that could be broken here."""

    def disable(self, function: Any = None, recursive: bool = True, **_options: Any) -> Any:
        """The function itself, or what returns it: it is not compiled anyway."""
        return _itself if function is None else function

    def __getattr__(self, name: str) -> Any:
        # `inspect` asks every module for names like `__wrapped__`; a submodule is looked for in `__path__`.
        if name.startswith("__") and name != "__path__":
            raise AttributeError(name)
        return getattr(_real(self), name)


def put_off() -> None:
    """From now on the compiler is imported when it is first used; nothing happens if it has been."""
    torch = importlib.import_module("torch")
    if NAME in sys.modules:
        return
    stand_in = _PutOff(NAME)
    specification = importlib.util.find_spec(NAME)
    stand_in.__file__ = specification.origin if specification else None
    sys.modules[NAME] = stand_in
    setattr(torch, "_dynamo", stand_in)  # noqa: B010 - for mypy, this is a module of torch


def _real(stand_in: types.ModuleType) -> types.ModuleType:
    if sys.modules.get(NAME) is stand_in:
        del sys.modules[NAME]
        # While it is being imported, torch finds the half of it that is there.
        del sys.modules["torch"]._dynamo
    return importlib.import_module(NAME)


def _itself(function: Callable[..., Any]) -> Callable[..., Any]:
    return function
