"""Lets cells import modules that only show things and are missing here: widget libraries, and old names of IPython.

All of it exists and does nothing.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Iterator, Sequence
from typing import Any

from IPython import display
from IPython.core import display as core_display

_FOR_THE_SCREEN = ("ipywidgets",)
# Names that earlier versions of IPython had in these places.
_OF_DISPLAY = ("set_matplotlib_formats", "set_matplotlib_close")
_OF_CORE_DISPLAY = ("display", "update_display", "clear_output", "publish_display_data")


def provide_absent() -> None:
    """From now on such an import works; what is installed comes first."""
    sys.meta_path.append(_Finder())
    for name in _OF_DISPLAY:
        if not hasattr(display, name):
            setattr(display, name, _nothing)
    for name in _OF_CORE_DISPLAY:
        if not hasattr(core_display, name):
            setattr(core_display, name, getattr(display, name))


def _nothing(*_arguments: Any, **_keywords: Any) -> None:
    """What is done for the screen."""


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
