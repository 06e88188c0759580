"""Turns the source of a notebook cell into plain Python: magics and shell escapes do nothing here.

The parser itself says which lines are not Python, so a `%` or `!` inside a string or a continued line is safe.

>>> plain_python("%matplotlib inline\\nx = 7 % 4")
'pass\\nx = 7 % 4'
"""

from __future__ import annotations

import ast
import functools
import re
import textwrap
import warnings

_OVER_PYTHON = frozenset({"time", "timeit", "capture", "prun", "debug", "python", "python3", "py"})
# Their text may look like Python and is not to be run.
_PROGRAMS = frozenset(
    {"!", "bash", "sh", "script", "cmd", "system", "sx", "shell", "perl", "ruby", "python2"}
)
_LANGUAGES = frozenset({"R", "julia", "sql", "bigquery", "cython", "javascript", "js", "mermaid"})
_MARKUP = frozenset({"html", "HTML", "svg", "SVG", "latex", "markdown"})
WRITES_FILE = frozenset({"writefile", "file"})

# Taking magics out parses once for every magic: a cell of ten thousand of them would take hours. So many letters are
# parsed at most; what is still there then is no Python to whoever reads the cell.
_MAX_PARSED = 3_000_000

_PROMPTED = r"(?:In \[\d+\]:\s|>>>\s)?"
_CELL_MAGIC = re.compile(rf"\s*{_PROMPTED}\s*%%([\w.!]*)[ \t]*(\S*)")
_PROMPT = re.compile(r"(?:\s*(?:>>>|\.\.\.)(?:[ \t]|$)|\s*In \[\d+\]: |\s*\.{3,}: ?)")
_LINE_MAGIC = re.compile(r"(\s*)(?:%%?|!!?|\?\??|,|;|/)\s*\S")
_TIMED = re.compile(r"((?:\s*[\w.,\s*\[\]]+?=)?\s*)%time\s+(?!-)(\S.*)")
_ASSIGNED = re.compile(r"(\s*[\w.,\s*\[\]]+?=\s*)(?:%|!)\s*\S")
_COMMENT = re.compile(r"[ \t\f]*#")
_HELP = re.compile(r"(\s*)%{0,2}[\w.*\[\]'\"]+\?{1,2}\s*(?:#.*)?$")
# In a cell of one line the `%` may be left out.
_AUTOMAGIC = re.compile(
    r"(?:pip|conda|mamba|uv|cd|ls|cat|mkdir|cp|mv|rm|load_ext|reload_ext|matplotlib|run|time|timeit)\s+\S"
)


def cell_magic(source: str) -> tuple[str, str]:
    """The name of the magic that a cell begins with, and the first word behind it; empty if there is none.

    >>> cell_magic("%%writefile -a model.py")
    ('writefile', '-a')
    """
    found = _CELL_MAGIC.match(source)
    return (found[1], found[2]) if found else ("", "")


def cell_body(source: str) -> str | None:
    """The cell with an empty line for each cell magic that only watches Python run; None if it is not to be run.

    >>> cell_body("%%time\\nx = 1"), cell_body("%%bash\\nls")
    ('\\nx = 1', None)
    """
    lines = source.split("\n")
    is_known = True
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if not _CELL_MAGIC.match(line):
            break
        name, _word = cell_magic(line)
        if name in _PROGRAMS | _LANGUAGES | _MARKUP | WRITES_FILE:
            return None
        is_known &= name in _OVER_PYTHON
        lines[number] = ""
    body = "\n".join(lines)
    return body if is_known or _first_bad_line(_without_magics(body)) is None else None


def plain_python(source: str) -> str | None:
    """The cell as Python, with as many lines and the same line numbers; None if its cell magic skips it.

    A cell that is not Python for another reason comes back with that error still in it.
    """
    body = cell_body(source)
    return None if body is None else _without_magics(body)


def path_written(source: str) -> str:
    """The path of the file that a cell writes with `%%writefile`; empty for any other cell.

    >>> path_written("%%writefile -a lib/steps.py\\nx = 1")
    'lib/steps.py'
    """
    if cell_magic(source)[0] not in WRITES_FILE:
        return ""
    words = source.lstrip().partition("\n")[0].split(None, 1)[1:]
    return re.sub(r"^-\w+\s+", "", words[0]).strip(" \"'") if words else ""


def without_encoding(text: str) -> str:
    """Python as text, without the encoding that a comment in its first two lines may claim: it is written as UTF-8.

    Otherwise Python would read something else than we do: by `unicode_escape` a comment becomes code (PEP 263).

    >>> without_encoding("# -*- coding: cp949 -*-\\nx = 1")
    '# -*- coding cp949 -*-\\nx = 1'
    """
    lines = text.split("\n", 2)
    lines[:2] = [
        re.sub("coding[:=]+", "coding", line) if _COMMENT.match(line) else line for line in lines[:2]
    ]
    return "\n".join(lines)


def file_written(source: str) -> str | None:
    """The Python that a cell writes to a file with `%%writefile`, as many lines as the cell; None for any other.

    >>> file_written("%%writefile helper.py\\nx = 1")
    '\\nx = 1'
    """
    if not path_written(source).endswith((".py", ".ipy")):
        return None
    _first, _break, rest = source.lstrip().partition("\n")
    return "\n" * (source.count("\n") - rest.count("\n")) + rest


@functools.lru_cache(maxsize=64)  # it parses once for every magic, and is asked twice
def _without_magics(source: str) -> str:
    if _first_bad_line(source) is None:
        return source
    dressed = textwrap.dedent(source)
    plain = _without_line_magics(dressed)
    if _first_bad_line(plain) is not None and any(map(_PROMPT.match, lines := dressed.split("\n"))):
        pasted = textwrap.dedent("\n".join(_PROMPT.sub("", line, count=1) for line in lines))
        undressed = _without_line_magics(pasted)
        if _first_bad_line(undressed) is None:
            return undressed
    return plain


def _without_line_magics(source: str) -> str:
    lines = source.split("\n")
    only = source.strip()
    if "\n" not in only and _AUTOMAGIC.match(only) and _first_bad_line(only) is not None:
        lines = source.replace(only, f"%{only}").split("\n")
    for _attempt in range(min(len(lines), _MAX_PARSED // max(1, len(source)))):
        number = _first_bad_line("\n".join(lines))
        if number is None or not 0 <= number < len(lines):
            break
        repaired = _without_magic(lines[number])
        if repaired is None:
            break
        # A shell line goes on after a backslash.
        goes_on = lines[number].endswith("\\") and repaired.strip() == "pass"
        lines[number] = repaired
        while goes_on and number + 1 < len(lines):
            number += 1
            goes_on = lines[number].endswith("\\")
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
