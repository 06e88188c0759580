"""Makes the parallel text with which the third notebook compares two languages: the same help pages in both.

The pages are those of Debian's package `gnome-user-docs` (licence CC-BY-SA-3.0), which has each page in many
languages under one name. The result is in git, so this is needed only for another version of the package:

    apt-get download gnome-user-docs && dpkg-deb -x gnome-user-docs_*.deb pages
    python -m autograder.maintain.data.parallel pages/usr/share/help
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from xml.etree import ElementTree

import typer

from autograder.student.corpora import PARALLEL

HEADER = """\
# Paragraphs of the GNOME help in English and in Korean, a pair a line, with a tab in between.
# From Debian's gnome-user-docs 43.0-2, sha256
# 0d635a840747958ca84da778b40d341f1155603851f922c9a171f5a181d6a39f; copyright (C) 2010-2014 Shaun McCance and others,
# translated into Korean by 조성호 and others. Licence: Creative Commons Attribution-ShareAlike 3.0 Unported,
# https://creativecommons.org/licenses/by-sa/3.0/ . Changed: markup removed, and only some paragraphs taken.
"""
_PARAGRAPH = "{http://projectmallard.org/1.0/}p"
_MARKUP = re.compile(r"[<>|★{}]|https?:")
_LENGTHS = range(60, 221)  # letters of the English paragraph: shorter ones are headings, longer ones lists


def pairs(folder: Path) -> Iterator[tuple[str, str]]:
    """The paragraphs (English, Korean) of the pages in `C/gnome-help` and `ko/gnome-help`, each once, sorted by page.

    Only pages whose paragraphs are equally many, and paragraphs that have been translated.
    """
    known = set()
    for korean_page in sorted((folder / "ko" / "gnome-help").glob("*.page")):
        english_page = folder / "C" / "gnome-help" / korean_page.name
        both = [_paragraphs(page) for page in (english_page, korean_page) if page.is_file()]
        if len({len(each) for each in both}) != 1 or len(both) != 2:
            continue
        for pair in zip(*both, strict=True):
            if _is_wanted(*pair) and pair not in known:
                known.add(pair)
                yield pair


def _paragraphs(page: Path) -> list[str]:
    """The text of all paragraphs of a page, without markup and with single spaces."""
    root = ElementTree.parse(page).getroot()
    return [" ".join("".join(paragraph.itertext()).split()) for paragraph in root.iter(_PARAGRAPH)]


def _is_wanted(english: str, korean: str) -> bool:
    syllables = sum("가" <= letter <= "힣" for letter in korean)
    is_sentence = len(english) in _LENGTHS and english[0].isupper() and english[-1] in ".?!"
    return is_sentence and syllables >= 0.45 * len(korean) and not _MARKUP.search(english + korean)


def main(
    folder: Annotated[Path, typer.Argument(help="The folder of help pages.", exists=True, file_okay=False)],
) -> None:
    """Write the file from the help pages in both languages."""
    lines = (f"{english}\t{korean}\n" for english, korean in pairs(folder))
    PARALLEL.write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
