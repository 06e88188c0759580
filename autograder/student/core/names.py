"""Turns names of unknown origin into file names, different ones for different names."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX_NAME_BYTES = 70
_DIGITS = 16  # of the hash: enough that nobody finds a name with somebody else's
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)  # on Windows, with any ending
_OUR_ENDING = re.compile(rf"(?:^|-)[0-9a-f]{{{_DIGITS}}}$")


def safe_name(text: str) -> str:
    """A file name that no file system, shell or browser minds; other texts get other names, on every file system.

    A text that is its own name has no capitals, for there are disks that do not tell "Ada" from "ada", and does not
    end like a name that we have made.

    >>> safe_name("김철수.rnn_basics")
    '김철수.rnn_basics'
    >>> safe_name("../../etc/passwd")
    'etc_passwd-3754d6cb3a38e118'
    """
    name = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", text)).strip("._-")
    while len(name.encode("utf-8")) > MAX_NAME_BYTES:
        name = name[:-1]
    if _DEVICE.match(name):
        name = name.replace(".", "_")
    elif name and name == text and _is_own_fold(text) and not _OUR_ENDING.search(text):
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
    return f"{name}-{digest}" if name else digest


def _is_own_fold(text: str) -> bool:
    """Whether no other text is the same to a disk that ignores case or the way accents are written."""
    return unicodedata.normalize("NFKC", text.upper().casefold()) == text
