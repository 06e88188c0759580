"""Chooses the questions for a failed test: they belong to the failure, not to the test.

The order of evidence: the code raised; the kind of value; its shape; its dtype; the right numbers in another order or
scale; gradients; and only then the questions that the test itself asks.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.student.checking.student import CheckFailed, Evidence, Stopped, StudentError
from autograder.student.core.language import _


def questions(error: BaseException, own: Sequence[str]) -> tuple[str, ...]:
    """The questions that help with this failure, the best first; `own` are those of the test."""
    if speaks_for_itself(error) or not isinstance(error, AssertionError):
        return ()
    if isinstance(error, StudentError):
        return (_about_exception(error),)
    if not isinstance(error, CheckFailed):
        return tuple(own)
    first = [error.question] if error.question else [_about(error.evidence)]
    if error.evidence in (Evidence.STRUCTURE, Evidence.SHAPE, Evidence.DTYPE):
        return tuple(filter(None, first))  # the test's questions are about values, and would mislead
    return tuple(filter(None, [*first, *own]))


def speaks_for_itself(error: BaseException) -> bool:
    """Whether any question would miss the point: nothing was computed, a name is misspelt, another task is wrong."""
    if isinstance(error, StudentError):
        return error.is_unwritten or error.type_name in ("NameError", "ModuleNotFoundError")
    if isinstance(error, CheckFailed) and error.evidence is Evidence.ELSEWHERE:
        return True
    return isinstance(error, Stopped)


def tells_a_mistake(error: BaseException | None) -> bool:
    """Whether a known mistake may be recognised by what was answered: the task itself broke a promise."""
    return isinstance(error, CheckFailed) and not speaks_for_itself(error)


def _about(evidence: Evidence) -> str:
    return {
        Evidence.STRUCTURE: _("What does the task say is returned, and what does your last line return?"),
        Evidence.SHAPE: _(
            "Which axis is off? Write the shapes of all parts of the line that makes this result."
        ),
        Evidence.DTYPE: _("Which of your lines makes a tensor without giving its dtype?"),
        Evidence.FINITE: _(
            "Which of your lines divides, or takes a logarithm or an exponential? What is the largest input?"
        ),
    }.get(evidence, "")


def _about_exception(error: StudentError) -> str:
    detail = error.detail
    if error.type_name == "WireError":
        return _("What kind of value should this function return? Print the type of what it returns now.")
    if "NoneType" in detail:
        return _("Which value is None there? Does every path of the function that made it end with `return`?")
    if error.type_name == "RuntimeError" and ("shape" in detail or "size" in detail):
        return _("Print the shapes on both sides in that line. Which axes have to be equal?")
    if error.type_name == "RuntimeError" and "dtype" in detail:
        return _("Which of your lines makes a tensor without giving its dtype?")
    if error.type_name == "RuntimeError" and ("grad" in detail or "graph" in detail):
        return _(
            "Where does the graph of this tensor begin, and which of your lines cuts it or uses it twice?"
        )
    by_type = {
        "TypeError": _("Which arguments does that line pass, and of which types? Print them just before."),
        "IndexError": _("How long is what you index in that line, and how large may the index become?"),
        "KeyError": _("Which keys are there when that line runs? What should happen for one that is not?"),
        "AttributeError": _("What type does the object in that line have? Print it just before."),
        "ValueError": _("Which value does that line get, and for which inputs? Print it just before."),
        "ZeroDivisionError": _("When can the number you divide by be zero? What should the result be then?"),
        "RecursionError": _("When does your function stop calling itself?"),
        "StopIteration": _("How many items does it yield, and how many should it?"),
        "OverflowError": _(
            "For how large a number is `exp` still finite? What should the result be beyond that?"
        ),
    }
    kind = error.type_name
    if kind == "RuntimeError" and "out of range" in detail:  # as `topk` says of too large a k
        kind = "IndexError"
    return by_type.get(
        kind, _("What does that line get? Print it just before, for the inputs of this check.")
    )
