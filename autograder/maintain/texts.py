"""Finds the texts of the course that a translation needs, in its notebooks and in the code of its package.

Of a notebook these are its Markdown cells, the docstrings, and the words that cells show: string literals as they stand
in the source, quotation marks and the expressions in braces included.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.ext import extract_from_ast

from autograder.student.core.notebook import SETUP_TAG

PACKAGE = Path(__file__).resolve().parents[1]
ROOMS = ("student", "assignments", "sandbox", "grading", "reports")  # whose sentences a student may read
COMMANDS = ("class_run", "doctor", "fail_on", "ranking")  # of `maintain`: what `grade` and its kin print
Words = str | tuple[str, str]  # a text; or one for one thing and one for many
Text = tuple[str | None, Words]  # where it stands, a cell or nothing, and what it says

_PART = re.compile(r"^```.*?^```$|^[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"\{[a-z_]\w*(?:[!:][^{}]*)?\}")
_PHRASE = re.compile(r"[^\W\d_] [^\W\d_]")
_WORD = re.compile(r"[^\W\d_]{2}")
_ANSWER = re.compile(r"### BEGIN SOLUTION.*?### END SOLUTION", re.DOTALL)
_SHOWING = frozenset({"print", "plots"})  # calls whose arguments a reader sees
_DOCUMENTED = (ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Place:
    """A text in the source of a cell, from one character to another."""

    start: int
    end: int
    text: str


def notebook_texts(document: dict[str, Any]) -> Iterator[Text]:
    """What is to be translated of a source notebook, each text with the id of its cell.

    >>> list(notebook_texts({"cells": [{"cell_type": "markdown", "id": "title", "source": ["# Words"]}]}))
    [('title', '# Words')]
    """
    for cell in document["cells"]:
        yield from dict.fromkeys((cell["id"], place.text) for place in places(cell))


def file_texts(folder: Path) -> Iterator[Text]:
    """What is to be translated of the Markdown files in a folder: each paragraph, heading, list and table."""
    for path in sorted(folder.glob("*.md")):
        for place in markdown_places(path.read_text(encoding="utf-8")):
            yield path.name, place.text


def markdown_places(source: str) -> list[Place]:
    r"""The parts of a Markdown text between blank lines, in their order, but for those of code.

    >>> [place.text for place in markdown_places("# Start\n\nType:\n\n    ls\n")]
    ['# Start', 'Type:']
    """
    parts = [Place(*match.span(), match[0]) for match in _PART.finditer(source)]
    return [part for part in parts if not part.text.startswith(("```", "    "))]


def package_texts(package: Path = PACKAGE) -> Iterator[Text]:
    """The sentences of checks, pages and grading: those in `_(...)`, in code or pages, titles of tests, questions."""
    modules = [path for room in ROOMS for path in sorted((package / room).rglob("*.py"))]
    modules += [package / "maintain" / f"{name}.py" for name in COMMANDS]
    for path in modules:
        if "private" not in path.parts:
            is_suite = path.name.startswith("test_")
            yield from ((None, text) for text in _sentences(path.read_text(encoding="utf-8"), is_suite))
    for path in sorted((package / "reports").rglob("*.j2")):
        found = extract_from_ast(Environment().parse(path.read_text(encoding="utf-8")), ("_", "plural"))
        yield from ((None, words) for _line, _name, message in found if (words := _words(message)))
    for path in sorted((package / "assignments").glob("*/recorded/*.json")):
        mistakes = json.loads(path.read_text(encoding="utf-8"))["mistakes"].values()
        yield from ((None, mistake["hint"]) for mistake in mistakes)


def _words(message: Any) -> Words | None:
    """What a template hands to `_` or `plural`: one text, or two before a count; nothing if it is a variable."""
    texts = (
        [message] if isinstance(message, str) else [each for each in message or () if isinstance(each, str)]
    )
    return (texts[0], texts[1]) if len(texts) > 1 else texts[0] if texts else None


def places(cell: dict[str, Any]) -> list[Place]:
    """The texts of a cell in their order: all of a Markdown cell; docstrings, and what is shown, of a code cell.

    What an answer shows stays as it is: no student sees it. What stands around an answer is given, and is translated.
    """
    source = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        return [Place(0, len(source), source)]
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with a magic
        return []
    found = list(_docstrings(source, tree))
    if SETUP_TAG not in cell.get("metadata", {}).get("tags", []):
        answers = [answer.span() for answer in _ANSWER.finditer(source)]
        shown = [
            place
            for place in _shown(source, tree)
            if not any(start <= place.start < end for start, end in answers)
        ]
        names = {place.text for place in shown}  # a name that is shown may be a key as well
        found += shown + [place for place in _keys(source, tree) if place.text in names]
    return sorted(found, key=lambda place: place.start)


def code_of(source: str) -> str:
    """What a cell does, whatever it says: its syntax tree without its strings.

    Of an f-string the expressions count, in any order, as languages have orders of their own.

    >>> code_of('print(f"{a} of {b}")') == code_of('print(f"{b} 중 {a}")') != code_of('print(f"{a} of {a}")')
    True
    """
    return ast.dump(_WithoutStrings().visit(ast.parse(source)))


class _WithoutStrings(ast.NodeTransformer):
    """Empties every string."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Tuple:
        parts = [part for part in node.values if isinstance(part, ast.FormattedValue)]
        expressions = [self.visit(part.value) for part in parts if not _is_text(part.value)]
        return ast.Tuple(sorted(expressions, key=ast.dump), ast.Load())


def _is_text(node: ast.expr) -> bool:
    """Whether a column of a head, as in `f"{'size':>7}"`."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def placeholders(text: Words) -> Counter[str]:
    """The names in braces that are filled in, each with how it is shown; of two forms those of the second.

    >>> sorted(placeholders("{done} of {all:,} cells"))
    ['{all:,}', '{done}']
    """
    return Counter(_PLACEHOLDER.findall(text if isinstance(text, str) else text[1]))


def _docstrings(source: str, tree: ast.Module) -> Iterator[Place]:
    """The docstrings, without their quotation marks."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node):
            whole = _place(source, node.body[0])
            marks = len(whole.text) - len(whole.text.lstrip('"'))
            start, end = whole.start + marks, whole.end - marks
            yield Place(start, end, source[start:end])


def _shown(source: str, tree: ast.Module) -> Iterator[Place]:
    """The literals with a word in them that a reader may see.

    Not keys, nor single words that a call is given, unless it prints, draws or raises. Which of them is data after all,
    such as a name that another cell asks for, the translator decides: its translation is the same text again.
    """
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.JoinedStr):
            if any(map(_has_words, _literals(node))):
                yield _place(source, node)
        elif isinstance(node, ast.Constant):
            if _has_words(node):
                yield _place(source, node)
        else:
            pending += _inside(node)


def _inside(node: ast.AST) -> list[ast.AST]:
    """The parts of an expression or statement that may hold what is shown."""
    if isinstance(node, ast.Expr | ast.Attribute) and isinstance(node.value, ast.Constant):
        return []  # a docstring; a method of a string
    if isinstance(node, ast.Subscript):  # a key is data, but for a label that is put together
        return [node.value, node.slice] if isinstance(node.slice, ast.JoinedStr) else [node.value]
    parts: list[ast.AST] = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.keyword | ast.Compare) or (isinstance(node, ast.Call) and not _is_shown(node)):
        return [part for part in parts if not isinstance(part, ast.Constant) or _is_phrase(part)]
    return parts


def _is_shown(call: ast.Call) -> bool:
    """Whether a reader sees the arguments of a call: what is printed or drawn, and the message of an exception."""
    called: ast.expr = call.func
    while isinstance(called, ast.Attribute):  # `plots` of `plots.next_words(…)`
        called = called.value
    return isinstance(called, ast.Name) and (called.id in _SHOWING or called.id.endswith("Error"))


def _literals(node: ast.JoinedStr) -> Iterator[ast.AST]:
    """The strings in an f-string: its own, and those of its expressions that are not keys or arguments."""
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield part
        elif isinstance(part, ast.FormattedValue):
            pending: list[ast.AST] = [part.value]
            while pending:
                inner = pending.pop()
                if isinstance(inner, ast.Constant):
                    yield inner
                elif isinstance(inner, ast.JoinedStr):
                    yield from _literals(inner)
                else:
                    pending += _inside(inner)


def _is_phrase(node: ast.Constant) -> bool:
    return isinstance(node.value, str) and bool(_PHRASE.search(node.value))


def _has_words(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(_WORD.search(node.value))


def _keys(source: str, tree: ast.Module) -> Iterator[Place]:
    """The literals that are keys, as in `names["cat"]`; those in an f-string belong to it."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            yield _place(source, node.slice)
        if not isinstance(node, ast.JoinedStr):
            pending += ast.iter_child_nodes(node)


def _place(source: str, node: ast.stmt | ast.expr) -> Place:
    """Where a node stands; the tree counts lines and bytes of UTF-8."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    lines = source.split("\n")

    def character(line: int, column: int) -> int:
        before = sum(len(each) + 1 for each in lines[: line - 1])
        return before + len(lines[line - 1].encode("utf-8")[:column].decode("utf-8"))

    start = character(node.lineno, node.col_offset)
    end = character(node.end_lineno, node.end_col_offset)
    return Place(start, end, source[start:end])


def _sentences(source: str, is_suite: bool) -> Iterator[Words]:
    """The sentences of a module: arguments of `_` and `plural`, and in a suite titles of tests and their questions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            texts = [
                each.value
                for each in node.args
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if name == "plural" and len(texts) >= 2:
                yield texts[0], texts[1]
            elif name == "_":
                yield from texts[:1]
            elif name == "hint" and is_suite:
                yield from texts
        elif is_suite and isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            title = ast.get_docstring(node)
            if title:
                yield title.splitlines()[0]
