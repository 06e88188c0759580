"""Reads Korean prose out of two Debian packages, the help of LibreOffice and of GNOME, fetched and never installed.

A paragraph of a page is one line. What is not translated or shorter than five words is left out, and so is what
resembles an earlier paragraph: pages share sentences, and one of a hidden page must not stand on a public one.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograder.maintain.data.corpus import Corpus, DataError, split_by_document
from autograder.maintain.data.manifest import sha256
from autograder.student.core.language import _
from autograder.student.corpora import fold

INSTALLED = [Path("/usr/share/libreoffice/help/ko/text"), Path("/usr/share/help/ko/gnome-help")]
PAGES = ("./usr/share/libreoffice/help/ko/text/", "./usr/share/help/ko/")
RUN = 12  # words that a paragraph must not have in common with one before
WORDS, SHARE = 5, 0.45  # of a paragraph: so many words, and so large a part of its characters are syllables


def fetch(source: Mapping[str, Any], folder: Path) -> Path:
    """Downloads the packages into the folder with `apt-get`, which needs no rights for it; `DataError` if it cannot."""
    apt = shutil.which("apt-get")
    wanted = [f"{each['package']}={each['version']}" for each in source["archives"]]
    done = apt and subprocess.run([apt, "download", *wanted], cwd=folder, capture_output=True, check=False)
    if not done or done.returncode:
        raise DataError(
            _(
                "apt-get could not download {packages}. Download the files from {addresses} and give their folder "
                "with --from."
            ).format(
                packages=", ".join(wanted),
                addresses=", ".join(each["address"] for each in source["archives"]),
            )
        )
    return folder


def read(folder: Path, source: Mapping[str, Any], name: str = "korean") -> Corpus:
    """The corpus in a folder with the packages of the manifest, whatever they are called; `DataError` for any other."""
    found = {sha256(path.read_bytes()): path for path in sorted(folder.glob("*.deb"))}
    pages: dict[str, bytes] = {}
    for archive in source["archives"]:
        if archive["sha256"] not in found:
            raise DataError(
                _(
                    "{folder} has no file with the sha256 that data/manifest.json records for {package} {version}. "
                    "Download it from {address}."
                ).format(folder=folder, **archive)
            )
        pages |= pages_of(found[archive["sha256"]].read_bytes())
    return split_by_document(name, list(documents(pages)))


def pages_of(package: bytes) -> dict[str, bytes]:
    """The Korean pages in a Debian package, by path: an `ar` archive whose member `data.tar.*` has the files."""
    with tarfile.open(fileobj=io.BytesIO(_member(package, b"data.tar"))) as files:
        return {
            file.name: opened.read()
            for file in files
            if file.name.startswith(PAGES) and file.name.endswith((".html", ".page"))
            if (opened := files.extractfile(file))
        }


def _member(archive: bytes, beginning: bytes) -> bytes:
    """The first member of an `ar` archive whose name begins so; each has a header of 60 bytes and an even length."""
    place = len(b"!<arch>\n")
    while place < len(archive):
        header = archive[place : place + 60]
        size = int(header[48:58])
        if header.startswith(beginning):
            return archive[place + 60 : place + 60 + size]
        place += 60 + size + size % 2
    raise DataError(_("The Debian package holds no files."))


def documents(pages: Mapping[str, bytes]) -> Iterator[str]:
    """The paragraphs of each page that has any of its own, by path."""
    known: set[tuple[str, ...]] = set()
    for path in sorted(pages):
        lines = []
        for paragraph in filter(_is_prose, _paragraphs(path, pages[path])):
            runs = _runs(fold(paragraph).split())
            if not runs & known:
                lines.append(paragraph)
            known |= runs
        if lines:
            yield "\n".join(lines)


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    """All runs of so many words; a shorter paragraph is one by itself."""
    return {tuple(words[start : start + RUN]) for start in range(max(1, len(words) - RUN + 1))}


def _is_prose(paragraph: str) -> bool:
    syllables = sum("가" <= letter <= "힣" for letter in paragraph)
    return len(paragraph.split()) >= WORDS and syllables >= SHARE * len(paragraph)


def _paragraphs(path: str, page: bytes) -> list[str]:
    """The text of all paragraphs of a page, without markup and with single spaces."""
    if path.endswith(".html"):
        parser = _Help()
        parser.feed(page.decode("utf-8"))
        texts = parser.paragraphs
    else:
        found = ElementTree.fromstring(page).iter("{http://projectmallard.org/1.0/}p")
        texts = ["".join(paragraph.itertext()) for paragraph in found]
    return [" ".join(text.split()) for text in texts]


def installed_sentence() -> str:
    """What to do if the pages are installed, where submissions could read the hidden ones; else nothing."""
    found = [str(folder) for folder in INSTALLED if folder.is_dir()]
    if not found:
        return ""
    return _(
        "Submissions could read the hidden Korean text in {folders}: remove the packages that these pages belong to, "
        "or grade on another machine."
    ).format(folders=", ".join(found))


class _Help(HTMLParser):
    """Collects the paragraphs of a page of LibreOffice; of wordings for several systems or programs the default one.

    Those are `<span hidden class="MAC">…</span>` and the like, beside one that has no class.
    """

    def __init__(self) -> None:
        super().__init__()
        self.paragraphs: list[str] = []
        self._text: list[str] | None = None
        self._spans: list[bool] = []  # of each open span: whether it is for some readers only

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self._text, self._spans = [], []
        elif tag == "span":
            self._spans.append({"hidden", "class"} <= dict(attrs).keys())

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and self._text is not None:
            self.paragraphs.append("".join(self._text))
            self._text = None
        elif tag == "span" and self._spans:
            self._spans.pop()

    def handle_data(self, data: str) -> None:
        if self._text is not None and not any(self._spans):
            self._text.append(data)
