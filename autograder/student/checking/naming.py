"""Names the known mistake behind the failed tests of a task, by the sketches of what each mistake answers.

A mistake fits if it fails in the same tests as the student's code and was seen to answer the same in each of them.
Where several fit and all ask the same question, the question is asked and no name is given; else nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.student.checking.sketch import TOLERANCE, Sketch, from_json, matches


@dataclass(frozen=True)
class Trace:
    """What a mistake answers in one test that it fails; no sketch where the answers are not the same twice."""

    sketch: Sketch | None
    tolerance: float = TOLERANCE


@dataclass(frozen=True)
class KnownMistake:
    """One known mistake as a recording holds it: its question, and its trace in every test that it fails."""

    id: str
    hint: str
    traces: Mapping[str, Trace]

    def fits(self, failed: Mapping[str, Sketch]) -> bool:
        """Whether somebody who failed these tests with these answers may have made this mistake."""
        if not failed or failed.keys() != self.traces.keys():
            return False
        seen = [(trace, failed[test]) for test, trace in self.traces.items() if trace.sketch is not None]
        return bool(seen) and all(
            matches(trace.sketch, ours, trace.tolerance) for trace, ours in seen if trace.sketch is not None
        )


@dataclass(frozen=True)
class Named:
    """What was recognised: a question, and the id of the mistake if only one fits."""

    id: str | None
    hint: str


def name(mistakes: Mapping[str, KnownMistake], failed: Mapping[str, Sketch]) -> Named | None:
    """The mistake behind these failed tests; None if none fits, or several with different questions."""
    fitting = [mistake for mistake in mistakes.values() if mistake.fits(failed)]
    if len({mistake.hint for mistake in fitting}) != 1:
        return None
    return Named(fitting[0].id if len(fitting) == 1 else None, fitting[0].hint)


def read_mistakes(document: Mapping[str, Any]) -> dict[str, KnownMistake]:
    """The known mistakes in a recording, by id."""
    return {
        identifier: KnownMistake(
            identifier, entry["hint"], {test: _read_trace(trace) for test, trace in entry["tests"].items()}
        )
        for identifier, entry in document.get("mistakes", {}).items()
    }


def write_mistake(mistake: KnownMistake) -> dict[str, Any]:
    """One known mistake as it stands in a recording."""
    return {
        "hint": mistake.hint,
        "tests": {test: _write_trace(trace) for test, trace in mistake.traces.items()},
    }


def _read_trace(document: Any) -> Trace:
    if document is None:
        return Trace(None)
    return Trace(from_json(document[:2]), document[2] if len(document) > 2 else TOLERANCE)


def _write_trace(trace: Trace) -> list[Any] | None:
    if trace.sketch is None:
        return None
    extra = [float(f"{trace.tolerance:.2g}")] if trace.tolerance > TOLERANCE else []
    return [*trace.sketch.to_json(), *extra]
