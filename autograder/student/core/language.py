"""Translates the sentences that people read: English is the source, a catalogue can be added in `locale/`.

The language is the reader's, unless the course is an edition in one language, as the file `locale/edition.txt` says.

>>> _("expected {expected}, got {got}").format(expected=1, got=2)
'expected 1, got 2'
"""

import gettext
from pathlib import Path

DOMAIN = "autograder"
LOCALES = Path(__file__).with_name("locale")
EDITION = LOCALES / "edition.txt"

_languages = [EDITION.read_text(encoding="utf-8").strip()] if EDITION.is_file() else None
_catalogue = gettext.translation(DOMAIN, localedir=LOCALES, languages=_languages, fallback=True)


def language() -> str:
    """The language of the catalogue in use; empty if sentences stay as they are."""
    return _catalogue.info().get("language", "")


def _(sentence: str) -> str:
    """The sentence in the reader's language (`LANGUAGE`, `LC_ALL` or `LANG`), or unchanged if no catalogue has it."""
    return _catalogue.gettext(sentence)


def plural(singular: str, many: str, count: int, **values: object) -> str:
    """The form of a sentence that fits `count`; the sentence names the placeholder `{count}`, and those of `values`."""
    return _catalogue.ngettext(singular, many, count).format(count=count, **values)


def span(seconds: float) -> str:
    """A span of time in its largest unit.

    >>> span(90_000)
    '25 hours'
    """
    if seconds >= 2 * 86400:
        return plural("{count} day", "{count} days", int(seconds // 86400))
    if seconds >= 2 * 3600:
        return plural("{count} hour", "{count} hours", int(seconds // 3600))
    return plural("{count} minute", "{count} minutes", max(1, int(seconds // 60)))
