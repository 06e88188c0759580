"""Turns the source of a notebook cell into plain Python: magics and shell escapes do nothing here.

The parser itself says which lines are not Python, so a `%` or `!` inside a string or a continued line is safe.

>>> plain_python("%matplotlib inline\\nx = 7 % 4")
'pass\\nx = 7 % 4'
"""

from __future__ import annotations

import ast
import re
import warnings

_RUN_THE_BODY = ("time", "timeit", "capture", "prun", "debug", "python", "python3", "py")
_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_LINE_MAGIC = re.compile(r"(\s*)(?:%%?|!!?|\?\??|,|;|/)\s*\S")
_TIMED = re.compile(r"(\s*)%time\s+(?!-)(\S.*)")
_ASSIGNED = re.compile(r"(\s*[\w.,\s*\[\]]+?=\s*)(?:%|!)\s*\S")
_HELP = re.compile(r"(\s*)%{0,2}[\w.*\[\]'\"]+\?{1,2}\s*(?:#.*)?$")


def plain_python(source: str) -> str | None:
    """The cell as Python, with as many lines and the same line numbers; None if its cell magic skips it.

    A cell that is not Python for another reason comes back with that error still in it.
    """
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return source
    while magic := _CELL_MAGIC.match(lines[first]):
        if magic[1] not in _RUN_THE_BODY:
            return None
        lines[first] = ""
        first += 1
        if first == len(lines):
            break
    for _attempt in range(len(lines)):
        number = _first_bad_line("\n".join(lines))
        if number is None or not 0 <= number < len(lines):
            break
        repaired = _without_magic(lines[number])
        if repaired is None:
            break
        lines[number] = repaired
        # A shell line goes on after a backslash.
        while number + 1 < len(lines) and repaired == "pass" and source.split("\n")[number].endswith("\\"):
            number += 1
            lines[number] = ""
    return "\n".join(lines)


def _first_bad_line(source: str) -> int | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        return (error.lineno or 0) - 1
    except (ValueError, RecursionError, MemoryError):
        pass
    return None


def _without_magic(line: str) -> str | None:
    """The line without its magic; None if it has none."""
    if timed := _TIMED.match(line):
        return timed[1] + timed[2]
    if assigned := _ASSIGNED.match(line):
        return assigned[1] + "None"
    if help_request := _HELP.match(line):
        return help_request[1] + "pass"
    if magic := _LINE_MAGIC.match(line):
        return magic[1] + "pass"
    return None
