"""Finds code that runs at a student's desk and cannot be read where it is graded, since Python is older there."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
import warnings
from collections.abc import Sequence

from autograder.student.core.code import python, tree
from autograder.student.core.language import _

GRADER = (3, 11)  # the Python that the grader is pinned to


def about_newer(source: str, cell: str) -> str:
    """A sentence for a cell that only a newer Python can read; empty for any other. `cell` is how it is spoken of."""
    line = newer_line(python(source))
    if line is None:
        return ""
    text = _(
        "Line {line} of {cell} is syntax that Python {version} cannot read, and notebooks are graded with that "
        "version. Write it in an older way; inside the braces of an f-string, use other quotation marks."
    )
    return text.format(line=line, cell=cell, version=".".join(map(str, GRADER)))


def about_error(error: str) -> str:
    """What to add to the error of a cell where it is graded: most often nothing."""
    if not error.startswith("SyntaxError"):
        return ""
    text = _("If the cell runs on your computer, its syntax is newer than Python {version}, which graded it.")
    return text.format(version=".".join(map(str, sys.version_info[:2])))


def newer_line(source: str) -> int | None:
    """The first line of valid Python that the grader's Python cannot read; None if it reads all of it.

    With Python 3.12 or newer:

        newer_line('x = 1\\nprint(f"{row["loss"]}")') == 2
        newer_line("type Ids = list[int]") == 1
    """
    if tree(source) is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as in `tree`
            ast.parse(source, feature_version=GRADER)
    except SyntaxError as error:
        return error.lineno
    return _newer_f_string(source)


def _newer_f_string(source: str) -> int | None:
    """The line of an f-string whose braces hold what only Python 3.12 and newer take there (PEP 701).

    The parser takes it whatever the feature version is. Before 3.12 an f-string was one token, and ended at its mark.
    """
    quotes: list[str] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kind = tokenize.tok_name[token.type]
        around = quotes[:-1] if kind in ("FSTRING_MIDDLE", "FSTRING_END") else quotes
        if around and (kind == "COMMENT" or _ends_early(token.string, around)):
            return token.start[0]
        if kind == "FSTRING_START":
            quotes.append(token.string.lstrip("rRfF"))
        elif kind == "FSTRING_END":
            quotes.pop()
    return None


def _ends_early(text: str, quotes: Sequence[str]) -> bool:
    """Whether this text within the braces of f-strings with these quotation marks would have ended one of them."""
    has_line_end = "\n" in text and any(len(quote) == 1 for quote in quotes)
    return has_line_end or "\\" in text or any(quote in text for quote in quotes)
