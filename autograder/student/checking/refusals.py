"""Takes the functions of Python modules away from this process, for good: each of them raises, whoever holds it."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from types import FunctionType
from typing import Any, NoReturn


def _refuse(*_arguments: Any, **_keywords: Any) -> NoReturn:
    raise PermissionError("this task forbids this library function")


def refuse(modules: Collection[str]) -> None:
    """Makes all functions raise `PermissionError` that are defined in these modules, or in modules below them.

    It is their code that is replaced, so it does not matter under which name, or since when, somebody has them. What
    was not imported yet cannot be.
    """
    for each in modules:
        sys.modules.setdefault(each, None)  # type: ignore[arg-type]  # Python's way to refuse an import
    for name, module in list(sys.modules.items()):
        if module is not None and any(name == each or name.startswith(f"{each}.") for each in modules):
            for function in _functions(list(vars(module).values()), name):
                free = function.__code__.co_freevars
                function.__code__ = _refuse.__code__.replace(co_freevars=free)


def _functions(waiting: list[Any], module: str) -> Iterator[FunctionType]:
    """The functions among these values, in classes among them, and wrapped in one another, that a module defines."""
    seen: set[int] = set()
    while waiting:
        value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, FunctionType):
            waiting += [cell.cell_contents for cell in value.__closure__ or () if _is_filled(cell)]
            waiting.append(getattr(value, "__wrapped__", None))
            if value.__module__ == module:
                yield value
        elif isinstance(value, type) and value.__module__ == module:
            waiting += vars(value).values()
        elif isinstance(value, staticmethod | classmethod):
            waiting.append(value.__func__)
        elif isinstance(value, property):
            waiting += [value.fget, value.fset]


def _is_filled(cell: Any) -> bool:
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True
