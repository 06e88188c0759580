"""Shows text in HTML: words on colours, tokens as blocks, and the next words at a temperature that the reader chooses.

It needs no font and no widget: a saved notebook shows all of it, in any language. In a terminal it is text.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import torch

from autograder.student.core.language import _
from autograder.student.plots.drawing import Numbers, as_array

if TYPE_CHECKING:
    import numpy as np

BLOCKS = (
    "#cfe8ff",
    "#ffe2b8",
    "#d3f0d6",
    "#f3d6ea",
    "#ece7a8",
)  # pale: black text is readable on each of them
WARM, COLD = (213, 94, 0), (0, 114, 178)  # of Okabe and Ito's palette
_numbers = itertools.count(1)  # of the tables in a notebook: their scripts must not mix them up


@dataclass(frozen=True, repr=False)
class Shown:
    """A piece of HTML, and what stands for it where there is none."""

    html: str
    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def surprising_words(words: Sequence[str], bits: Numbers) -> Shown:
    """A text whose every word is the warmer the more bits it cost; the number is shown under the pointer.

    >>> surprising_words(["we", "hippo"], [1.0, 14.0])
    we 1.0  hippo 14.0
    """
    costs = [float(number) for number in as_array(bits)]
    most = max(costs, default=1.0) or 1.0
    spans = [_span(word, WARM, cost / most, f"{cost:.1f}") for word, cost in zip(words, costs, strict=True)]
    title = _("bits for each; the warmest costs {most:.1f}, together {all:.1f}").format(
        most=most, all=sum(costs)
    )
    return Shown(_paragraph(title, spans), _line(words, costs))


def coloured_words(words: Sequence[str], values: Numbers) -> Shown:
    """A text whose every word is warm where a value is above 0 and cold where it is below: how a cell goes along."""
    numbers = [float(number) for number in as_array(values)]
    limit = max(map(abs, numbers), default=1.0) or 1.0
    spans = [
        _span(word, WARM if number > 0 else COLD, abs(number) / limit, f"{number:+.2f}")
        for word, number in zip(words, numbers, strict=True)
    ]
    title = _("value of the cell at each word, from {low:.2f} (cold) to {high:.2f} (warm)").format(
        low=min(numbers, default=0.0), high=max(numbers, default=0.0)
    )
    return Shown(_paragraph(title, spans), _line(words, numbers))


def token_blocks(texts: Mapping[str, Sequence[bytes]]) -> Shown:
    """Each text as the tokens that it is cut into, a coloured block each, with how many they are.

    Bytes that do not form a character alone are drawn as one dot each; which they are is shown under the pointer.

    >>> token_blocks({"English": [b"the", b" cat"], "Korean": ["한".encode()[:1], "한".encode()[1:]]})
    English (2): the|␣cat
    Korean (2): ·|··
    """
    top = "vertical-align:top;text-align"
    rows = "".join(
        f"<tr><td style='{top}:right;white-space:nowrap'>{escape(title)}</td><td style='{top}:right'>{len(tokens)}</td>"
        f"<td style='{top}:left;line-height:1.9'>{'<wbr>'.join(map(_block, tokens, itertools.cycle(BLOCKS)))}</td></tr>"
        for title, tokens in texts.items()
    )
    text = "\n".join(
        f"{title} ({len(tokens)}): {'|'.join(map(_written, tokens))}" for title, tokens in texts.items()
    )
    return Shown(f"<table style='max-width:62em'>{rows}</table>", text)


def next_word_table(
    scores: Numbers, words: Sequence[str], shown: int = 10, temperature: float = 1.0
) -> Shown:
    """The most probable next words of a model's scores (V,), at a temperature that the reader moves."""
    logits = as_array(scores)
    logits = logits - logits.max()
    name = f"next-words-{next(_numbers)}"
    best = (-logits).argsort(kind="stable")[:shown]
    rows = [
        (words[index], share) for index, share in zip(best, _softmax(logits, temperature)[best], strict=True)
    ]
    body = "".join(_row(word, share) for word, share in rows)
    data = json.dumps([round(float(number), 3) for number in logits])
    names = json.dumps([words[index] for index in best], ensure_ascii=False).replace("</", "<\\/")
    label = escape(_("temperature"))
    html = f"""<div id="{name}"><label>{label} <input type="range" min="0.1" max="3" step="0.1" value="{temperature}">
<output>{temperature:.1f}</output></label><table>{body}</table></div>
<script>(() => {{
const box = document.getElementById("{name}"), scores = {data}, words = {names}, best = {best.tolist()};
const slider = box.querySelector("input"), cells = box.querySelectorAll("tr");
slider.oninput = () => {{
  const t = Number(slider.value), weights = scores.map(s => Math.exp(s / t));
  const all = weights.reduce((a, b) => a + b, 0);
  box.querySelector("output").textContent = t.toFixed(1);
  cells.forEach((row, i) => {{
    const share = weights[best[i]] / all;
    row.children[1].textContent = (100 * share).toFixed(1) + " %";
    row.children[2].firstChild.style.width = (20 * share) + "em";
  }});
}};
}})();</script>"""
    return Shown(html, "\n".join(f"{share:6.1%} {word}" for word, share in rows))


def _softmax(logits: np.ndarray, temperature: float) -> np.ndarray:
    return as_array((torch.as_tensor(logits) / temperature).softmax(0))


def _row(word: str, share: float) -> str:
    bar = f"<div style='background:#0072B2;height:0.8em;width:{20 * share:.2f}em'></div>"
    return (
        f"<tr><td style='text-align:left'>{escape(word)}</td><td>{100 * share:.1f} %</td>"
        f"<td style='text-align:left;min-width:20em'>{bar}</td></tr>"
    )


def _span(word: str, colour: tuple[int, int, int], strength: float, number: str) -> str:
    red, green, blue = colour
    background = f"rgba({red},{green},{blue},{0.75 * strength:.2f})"
    style = f"background:{background};padding:1px 2px"
    return f"<span style='{style}' title='{escape(number, quote=True)}'>{escape(word)}</span>"


def _paragraph(title: str, spans: Sequence[str]) -> str:
    return (
        f"<div style='max-width:50em;line-height:1.8'>{' '.join(spans)}"
        f"<div style='color:#7c7c7c;font-size:85%'>{escape(title)}</div></div>"
    )


def _line(words: Sequence[str], numbers: Sequence[float]) -> str:
    return "  ".join(f"{word} {number:.1f}" for word, number in zip(words, numbers, strict=True))


def _block(token: bytes, colour: str) -> str:
    return (
        f"<span style='background:{colour};color:black;padding:2px 1px;border-right:1px solid white' "
        f"title='{token.hex(' ')}'>{escape(_written(token))}</span>"
    )


def _written(token: bytes) -> str:
    """A token as text, a space as an open box, a line end as an arrow; bytes that do not form a character as dots."""
    try:
        return token.decode("utf-8").replace(" ", "␣").replace("\n", "↵")
    except UnicodeDecodeError:
        return "·" * len(token)
