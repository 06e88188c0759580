"""Lets cells import libraries for the screen that are not installed here: their widgets exist and do nothing."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

_FOR_THE_SCREEN = ("ipywidgets",)


def provide_absent() -> None:
    """From now on an import of such a library works; one that is installed comes first."""
    sys.meta_path.append(_Finder())


class _Nothing:
    """Stands for any widget: keeps the attributes that it is given, and can be called, entered and gone through."""

    def __init__(self, *_arguments: Any, **keywords: Any) -> None:
        self.__dict__.update(keywords)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """A widget; the function itself, if it decorates one."""
        is_decorator = bool(arguments) and isinstance(arguments[0], types.FunctionType)
        return arguments[0] if is_decorator else _Nothing(**keywords)

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *_failure: object) -> None:
        pass


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds an absent library as a package in which every name is there."""

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] not in _FOR_THE_SCREEN:
            return None
        return importlib.util.spec_from_loader(fullname, self, is_package=True)

    def exec_module(self, module: types.ModuleType) -> None:
        def widget(name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            return _Nothing()

        module.__getattr__ = widget  # type: ignore[method-assign]
