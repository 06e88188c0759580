"""Proves that nothing hidden is in what students get: every file is searched for every line of what is private.

What is compared is text without white space, so that neither indentation nor a line break hides anything. A line
that only opens a block or a bracket tells nothing; a short line is taken together with those that open it. What is
looked for, and what is let through:

* a line of a solution, unless it is shorter than `TELLING`, only returns names, only calls something without
  arguments (`loss.backward()`), or also stands outside of the solutions in a source notebook, where its author has
  published it; a comment at its end counts as a line;
* what a known mistake says is wrong, and its code, as above; its question is not secret, since recordings ask it;
* three lines in a row of any other module below a folder called `private`;
* nbgrader's markers of solutions and hidden tests;
* in a recording, anything but what the reference answered at the public seed, and the sketches and questions of
  known mistakes.
"""

from __future__ import annotations

import io
import json
import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.assignments.sources import SOLUTIONS, assignment_names, source_notebook
from autograder.grading.mistakes import Mistake, read_mistakes
from autograder.student.core.notebook import Cell

TELLING = 15  # characters without white space; `return states` says nothing, `return(1-z)*n+z*h` everything
PACKAGE = Path(__file__).resolve().parents[2]
MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "MARK SCHEME")
_HASH_DIGITS = 12
_REGION = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS)\n(.*?)### END \1", re.DOTALL)
_BARE = re.compile(r"return[\w,]*|[\w.]+\(\)")  # returns names, or calls without arguments


class Leak(RuntimeError):
    """Something hidden is in a file for students; the sentence says what and where."""


@dataclass(frozen=True)
class Secret:
    """A text that must not reach students."""

    text: str  # without white space, unless it is a word
    origin: str  # what it is, for the message
    is_word: bool = False  # found only as a word of its own
    is_setup: bool = (
        False  # a line of a mistake: may stand in a test, which sets up its inputs with the same calls
    )


def assert_nothing_leaks(files: Mapping[str, bytes], secrets: Iterable[Secret]) -> None:
    """Raises `Leak` if one of the files, given by name, holds one of the secrets or cannot be read as text."""
    found = [leak for name, data in files.items() for leak in _leaks(name, data, list(secrets))]
    if found:
        raise Leak("\n".join(found))


def _leaks(name: str, data: bytes, secrets: Iterable[Secret]) -> Iterator[str]:
    try:
        text = "\n".join([name, *texts(name, data)])
    except ValueError:
        yield f"{name}: is not text, so nothing can be said about it"
        return
    squashed = squash(text)
    # The first letters of most secrets are not there: to look for each whole one takes four times as long.
    beginnings = {squashed[place : place + TELLING] for place in range(len(squashed))}
    words = set(re.findall(r"\w+", text))
    is_test = "/tests/" in name
    if "/recorded/" in name:
        yield from (f"{name}: {problem}" for problem in recording_problems(json.loads(data)))
    for secret in secrets:
        if secret.is_setup and is_test:
            continue
        is_short = secret.is_word or len(secret.text) < TELLING
        may_be_there = is_short or secret.text[:TELLING] in beginnings
        if may_be_there and secret.text in (words if secret.is_word else squashed):
            yield f"{name}: {secret.origin}: {secret.text}"


def _sentences(data: bytes) -> str:
    """All that stands in a compiled catalogue; `ValueError` if it is none."""
    from babel.messages.mofile import read_mo

    try:
        messages = list(read_mo(io.BytesIO(data)))
    except (OSError, struct.error) as error:
        raise ValueError("not a catalogue") from error
    return "\n".join(f"{message.id}\n{message.string}" for message in messages)


def texts(name: str, data: bytes) -> Iterator[str]:
    """The text of a file, and for JSON the strings in it, as escapes would hide a quotation mark.

    That of a compiled catalogue is all its sentences. `ValueError` if the file is not text.
    """
    text = _sentences(data) if name.endswith(".mo") else data.decode("utf-8")
    yield text
    if name.endswith((".ipynb", ".json")):
        yield from _strings(json.loads(text))


def recording_problems(document: Any) -> Iterator[str]:
    """What stands in a recording and does not belong there."""
    if not isinstance(document, dict) or document.keys() != {"answers", "mistakes"}:
        yield "is not a recording of answers and mistakes alone"
        return
    for test, entries in document["answers"].items():
        for entry in entries:
            if not (isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], str)):
                yield f"{test}: holds something else than what was asked and answered"
    for name, mistake in document["mistakes"].items():
        if not isinstance(mistake, dict) or mistake.keys() != {"hint", "tests"}:
            yield f"{name}: holds something else than a question and sketches"
        elif any(
            isinstance(part, str) for trace in mistake["tests"].values() for part in _long_strings(trace)
        ):
            yield f"{name}: a sketch holds text"


def _long_strings(trace: Any) -> Iterator[str]:
    """The strings of a sketch that are longer than the hash in it."""
    return (text for text in _strings(trace) if len(text) > _HASH_DIGITS)


def _strings(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, list):
        if all(isinstance(part, str) for part in document):
            yield "".join(document)  # a source is a list of lines
        else:
            for part in document:
                yield from _strings(part)
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key
            yield from _strings(value)


def all_secrets(package: Path = PACKAGE, solutions: Path = SOLUTIONS) -> list[Secret]:
    """Everything of this course that must not reach students."""
    names = assignment_names(solutions)
    cells = [cell for name in names for cell in source_notebook(name, solutions).cells]
    published = squash("\n".join(map(_outside, cells)))
    found = [Secret(squash(marker), "a marker of nbgrader") for marker in MARKERS]
    for cell in cells:
        found += [
            Secret(line, f"solution {cell.grade_id}") for line in telling_lines(_inside(cell), published)
        ]
    for name in names:
        found += [
            secret for mistake in read_mistakes(name) for secret in _mistake_secrets(mistake, published)
        ]
    for path in sorted((package / "assignments").glob("*/private/**/*.py")):
        origin = path.relative_to(package).as_posix()
        found += _private_secrets(path.read_text(encoding="utf-8"), origin, published)
    return list(dict.fromkeys(found))


def _inside(cell: Cell) -> str:
    """What nbgrader takes out of a cell."""
    regions = [match[2] for match in _REGION.finditer(cell.source)]
    if not regions and cell.nbgrader.get("solution"):
        return cell.source  # a cell to fill in without a region is replaced whole
    return "".join(regions)


def _outside(cell: Cell) -> str:
    """What nbgrader leaves in a cell."""
    whole = cell.nbgrader.get("solution") and not _REGION.search(cell.source)
    return "" if whole else _REGION.sub("", cell.source)


def _mistake_secrets(mistake: Mistake, published: str) -> Iterator[Secret]:
    origin = f"mistake {mistake.id}"
    if squash(mistake.what) not in published:
        yield Secret(squash(mistake.what), origin)
    for hunk in mistake.hunks:
        added = "\n".join(line[1:] for line in hunk if line[0] == "+")
        for line in telling_lines(added, published):
            yield Secret(line, origin, is_setup=True)


def _private_secrets(source: str, origin: str, published: str) -> Iterator[Secret]:
    lines = telling_lines(source, published)
    for index in range(len(lines) - 2):
        yield Secret("".join(lines[index : index + 3]), f"private lines in {origin}")


def telling_lines(source: str, published: str) -> list[str]:
    """The lines of code or prose, without white space, from which one could learn something."""
    found, opened = [], ""
    for text in map(str.strip, source.splitlines()):
        if text.startswith(("import ", "from ", "@", "class ", "def ")):
            opened = ""
            continue
        code, _, comment = text.partition("  # ")
        line = squash(code)
        if code.endswith((":", "(", "[", "{")):
            opened += line
        else:
            found.append(line if len(line) >= TELLING else opened + line)
            opened = ""
        found.append(squash(comment))
    return [
        line for line in found if len(line) >= TELLING and line not in published and not _BARE.fullmatch(line)
    ]


def squash(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())
