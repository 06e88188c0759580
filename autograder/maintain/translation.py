"""Translates the course: a catalogue for each notebook, cell by cell, and one for the sentences of checks and pages.

Catalogues are PO files, which translators and their programs know. What is translated of a notebook `texts` says; code,
names and points stay the same bytes. A text that has changed since it was translated is *stale*:
its translation is kept as a proposal, marked fuzzy, and not used.

    python -m autograder.maintain.translation ko    # writes or updates the Korean catalogues; `make messages`
"""

from __future__ import annotations

import copy
import datetime
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from autograder import __version__
from autograder.assignments.sources import SOLUTIONS, assignment_names, source_path
from autograder.maintain.texts import (
    Place,
    Text,
    code_of,
    file_texts,
    markdown_places,
    notebook_texts,
    package_texts,
    placeholders,
    places,
)
from autograder.student.core.files import replace_file
from autograder.student.core.language import DOMAIN, LOCALES, _

_HEADER = "# Edit the msgstr lines; `make messages` writes all others."
_FIRST = datetime.datetime(2026, 11, 29, tzinfo=datetime.UTC)  # that of today would change every time
STUDENT = Path(__file__).with_name("release") / "student"  # what is in the bundle and nowhere else
_PEOPLE = "see the course's repository"


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
        elif not context and placeholders(text) != placeholders(_last(message.string)):
            found.append(
                _("{place}: the names in braces are not those of the translation.").format(place=place)
            )
    return found


def changed_code(document: dict[str, Any], catalogue: Catalog) -> list[str]:
    """A sentence for every cell whose translation says something else to Python than to the reader."""
    found = []
    for cell, new in zip(document["cells"], translated(document, catalogue)["cells"], strict=True):
        if cell["cell_type"] == "code" and cell["source"] != new["source"]:
            try:
                is_same = code_of("".join(new["source"])) == code_of("".join(cell["source"]))
            except SyntaxError:
                is_same = False
            if not is_same:
                place = f"`{cell['id']}`"
                found.append(_("{place}: the translation changes the code of the cell.").format(place=place))
    return found


def _is_translated(string: Any) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def _last(string: Any) -> str:
    """The form for many things, if there are several."""
    return str(string[-1] if isinstance(string, tuple) else string)


def translated(document: dict[str, Any], catalogue: Catalog) -> dict[str, Any]:
    """The notebook with its texts translated; what lacks stays as it is."""
    document = copy.deepcopy(document)
    for cell in document["cells"]:
        source = _replaced("".join(cell["source"]), places(cell), catalogue, cell["id"])
        cell["source"] = source.splitlines(keepends=True)
    return document


def translated_files(language: str, folder: Path = STUDENT) -> dict[str, bytes]:
    """The Markdown files of the students' bundle in a language, by name."""
    catalogue = read_catalogue(file_catalogue(language, folder), language)
    found = {}
    for path in sorted(folder.glob("*.md")):
        source = path.read_text(encoding="utf-8")
        found[path.name] = _replaced(source, markdown_places(source), catalogue, path.name).encode("utf-8")
    return found


def _replaced(source: str, places: Sequence[Place], catalogue: Catalog, context: str) -> str:
    """The source with the texts at these places translated; what lacks stays as it is."""
    for place in reversed(places):
        message = catalogue.get(place.text, context)
        if message is not None and message.string and not message.fuzzy:
            source = source[: place.start] + str(message.string) + source[place.end :]
    return source


def file_catalogue(language: str, folder: Path = STUDENT) -> Path:
    """Where the catalogue of those files lies: beside their folder."""
    return folder.with_suffix(f".{language}.po")


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
    found += lacking(read_catalogue(file_catalogue(language), language), file_texts(STUDENT))
    for name in assignment_names():
        catalogue, document = read_catalogue(notebook_catalogue(name, language), language), _document(name)
        sentences = lacking(catalogue, notebook_texts(document)) + changed_code(document, catalogue)
        found += [f"{name}: {sentence}" for sentence in sentences]
    return found


def translated_notebook(assignment: str, language: str) -> bytes:
    """The source notebook in a language."""
    catalogue = read_catalogue(notebook_catalogue(assignment, language), language)
    document = translated(_document(assignment), catalogue)
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _document(assignment: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(source_path(assignment).read_text(encoding="utf-8"))
    return document


def main(language: Annotated[str, typer.Argument(help="Its code, such as ko.")]) -> None:
    """Update the catalogues of a language, and say what is still to be translated."""
    update(sentence_catalogue(language), package_texts(), language)
    compile_sentences(language)
    update(file_catalogue(language), file_texts(STUDENT), language)
    for name in assignment_names():
        update(notebook_catalogue(name, language), notebook_texts(_document(name)), language)
    sentences = missing(language)
    print(
        "\n".join([*sentences, _("{count} texts are still to be translated.").format(count=len(sentences))])
    )


if __name__ == "__main__":
    typer.run(main)
