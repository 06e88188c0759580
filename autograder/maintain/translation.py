"""Translates the course: a catalogue for each notebook, cell by cell, and one for the sentences of checks and pages.

Catalogues are PO files, which translators and their programs know. What is translated of a notebook is its text and the
docstrings; code, names and points stay the same bytes. A text that has changed since it was translated is *stale*:
its translation is kept as a proposal, marked fuzzy, and not used.

    python -m autograder.maintain.translation ko    # writes or updates the Korean catalogues; `make messages`
"""

from __future__ import annotations

import ast
import copy
import datetime
import io
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from autograder import __version__
from autograder.assignments.sources import SOLUTIONS, assignment_names, source_path
from autograder.student.core.files import replace_file
from autograder.student.core.language import DOMAIN, LOCALES, _

_HEADER = "# Edit the msgstr lines; `make messages` writes all others."
_FIRST = datetime.datetime(
    2026, 11, 29, tzinfo=datetime.UTC
)  # a date of today would change with every command
_PEOPLE = "see the course's repository"
PACKAGE = Path(__file__).resolve().parents[1]
ROOMS = ("student", "assignments", "grading", "reports")  # whose sentences a student may read
Words = str | tuple[str, str]  # a text; or one for one thing and one for many
Text = tuple[str | None, Words]  # where it stands, a cell or nothing, and what it says


def notebook_texts(document: dict[str, Any]) -> Iterator[Text]:
    """What is to be translated of a source notebook, each text with the id of its cell.

    >>> list(notebook_texts({"cells": [{"cell_type": "markdown", "id": "title", "source": ["# Words"]}]}))
    [('title', '# Words')]
    """
    for cell in document["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield cell["id"], source
        else:
            yield from ((cell["id"], text) for text in _docstrings(source))


def package_texts(package: Path = PACKAGE) -> Iterator[Text]:
    """The sentences of the code that a student may read: those in `_(...)`, titles of tests, and questions."""
    for room in ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            if "private" not in path.parts:
                is_suite = path.name.startswith("test_")
                yield from ((None, text) for text in _sentences(path.read_text(encoding="utf-8"), is_suite))
    for path in sorted((package / "assignments").glob("*/recorded/*.json")):
        mistakes = json.loads(path.read_text(encoding="utf-8"))["mistakes"].values()
        yield from ((None, mistake["hint"]) for mistake in mistakes)


def lacking(catalogue: Catalog, wanted: Iterable[Text]) -> list[str]:
    """A sentence for every text that the catalogue does not translate, or translates as it was before a change."""
    found = []
    for context, text in dict.fromkeys(wanted):
        message = catalogue.get(text, context)
        shown = text if isinstance(text, str) else text[0]
        place = f"`{context}`" if context else f"“{shown[:40]}”"
        if message is not None and message.fuzzy:
            found.append(_("{place}: has changed since it was translated.").format(place=place))
        elif message is None or not _is_translated(message.string):
            found.append(_("{place}: is not translated.").format(place=place))
    return found


def _is_translated(string: Any) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def translated(document: dict[str, Any], catalogue: Catalog) -> dict[str, Any]:
    """The notebook with its texts translated; what lacks stays as it is."""
    document = copy.deepcopy(document)
    for cell in document["cells"]:
        source = "".join(cell["source"])
        for _context, text in list(notebook_texts({"cells": [cell]})):
            message = catalogue.get(text, cell["id"])
            if isinstance(text, str) and message is not None and message.string and not message.fuzzy:
                source = source.replace(text, str(message.string))
        cell["source"] = source.splitlines(keepends=True)
    return document


def notebook_catalogue(assignment: str, language: str, solutions: Path = SOLUTIONS) -> Path:
    """Where the catalogue of a notebook lies."""
    return solutions / assignment / f"{assignment}.{language}.po"


def sentence_catalogue(language: str, locales: Path = LOCALES) -> Path:
    """Where the catalogue of the sentences lies; what is read at a desk is made of it, with the suffix .mo."""
    return locales / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(path: Path, language: str) -> Catalog:
    """The catalogue in a file; an empty one if there is none yet."""
    if not path.is_file():
        return Catalog(
            language,
            header_comment=_HEADER,
            project=DOMAIN,
            version=__version__,
            creation_date=_FIRST,
            msgid_bugs_address=_PEOPLE,
            last_translator=_PEOPLE,
            language_team=_PEOPLE,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(path: Path, wanted: Iterable[Text], language: str) -> Catalog:
    """Brings a catalogue up to date: new texts are empty, cells that have changed fuzzy, what is gone left out."""
    template = Catalog(locale=language, fuzzy=False)
    for context, text in wanted:
        template.add(text, context=context)
    catalogue = read_catalogue(path, language)
    catalogue.fuzzy = False
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    gone = catalogue.obsolete.values()
    stale = {message.context: message.string for message in gone if message.context and message.string}
    for message in catalogue:
        if message.id and not message.string and message.context in stale:  # the text of a cell was changed
            message.string = stale[message.context]
            message.flags.add("fuzzy")
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    written = io.BytesIO()
    write_po(written, catalogue, width=0, omit_header=False, sort_output=False)
    replace_file(path, written.getvalue())
    return catalogue


def compiled_sentences(language: str, locales: Path = LOCALES) -> bytes:
    """The sentences' catalogue in the form that gettext reads, without those that are fuzzy."""
    written = io.BytesIO()
    write_mo(written, read_catalogue(sentence_catalogue(language, locales), language))
    return written.getvalue()


def compile_sentences(language: str, locales: Path = LOCALES) -> None:
    """Writes that form beside the catalogue. It is in git, so that nobody who reads it needs Babel."""
    path = sentence_catalogue(language, locales)
    replace_file(path.with_suffix(".mo"), compiled_sentences(language, locales))


def languages(locales: Path = LOCALES) -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parts[-3] for path in locales.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def missing(language: str) -> list[str]:
    """Everything that an edition in this language lacks; empty if it can be released."""
    found = lacking(read_catalogue(sentence_catalogue(language), language), package_texts())
    for name in assignment_names():
        catalogue = read_catalogue(notebook_catalogue(name, language), language)
        found += [f"{name}: {sentence}" for sentence in lacking(catalogue, notebook_texts(_document(name)))]
    return found


def translated_notebook(assignment: str, language: str) -> bytes:
    """The source notebook in a language."""
    catalogue = read_catalogue(notebook_catalogue(assignment, language), language)
    document = translated(_document(assignment), catalogue)
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _document(assignment: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(source_path(assignment).read_text(encoding="utf-8"))
    return document


def _docstrings(source: str) -> list[str]:
    """The docstrings in a cell, as they are written there, without their quotation marks."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with a magic
        return []
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node):
            literal = ast.get_source_segment(source, node.body[0]) or ""
            found.append(literal.strip('"'))
    return found


def _sentences(source: str, is_suite: bool) -> Iterator[Words]:
    """The sentences of a module: arguments of `_` and `plural`, and in a suite titles of tests and their questions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            texts = [
                each.value
                for each in node.args
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            ]
            if name == "plural" and len(texts) >= 2:
                yield texts[0], texts[1]
            elif name == "_":
                yield from texts[:1]
            elif name == "hint" and is_suite:
                yield from texts
        elif is_suite and isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            title = ast.get_docstring(node)
            if title:
                yield title.splitlines()[0]


def main(language: str) -> None:
    """Updates the catalogues of a language, and says what is still to be done."""
    update(sentence_catalogue(language), package_texts(), language)
    compile_sentences(language)
    for name in assignment_names():
        update(notebook_catalogue(name, language), notebook_texts(_document(name)), language)
    print(_("{count} texts are still to be translated.").format(count=len(missing(language))))


if __name__ == "__main__":
    main(sys.argv[1])
