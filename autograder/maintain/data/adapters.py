"""Reads corpora that users bring: WikiText-2, the film reviews of NSMC, and any folder of text files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.maintain.data.corpus import EVERY, Corpus, DataError, Split, split_by_document
from autograder.student.core.language import _
from autograder.student.corpora import fold

WIKITEXT, NSMC = "wikitext-2", "nsmc"
_VALID_REVIEW = 19  # of twenty rows of ratings_train.txt the last validates
_HEADER = ["id", "document", "label"]


def read(name: str, folder: Path | None, known: Mapping[str, Any]) -> Corpus:
    """The corpus in a folder that the user names; `known` is what the manifest expects of it."""
    if "package" in known.get("source", {}):
        raise DataError(
            _("{name} needs no preparation: it is read from the package {package}.").format(
                name=name, package=known["source"]["package"]
            )
        )
    if folder is None or not folder.is_dir():
        files = known.get("source", {}).get("files", "*.txt")
        raise DataError(
            _(
                "You have to bring {name} yourself: give the folder with its files ({files}), as in "
                "“autograder data prepare {name} --from FOLDER”."
            ).format(name=name, files=files)
        )
    reader = {WIKITEXT: read_wikitext, NSMC: read_nsmc}.get(name, read_folder)
    corpus = reader(name, folder)
    _require_counts(corpus, known.get("counts", {}))
    return corpus


def read_wikitext(name: str, folder: Path) -> Corpus:
    """Three files of tokens as they are, `<unk>` included; a blank line is a line, too. The vocabulary is all words."""
    train, valid, test = (_tokens(folder / f"wiki.{part}.tokens") for part in ("train", "valid", "test"))
    return Corpus(name, train, valid, test, vocabulary_size=None)


def _tokens(path: Path) -> Split:
    words = [" ".join(line.split()) for line in _lines(path)]
    return Split(sum(map(_is_title, words)), words, words)


def _is_title(line: str) -> bool:
    """An article begins with `= Title =`; a section has more of these signs."""
    return line.startswith("= ") and line.endswith(" =") and not line.startswith("= =")


def read_nsmc(name: str, folder: Path) -> Corpus:
    """Reviews, one a line, with labels 0 and 1; of twenty rows of the training file the last validates."""
    rows = list(_reviews(folder / "ratings_train.txt"))
    train = [row for position, row in enumerate(rows) if position % 20 != _VALID_REVIEW]
    valid = [row for position, row in enumerate(rows) if position % 20 == _VALID_REVIEW]
    hidden = list(_reviews(folder / "ratings_test.txt"))
    return Corpus(name, _labelled(train), _labelled(valid), _labelled(hidden))


def _labelled(rows: Sequence[tuple[str, str]]) -> Split:
    raw = [" ".join(text.split()) for text, _label in rows]
    return Split(len(rows), raw, [fold(line) for line in raw], [label for _text, label in rows])


def _reviews(path: Path) -> Iterator[tuple[str, str]]:
    """Text and label of each row; a quotation mark is a letter like any other, an empty review stays one."""
    for number, line in enumerate(_lines(path), start=1):
        row = line.split("\t")
        is_header = number == 1
        if is_header and row == _HEADER:
            continue
        if is_header or len(row) != 3 or row[2] not in ("0", "1"):
            raise DataError(
                _(
                    "{path}, line {number}, is not “id, document, label” with tabs between: fetch the file again."
                ).format(path=path, number=number)
            )
        yield row[1], row[2]


def read_folder(name: str, folder: Path) -> Corpus:
    """Every `*.txt` is a document, every line with text a paragraph; split by document, in the order of their names."""
    documents = documents_in(folder)
    if len(documents) < EVERY:
        raise DataError(
            _(
                "{folder} has {count} text files (*.txt), and a split by document needs at least {least}."
            ).format(folder=folder, count=len(documents), least=EVERY)
        )
    return split_by_document(name, documents)


def documents_in(folder: Path) -> list[str]:
    """The text files below a folder, in the order of their names."""
    return ["\n".join(_lines(path)) for path in sorted(folder.rglob("*.txt"))]


def _lines(path: Path) -> list[str]:
    """The lines of a UTF-8 file, ended by a newline with or without a carriage return, and by nothing else."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise DataError(
            _("{folder} has no file {name}: give the folder that has it with --from.").format(
                folder=path.parent, name=path.name
            )
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            _("{path} is not text in UTF-8: fetch or convert it again.").format(path=path)
        ) from error
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []


def _require_counts(corpus: Corpus, known: Mapping[str, Mapping[str, int]]) -> None:
    """Compares with the counts that are known of the whole corpus: a cut-off download does not pass."""
    for split, expected in known.items():
        part: Split = getattr(corpus, split)
        found = {
            "lines": len(part.words),
            "tokens": sum(len(line.split()) + 1 for line in part.words),
        }
        for what, count in expected.items():
            if found[what] != count:
                raise DataError(
                    _(
                        "{name} is damaged or another version: its {split} text has {found:,} {what} instead of "
                        "{count:,}; fetch it again."
                    ).format(name=corpus.name, split=split, found=found[what], what=what, count=count)
                )
