"""Turns names of unknown origin into names for files."""

from __future__ import annotations

import hashlib
import re
import unicodedata

MAX_NAME_BYTES = 100


def safe_name(text: str) -> str:
    """A file name that no file system, shell or browser minds; other texts get other names.

    >>> safe_name("김철수.rnn_basics")
    '김철수.rnn_basics'
    >>> safe_name("../../etc/passwd")
    'etc_passwd-3754d6cb'
    """
    normal = unicodedata.normalize("NFC", text)
    name = re.sub(r"[^\w.-]+", "_", normal).strip("._-")
    while len(name.encode("utf-8")) > MAX_NAME_BYTES:
        name = name[:-1]
    if name and name == text:
        return name
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{name}-{digest}" if name else digest
