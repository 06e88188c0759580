"""Writes a self-contained page from a template; the page may fetch nothing and run no script but ours."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.reports import labels as words
from autograder.reports import markup, measured
from autograder.student.core.files import replace_file
from autograder.student.core.language import _, plural, span
from autograder.student.core.metric import figure

_TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, script: str = "", **values: Any) -> str:
    """The page that a template makes of these values; everything that is not `Markup` is escaped.

    `script` is the name of a program of ours that the page may run; a page that shows a submission has none.
    """
    style = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    program = (_TEMPLATES / script).read_text(encoding="utf-8") if script else ""
    return (
        _environment()
        .get_template(template)
        .render(style=Markup(style), program=Markup(program), policy=_policy(style, program), **values)
    )


def write_text(path: Path, text: str) -> Path:
    """Writes a text as UTF-8 with plain line ends; what cannot be encoded becomes its escape.

    A file is there as a whole or not at all; what is no file, a pipe or a terminal, is written to.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = text.encode("utf-8", errors="backslashreplace")
    if path.exists() and not path.is_file():
        path.write_bytes(data)
    else:
        replace_file(path.resolve(), data)
    return path


def _policy(style: str, program: str) -> str:
    """What a browser may do with the page: apply this style sheet and run this program, each known by its hash."""
    runs = f"script-src '{_hash_of(program)}'; " if program else ""
    return f"default-src 'none'; style-src '{_hash_of(style)}'; {runs}base-uri 'none'; form-action 'none'"


def _hash_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=_, plural=plural)
    environment.filters.update(
        number=words.number,
        duration=words.duration,
        span=span,
        figure=figure,
        size=measured.size,
        inline=markup.inline,
        printable=markup.printable,
        task_sign=words.task_sign,
        task_word=words.task_word,
        task_sentence=words.task_sentence,
        test_sign=words.test_sign,
        test_word=words.test_word,
    )
    return environment
