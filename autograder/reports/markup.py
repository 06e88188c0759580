"""Turns untrusted text into HTML that can do nothing: no script, no style, no picture, no request.

A submission can write anything into its cells and outputs, and the instructor opens its page too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from latex2mathml.converter import Converter
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from autograder.student.core.language import plural

MAX_SOURCE = 20_000  # characters of a cell that are shown
MAX_OUTPUT = 4_000  # characters of a cell's output that are shown
MAX_FORMULA = 2_000
REMEMBERED = 800  # cells: those that came with the notebooks are the same on every page of a class
MAX_LINE = 2_000  # a lexer may need quadratic time for one endless line

_TERMINAL_CODE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]")
# Control characters, lone surrogates (not text at all), and what changes the direction of the text around it.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_MACRO = re.compile(r"\\(?:def|newcommand|renewcommand|providecommand|let|gdef|edef)\b")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)", re.IGNORECASE)

_FOLDED = re.compile(
    r"^<details><summary>([^<>\n]{1,200})</summary>[ \t]*$(.*?)^</details>[ \t]*$", re.MULTILINE | re.DOTALL
)
_MATHML_TAG = re.compile(
    "math|mrow|m[inos]|mtext|mspace|mfrac|msqrt|mroot|mstyle|mpadded|mphantom|menclose|msub|msup|msubsup|munder"
    "|mover|munderover|mmultiscripts|mprescripts|none|mtable|mtr|mtd|mlabeledtr"
)
_MATHML_ATTRIBUTE = re.compile(
    "display|displaystyle|scriptlevel|mathvariant|stretchy|fence|separator|largeop|movablelimits|accent|accentunder"
    "|linethickness|columnalign|columnlines|rowlines|rowspacing|columnspacing|width|height|depth|lspace|rspace"
    "|minsize|maxsize|form|symmetric|notation|frame"
)
_ATTRIBUTE_VALUE = re.compile(r"[\w.%+\- ]{1,40}")
_PYTHON, _MARKED = PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)


def printable(text: str) -> str:
    """The text with every character that is not to be seen written as its code.

    >>> printable("abc\\u202edef")
    'abc\\\\u202edef'
    """
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def terminal_text(text: str) -> str:
    """What a terminal would show in the end: no colour codes, an overwritten line only in its last state."""
    lines = _TERMINAL_CODE.sub("", text).split("\n")
    # A progress bar writes its line again and again. Not a regular expression: it would need quadratic time.
    return printable("\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines))


def shortened(text: str, limit: int) -> tuple[str, str]:
    """The first `limit` characters, and a sentence about the rest (empty if there is none)."""
    if len(text) <= limit:
        return text, ""
    left = len(text) - limit
    return text[:limit], plural(
        "{count} more character is not shown.", "{count} more characters are not shown.", left
    )


def inline(text: str) -> Markup:
    """A sentence with code between backticks; line breaks are kept by the style sheet.

    >>> inline("`h` is <b>")
    Markup('<code>h</code> is &lt;b&gt;')
    """
    parts = printable(text).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: nothing is code
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


@lru_cache(maxsize=REMEMBERED)
def code(source: str) -> Markup:
    """Python source with its words marked for the style sheet."""
    source = printable(source)
    if any(len(line) > MAX_LINE for line in source.splitlines()):
        return escape(source)
    return Markup(highlight(source, _PYTHON, _MARKED))


@lru_cache(maxsize=REMEMBERED)
def markdown(text: str) -> Markup:
    """Markdown with formulas as MathML; raw HTML stays text, pictures become their description.

    One form of raw HTML is known, because our own notebooks fold answers with it: `<details><summary>`.
    """
    before, *parts = _FOLDED.split(printable(text))
    page = Markup(_MARKDOWN.render(before))
    for summary, body, after in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        page += Markup('<details class="folded"><summary>{}</summary>').format(summary)
        page += Markup(_MARKDOWN.render(body)) + Markup("</details>") + Markup(_MARKDOWN.render(after))
    return page


def formula(tex: str, options: Mapping[str, Any]) -> str:
    """A formula as MathML, or as its TeX source if it cannot be converted.

    The converter's own writer takes the escapes out again (`\\text{<script>}` would be one), and it lets links
    and styles through: so we take its tree, keep what is known to be harmless, and write it ourselves.
    """
    display = "block" if options.get("display_mode") else "inline"
    try:
        if len(tex) > MAX_FORMULA or _MACRO.search(tex):
            raise ValueError("too long, or it defines macros that grow")
        element = _harmless(Converter(display=display).convert_to_element(tex))
        if display == "block":
            element.set("tabindex", "0")  # a wide one is scrolled, by keyboard as well
        return tostring(element, encoding="unicode")
    except Exception:  # the converter raises many kinds, RecursionError among them
        return f'<code class="tex">{escapeHtml(tex)}</code>'


def _harmless(element: Element, parent: Element | None = None) -> Element:
    tag = element.tag if _MATHML_TAG.fullmatch(element.tag) else "mrow"
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if _MATHML_ATTRIBUTE.fullmatch(name) and _ATTRIBUTE_VALUE.fullmatch(value)
    }
    copy = Element(tag, attributes) if parent is None else SubElement(parent, tag, attributes)
    copy.text = printable(html.unescape(element.text)) if element.text else None
    for child in element:
        _harmless(child, copy)
    return copy


class _Renderer(RendererHTML):
    """The renderer of markdown-it without anything that would load by itself."""

    def image(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        alternative = self.renderInlineAsText(tokens[index].children, options, environment)
        return f'<span class="picture">{escapeHtml(alternative)}</span>'

    def link_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType
    ) -> str:
        tokens[index].attrSet("rel", "noopener noreferrer nofollow")
        return self.renderToken(tokens, index, options, environment)

    def heading_open(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType
    ) -> str:
        """All headings of a notebook are on one level of the page, so that none is left out; their sizes differ."""
        return f'<h3 class="title-{tokens[index].tag}">'

    def heading_close(
        self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType
    ) -> str:
        return "</h3>\n"

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, environment: EnvType) -> str:
        token = tokens[index]
        is_python = token.info.split()[:1] in (["python"], ["py"])
        body = code(token.content) if is_python else escape(token.content)
        return f'<pre class="code"><code>{body}</code></pre>\n'


def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    reader.validateLink = lambda url: bool(_SAFE_LINK.match(url))  # type: ignore[method-assign]
    return reader.use(dollarmath_plugin, allow_labels=False, double_inline=True, renderer=formula)


_MARKDOWN = _markdown()
