"""Makes text of unknown origin safe to show: without control characters and escape sequences, and of limited length.

>>> clean("\\x1b[2J\\x1b[32m10 passed\\x1b[0m\\r\\n")
'10 passed\\n'
"""

from __future__ import annotations

import re
import unicodedata

MAX_MESSAGE = 2000
MAX_OUTPUT = 64 * 2**10

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")
_KEPT = frozenset("\n\t")
# They turn the order of the letters around them: "passed" can be made to read as something else.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# Joiners, soft hyphens, variation selectors, tags, fillers: letters that show nothing by themselves.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
)


def clean(text: str, limit: int = MAX_MESSAGE) -> str:
    """The text as plain, printable characters, lines and tabs; cut at `limit` with an ellipsis."""
    text = "".join(letter for letter in _ESCAPES.sub("", text[: 4 * limit]) if _is_plain(letter))
    return text if len(text) <= limit else text[: limit - 1] + "…"


def clean_output(text: str) -> str:
    """The output of a cell as a terminal would leave it: a progress bar writes over itself.

    >>> clean_output("10%\\r100%\\r\\n")
    '100%\\n'
    """
    lines = text[: 4 * MAX_OUTPUT].split("\n")
    return clean("\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines), MAX_OUTPUT)


def clean_line(text: str, limit: int = 200) -> str:
    """The same on one line, for names."""
    return clean(" ".join(text.split()), limit)


def visible(text: str) -> str:
    """What is to be seen of a name, the same for names that only invisible letters tell apart.

    >>> visible("a\\u200bda") == visible("ada")
    True
    """
    shown = "".join(letter for letter in text if not _INVISIBLE.match(letter))
    return unicodedata.normalize("NFC", shown)


def _is_plain(letter: str) -> bool:
    # Cc: control; Cs: half a surrogate pair, which no encoding can write; Zl, Zp: line ends to some viewers
    return letter in _KEPT or (
        letter not in _DIRECTIONS and unicodedata.category(letter) not in ("Cc", "Cs", "Zl", "Zp")
    )
