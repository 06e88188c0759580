"""Compares what a student's code returned with what is expected, and says the first difference in words.

The order of evidence is always: kind of value, shape, dtype, finite, values; a message says what is right already.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch

from autograder.student.checking.forbidden import uses
from autograder.student.checking.gradients import Gradients
from autograder.student.checking.relations import Relation, number_relation, relation
from autograder.student.checking.student import (
    CheckFailed,
    Evidence,
    Remote,
    Stopped,
    Student,
    UnreadableReply,
)
from autograder.student.core.language import _

RTOL, ATOL = 1e-6, 1e-9  # for float64; float32 is given a thousand times more
LOOSE = 1000


def assert_equal(got: Any, expected: Any, what: str = "", *, rtol: float = RTOL, atol: float = ATOL) -> None:
    """Raises `CheckFailed` with the first difference between two plain values.

    Tensors must have the same shape and dtype and be close; tuples, lists and dicts are compared part by part;
    a bool is not a number, an int is not a float unless a float is expected.
    """
    what = what or _("the result")
    if isinstance(expected, torch.Tensor):
        _assert_tensor(got, expected, what, rtol, atol)
    elif isinstance(expected, tuple | list):
        _assert_sequence(got, expected, what, rtol, atol)
    elif isinstance(expected, dict):
        assert_kind(got, dict, what)
        if set(got) != set(expected):
            raise _other_keys(what, got, expected)
        for key, wanted in expected.items():
            assert_equal(got[key], wanted, f"{what}[{key!r}]", rtol=rtol, atol=atol)
    elif isinstance(expected, float):
        assert_number(got, what)
        # 1e300 is inf in float32, and an integer of 400 digits is too large for any float.
        number = float(got) if abs(got) < 2**1023 or isinstance(got, float) else math.inf
        pair = torch.tensor([number, expected], dtype=torch.float64)
        if not _close(pair[0], pair[1], rtol, atol).item():
            raise _unequal(what, "", got, expected, related=number_relation(number, expected))
    else:
        assert_kind(got, type(expected), what)
        if got != expected:
            raise _unequal(what, "", got, expected)


def _assert_sequence(got: Any, expected: Sequence[Any], what: str, rtol: float, atol: float) -> None:
    assert_kind(got, type(expected), what)
    if len(got) != len(expected):
        raise CheckFailed(
            _("{what} has {got} parts, expected {expected}.").format(
                what=what, got=len(got), expected=len(expected)
            ),
            Evidence.STRUCTURE,
        )
    for index, (part, wanted) in enumerate(zip(got, expected, strict=True)):
        try:
            assert_equal(part, wanted, f"{what}[{index}]", rtol=rtol, atol=atol)
        except CheckFailed as failure:
            raise _reordered(failure, got, expected, what) or failure from None


def _reordered(failure: CheckFailed, got: Any, expected: Sequence[Any], what: str) -> CheckFailed | None:
    """The same failure, with what it means if the parts are right and only their order is wrong."""
    plain = (bool, int, str, bytes)
    if len(expected) > 1 and all(isinstance(part, plain) for part in (*got, *expected)):
        if list(got) != list(expected) and sorted(map(repr, got)) == sorted(map(repr, expected)):
            return CheckFailed(
                _("{failure} {what} has the right parts, in another order.").format(
                    failure=failure, what=what
                ),
                Evidence.RELATED,
                _("Which order does the task ask for? Which of your lines puts them in this one?"),
            )
    elif len(expected) > 1 and all(isinstance(part, torch.Tensor) for part in (*got, *expected)):
        swapped = [*expected[1:], expected[0]]
        if all(a.shape == b.shape and a.dtype == b.dtype for a, b in zip(got, swapped, strict=True)) and all(
            torch.allclose(a, b) for a, b in zip(got, swapped, strict=True)
        ):
            return CheckFailed(
                _("{what} has the right parts, in another order.").format(what=what),
                Evidence.STRUCTURE,
                _("In which order does the task ask for the results?"),
            )
    return None


def _other_keys(what: str, got: dict[Any, Any], expected: dict[Any, Any]) -> CheckFailed:
    missing = [short(key) for key in expected if key not in got]
    unexpected = [short(key) for key in got if key not in expected]
    if missing and unexpected:
        sentence = _("{what} is missing {missing}; unexpected: {unexpected}.")
    else:
        sentence = _("{what} is missing {missing}.") if missing else _("{what} has unexpected {unexpected}.")
    return CheckFailed(
        sentence.format(what=what, missing=_listed(missing), unexpected=_listed(unexpected)),
        Evidence.STRUCTURE,
    )


def _listed(words: Sequence[str]) -> str:
    """At most a handful of words, and how many more there are."""
    more = _(" and {number} more").format(number=len(words) - 5) if len(words) > 5 else ""
    return ", ".join(words[:5]) + more


def assert_kind(got: Any, kind: type, what: str = "") -> None:
    """Raises `CheckFailed` unless the value is of this kind (a bool is not an int)."""
    what = what or _("the result")
    if not isinstance(got, kind) or (isinstance(got, bool) and kind is not bool):
        raise CheckFailed(
            _("{what} is {got}, expected {expected}.").format(
                what=what, got=kind_name(got), expected=kind.__name__
            ),
            Evidence.STRUCTURE,
            _none_question(got),
        )


def assert_number(got: Any, what: str = "") -> None:
    """Raises `CheckFailed` unless the value is a plain Python number."""
    what = what or _("the result")
    if isinstance(got, bool) or not isinstance(got, int | float):
        raise CheckFailed(
            _("{what} is {got}, expected a float.").format(what=what, got=kind_name(got)),
            Evidence.STRUCTURE,
            _none_question(got),
        )


def assert_tensor(got: Any, shape: Sequence[int], dtype: torch.dtype, what: str = "") -> None:
    """Raises `CheckFailed` unless the value is a tensor of this shape and dtype with finite values."""
    what = what or _("the result")
    if not isinstance(got, torch.Tensor):
        raise CheckFailed(
            _("{what} is {got}, expected a Tensor.").format(what=what, got=kind_name(got)),
            Evidence.STRUCTURE,
            _none_question(got),
        )
    if tuple(got.shape) != tuple(shape):
        raise CheckFailed(
            _("{what} has the shape {got}, expected {expected}.").format(
                what=what, got=tuple(got.shape), expected=tuple(shape)
            ),
            Evidence.SHAPE,
            _shape_question(tuple(got.shape), tuple(shape)),
        )
    if got.dtype != dtype:
        raise CheckFailed(
            _("{what} has the dtype {got}, expected {expected}; its shape is right.").format(
                what=what, got=got.dtype, expected=dtype
            ),
            Evidence.DTYPE,
        )
    if got.is_floating_point() and not got.isfinite().all():
        raise CheckFailed(_("{what} has values that are not finite.").format(what=what), Evidence.FINITE)


def _assert_tensor(got: Any, expected: torch.Tensor, what: str, rtol: float, atol: float) -> None:
    assert_tensor(got, expected.shape, expected.dtype, what)
    if expected.dtype in (torch.float32, torch.float16):
        rtol, atol = LOOSE * rtol, LOOSE * atol
    wrong = ~_close(got, expected, rtol, atol)
    if not wrong.any():
        return
    index = tuple(int(i) for i in wrong.nonzero()[0])
    place = f"[{', '.join(map(str, index))}]" if index else ""
    share = _("{wrong} of {total} values differ").format(wrong=int(wrong.sum()), total=wrong.numel())
    related = relation(got, expected, max(rtol, RTOL))
    raise _unequal(what, place, got[index].item(), expected[index].item(), share, related)


def _close(got: torch.Tensor, expected: torch.Tensor, rtol: float, atol: float) -> torch.Tensor:
    if not expected.is_floating_point():
        return got == expected
    return torch.isclose(got, expected, rtol=rtol, atol=atol, equal_nan=False)


def _unequal(
    what: str, place: str, got: Any, expected: Any, share: str = "", related: Relation | None = None
) -> CheckFailed:
    sentence = _("{what}{place} is {got}, expected {expected}.").format(
        what=what, place=place, got=short(got), expected=short(expected)
    )
    if share:
        sentence = f"{sentence} ({_('shape and dtype are right')}; {share})"
    if related is None:
        return CheckFailed(sentence)
    return CheckFailed(f"{sentence} {related.sentence}", Evidence.RELATED, related.question)


def _none_question(got: Any) -> str:
    return _("Does every path of your function end with `return`?") if got is None else ""


def _shape_question(got: tuple[int, ...], expected: tuple[int, ...]) -> str:
    """Asks for the axis that is off; an empty string where no single one is."""
    if sorted(got) == sorted(expected):
        return _("The sizes are right, their order is not. Which axis is which in your result?")
    if len(got) != len(expected):
        lost = [size for size in expected if size not in got]
        if (len(got) < len(expected) and set(lost) == {1}) or (
            1 in expected and len(got) == len(expected) - 1
        ):
            return _("Where has the axis of size 1 gone? Does a `squeeze` or an index take it away?")
        return _("How many axes should the result have, and which of your lines adds or removes one?")
    off = [axis for axis, (a, b) in enumerate(zip(got, expected, strict=True)) if a != b]
    if len(off) == 1:
        return _("Axis {axis} should have the size {size}. What is counted along this axis?").format(
            axis=off[0], size=expected[off[0]]
        )
    return ""


def short(value: Any) -> str:
    """A value as it should stand in a message: six digits, never more than a line.

    Never more than a number can hold: an integer of 200 digits could be made of hidden inputs.
    """
    if isinstance(value, Remote):
        return value.type_name
    if isinstance(value, int) and abs(value) >= 10**12:
        return _("an integer of more than 12 digits")
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    return text if len(text) <= 200 else text[:197] + "..."


def kind_name(value: Any) -> str:
    """The name of a value's type, also for one that stayed on the student's side."""
    return value.type_name if isinstance(value, Remote) else type(value).__name__


def assert_gradients(
    got: Mapping[str, torch.Tensor | None], expected: Mapping[str, torch.Tensor | None], rtol: float = RTOL
) -> None:
    """Raises `CheckFailed` that says which gradients are right and which wrong; `None` equals zero."""
    right, wrong = [], {}
    for name, wanted in expected.items():
        try:
            _assert_gradient(got.get(name), wanted, _("the gradient of {name}").format(name=name), rtol)
            right.append(name)
        except CheckFailed as failure:
            wrong[name] = str(failure)
    if wrong:
        first = next(iter(wrong.values()))
        if not right:
            sentence = f"{_('No gradient is right')}: {first}" if len(wrong) > 1 else first
            raise CheckFailed(sentence, Evidence.GRADIENTS)
        names = _("Gradients: right: {right}; wrong: {wrong}.").format(
            right=", ".join(right), wrong=", ".join(wrong)
        )
        raise CheckFailed(f"{names} {first[:1].upper()}{first[1:]}", Evidence.GRADIENTS)


def _assert_gradient(got: torch.Tensor | None, expected: torch.Tensor | None, what: str, rtol: float) -> None:
    if expected is None:
        expected = torch.zeros_like(got) if got is not None else None
    if expected is None:
        return
    if got is None:
        raise CheckFailed(_("{what} does not exist: the graph is cut on the way.").format(what=what))
    assert_equal(got, expected, what, rtol=rtol)


def name_gradients(gradients: Gradients, names: Sequence[str]) -> dict[str, torch.Tensor | None]:
    """The gradients of the arguments under the names they have in the signature."""
    if len(gradients.arguments) != len(names):
        raise UnreadableReply(_("Your code's answer could not be read."))
    return dict(zip(names, gradients.arguments, strict=True))


@contextlib.contextmanager
def blaming(student: Student, name: str, helper: str, probe: Callable[[], None]) -> Iterator[None]:
    """Lets a failure of `name` say that the student's own earlier `helper` is the cause.

    That is so if the definition of `name` calls it and `probe`, a check of the helper alone, fails as well.
    """
    try:
        yield
    except Stopped:
        raise
    except CheckFailed:
        if not uses(student.sources, name, helper):
            raise
        answered = len(student.transcript)
        try:
            probe()
        except Stopped:
            pass
        except CheckFailed:
            raise CheckFailed(
                _("`{name}` calls your `{helper}`, which fails its own check: fix `{helper}` first.").format(
                    name=name, helper=helper
                ),
                Evidence.ELSEWHERE,
            ) from None
        finally:
            del student.transcript[
                answered:
            ]  # a mistake in `name` is recognised by the answers of `name` alone
        raise


def _same(a: torch.Tensor, b: torch.Tensor) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b)
