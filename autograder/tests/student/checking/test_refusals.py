"""What a module defines raises, whoever holds it since when; what it only uses does not."""

from __future__ import annotations

import functools
import importlib
import sys
import types

import pytest

from autograder.student.checking.refusals import refuse

SOURCE = """
import functools
from os.path import join

def plain(): return 1

def wrapped(function):
    @functools.wraps(function)
    def inner(*arguments): return function(*arguments)
    return inner

@wrapped
def decorated(): return 2

class Kind:
    def method(self): return 3
    @staticmethod
    def static(): return 4
    @property
    def value(self): return 5
"""


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """A module with a function of each kind."""
    made = types.ModuleType("toy_library.inner")
    monkeypatch.setitem(sys.modules, made.__name__, made)
    exec(SOURCE, vars(made))
    return made


def test_every_function_raises(module: types.ModuleType) -> None:
    """Also those within one another, and those that somebody has kept."""
    kept = [
        module.plain,
        module.decorated,
        module.decorated.__wrapped__,
        module.Kind().method,
        module.Kind.static,
    ]
    assert [function() for function in kept] == [1, 2, 2, 3, 4]
    refuse(["toy_library"])
    for function in (*kept, functools.partial(getattr, module.Kind(), "value")):
        with pytest.raises(PermissionError, match="this task forbids"):
            function()
    assert module.join("a", "b") == "a/b"


def test_what_was_not_imported_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused as Python refuses it."""
    monkeypatch.delitem(sys.modules, "this", raising=False)
    refuse(["this"])
    with pytest.raises(ImportError):
        importlib.import_module("this")
    del sys.modules["this"]
