"""What the code of a submission defines and uses is read off its syntax tree."""

from __future__ import annotations

import pytest

from autograder.student.core.code import bound_names, checked_task, is_python, python
from autograder.student.core.reach import reached


def test_definitions_inside_conditions_count_and_local_ones_do_not() -> None:
    """A name bound under `if`, `try` or `with` is a global one; one inside a function is not."""
    source = "if True:\n def f(): inner = 1\ntry:\n import a.b\nexcept E:\n c = 1\nwith x as y:\n d: int = 2"
    assert bound_names(source) >= {"f", "a", "c", "d"}
    assert "inner" not in bound_names(source)


def test_magics_do_not_hide_definitions() -> None:
    """A cell with a magic is Python to the worker, so it is here."""
    assert "f" in bound_names("%time x = 1\n!ls\ndef f(): pass")
    assert python("%%bash\ndef f(): pass") == ""


@pytest.mark.parametrize(
    "source", ["(" * 10_000, "-" * 100_000 + "1", "x = 1\0", "def", "\ud800", "9" * 10_000]
)
def test_hostile_code_is_only_unreadable(source: str) -> None:
    """The parser's own limits are no errors of ours."""
    assert bound_names(source) == frozenset()
    assert checked_task(source) is None
    assert isinstance(is_python(source), bool)


@pytest.mark.parametrize(
    "source",
    ['check("f"); g()', "check(f)", 'check("f", evil())', 'x = check("f")', "check()", 'check("f", **k)'],
)
def test_only_a_bare_check_is_a_check(source: str) -> None:
    """Anything that does more is the student's own code."""
    assert checked_task(source) is None


def test_what_a_definition_reaches_is_found_through_others() -> None:
    """Nearest first, without the name itself, loops included."""
    sources = ["def f(): return g()", "class g:\n    def m(self): return h(f)", "def h(x): return x"]
    assert reached(sources, "f") == ["g", "h"]
    assert reached(sources, "nothing") == []
