"""Writes a page from a template: self-contained, styled inline, and forbidden to run or fetch anything."""

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
from autograder.student.core.language import _, plural
from autograder.student.core.metric import figure

_TEMPLATES = Path(__file__).with_name("templates")


def render(template: str, **values: Any) -> str:
    """The page that a template makes of these values; everything that is not `Markup` is escaped."""
    style = (_TEMPLATES / "style.css").read_text(encoding="utf-8")
    return _environment().get_template(template).render(style=Markup(style), policy=_policy(style), **values)


def write_text(path: Path, text: str) -> Path:
    """Writes a text as UTF-8 with plain line ends; what cannot be encoded becomes its escape."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", errors="backslashreplace"))
    return path


def _policy(style: str) -> str:
    """What a browser may do with the page: apply this one style sheet, known by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


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
