"""Defines the form of every corpus: three splits of paired raw and folded lines, a vocabulary, counts, and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from autograder.student.corpora import END_OF_LINE, UNKNOWN, fold

VOCABULARY_SIZE = 5_000  # of a corpus that does not bring its own; both special words are counted
SPLITS = ("train", "valid", "hidden")
EVERY, _VALID, _HIDDEN = 10, 4, 9  # of so many documents these two are not for training


class DataError(Exception):
    """A corpus cannot be fetched, read, written or trusted; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Split:
    """Raw and folded lines, one to one, of so many documents; and their labels, if the corpus has any."""

    documents: int
    raw: Sequence[str]
    words: Sequence[str]
    labels: Sequence[str] = ()


@dataclass(frozen=True)
class Corpus:
    """A whole corpus in memory, read by an adapter."""

    name: str
    train: Split
    valid: Split
    hidden: Split
    vocabulary_size: int | None = VOCABULARY_SIZE  # None: every word of the training text


def split_of(documents: Sequence[str]) -> Split:
    """Documents as lines: every paragraph that is not blank is one, trimmed."""
    raw = [line.strip() for document in documents for line in document.split("\n") if line.strip()]
    return Split(len(documents), raw, [fold(line) for line in raw])


def split_by_document(name: str, documents: Sequence[str]) -> Corpus:
    """Of every ten documents the fifth validates and the tenth is hidden; no document is in two splits."""
    parts: dict[int, list[str]] = {_VALID: [], _HIDDEN: []}
    train: list[str] = []
    for position, document in enumerate(documents):
        parts.get(position % EVERY, train).append(document)
    return Corpus(name, split_of(train), split_of(parts[_VALID]), split_of(parts[_HIDDEN]))


def vocabulary_of(lines: Iterable[str], size: int | None) -> list[str]:
    """`<unk>`, `<eos>` and the most frequent words, up to `size` in all; ties go to the word that came first."""
    counted = Counter(word for line in lines for word in line.split())
    for special in (UNKNOWN, END_OF_LINE):
        counted.pop(special, None)
    words = [
        word for word, _count in counted.most_common()
    ]  # stable: equal counts stay in order of appearance
    return [UNKNOWN, END_OF_LINE, *words][:size]


def counts_of(corpus: Corpus) -> dict[str, dict[str, int]]:
    """What the manifest says of each split; `tokens` counts one `<eos>` a line, `unknown` what `<unk>` stands for."""
    known = set(vocabulary_of(corpus.train.words, corpus.vocabulary_size)) - {UNKNOWN}
    counts = {}
    for name in SPLITS:
        split: Split = getattr(corpus, name)
        words = [word for line in split.words for word in line.split()]
        counts[name] = {
            "documents": split.documents,
            "lines": len(split.words),
            "tokens": len(words) + len(split.words),
            "unknown": sum(word not in known for word in words),
            "bytes": sum(len(line.encode("utf-8")) + 1 for line in split.raw),
        }
    return counts


def files_of(corpus: Corpus) -> dict[str, bytes]:
    """Every prepared file by its path in `data/prepared`; what is hidden has a folder of its own."""
    files = {
        f"{corpus.name}/vocabulary.txt": _text(vocabulary_of(corpus.train.words, corpus.vocabulary_size)),
    }
    for stem, split in (
        (f"{corpus.name}/train", corpus.train),
        (f"{corpus.name}/valid", corpus.valid),
        (f"hidden/{corpus.name}/test", corpus.hidden),
    ):
        files[f"{stem}.txt"] = _text(split.raw)
        files[f"{stem}.words.txt"] = _text(split.words)
        if split.labels:
            files[f"{stem}.labels.txt"] = _text(split.labels)
    return files


def _text(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
