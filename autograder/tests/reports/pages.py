"""Reads a page back as a browser would, as far as the tests need it."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser


class Page(HTMLParser):
    """All tags with their attributes, and all text outside the style sheet."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.closed: list[str] = []
        self.style = ""
        self.parts: list[str] = []
        self._in_style = False
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._in_style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self.closed.append(tag)
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.style += data
        else:
            self.parts.append(data)

    @property
    def text(self) -> str:
        """The text of the page, white space made single."""
        return " ".join("".join(self.parts).split())

    def all(self, tag: str, **attributes: str) -> Iterator[dict[str, str]]:
        """The attributes of every such element."""
        for name, found in self.elements:
            if name == tag and attributes.items() <= found.items():
                yield found
