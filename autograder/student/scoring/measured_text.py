"""A text that a model is scored on: words that have the same ids for everybody, or bytes that all are paid for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch

from autograder.student import corpora
from autograder.student.checking.student import Student
from autograder.student.core.metric import BITS_PER_BYTE, BYTES_SCORED, PERPLEXITY, Metric
from autograder.student.models.checkpoints import Checkpoint
from autograder.student.models.thresholds import Thresholds
from autograder.student.models.tokenizer_file import spelling_of
from autograder.student.scoring.byte_scoring import cut, encoded, line_end, size_in_bytes
from autograder.student.scoring.prequential import (
    STREAMS,
    Score,
    log_probabilities,
    pieces,
    restore,
    token_ids,
)

Ask = Callable[[Callable[[Student], list[torch.Tensor]]], list[torch.Tensor]]


@dataclass(frozen=True)
class Rows:
    """A text as a model reads it: rows of ids, the id that each of them reads first, and how many ids there are."""

    texts: Sequence[torch.Tensor]
    first_id: int
    vocabulary_size: int


class MeasuredText(Protocol):
    """A text, and what a score on it comes to."""

    def fits(self, marks: Thresholds) -> bool:
        """Whether it is there, whole, and of the corpus that the marks were measured on."""

    def rows(self, checkpoint: Checkpoint, ask: Ask) -> Rows:
        """The text in ids; a question to the student's code, if there is one, goes through `ask`."""

    def count(self, found: Score) -> int:
        """How many words, or bytes, the metric counts."""

    def metrics(self, found: Score) -> dict[str, float]:
        """What is reported of a finite score beside the metric itself, by name."""


@dataclass(frozen=True)
class Words:
    """Folded lines in the course's vocabulary."""

    lines: Sequence[str]
    vocabulary: Sequence[str]

    @classmethod
    def of(cls, corpus: str, content: str) -> Words:
        """Out of a prepared file of a corpus."""
        return cls(corpora.split_lines(content), corpora.vocabulary(corpus))

    def fits(self, marks: Thresholds) -> bool:
        """Whether it is there, whole, and of the corpus that the marks were measured on."""
        is_whole = any(self.lines) and {corpora.UNKNOWN, corpora.END_OF_LINE} <= set(self.vocabulary)
        return is_whole and len(self.vocabulary) == marks.vocabulary_size

    def rows(self, checkpoint: Checkpoint, ask: Ask) -> Rows:
        """The ids of the course's vocabulary; nobody is asked."""
        ids = token_ids(self.lines, self.vocabulary)
        first_id = self.vocabulary.index(corpora.END_OF_LINE)
        return Rows(pieces(ids, STREAMS), first_id, len(self.vocabulary))

    def count(self, found: Score) -> int:
        """All tokens."""
        return found.tokens

    def metrics(self, found: Score) -> dict[str, float]:
        """The bits per byte that the perplexity amounts to."""
        bits = folded_bits_per_byte(found.nats, self.lines, self.vocabulary)
        return {BITS_PER_BYTE.name: round(bits, BITS_PER_BYTE.kept_digits)}


@dataclass(frozen=True)
class Bytes:
    """A text that each tokenizer cuts into pieces of its own, and of which every byte is paid for."""

    parts: Sequence[str]

    @classmethod
    def of(cls, _corpus: str, content: str) -> Bytes:
        """Out of a prepared file of a corpus."""
        return cls(cut(content))

    def fits(self, _marks: Thresholds) -> bool:
        """Whether there is anything to read."""
        return any(part.strip() for part in self.parts)

    def rows(self, checkpoint: Checkpoint, ask: Ask) -> Rows:
        """The ids that the student's own tokenizer chooses."""
        spelling = spelling_of(checkpoint)
        texts = ask(lambda student: encoded(student, spelling, self.parts))
        return Rows(texts, line_end(spelling), len(spelling.pieces))

    def count(self, _found: Score) -> int:
        """All bytes."""
        return size_in_bytes(self.parts)

    def metrics(self, _found: Score) -> dict[str, float]:
        """Of how many bytes."""
        return {BYTES_SCORED: size_in_bytes(self.parts)}


_KINDS: dict[str, type[Words] | type[Bytes]] = {PERPLEXITY.name: Words, BITS_PER_BYTE.name: Bytes}


def text_of(metric: Metric, corpus: str, content: str) -> MeasuredText:
    """The text that a metric is counted on, out of the content of the file with its `ending`."""
    return _KINDS[metric.name].of(corpus, content)


def score(student: Student, checkpoint: Checkpoint, text: MeasuredText, class_name: str) -> Score:
    """The score on a text that is not secret: tokenizer and model are both asked in one session."""
    rows = text.rows(checkpoint, lambda question: question(student))
    predictor = restore(student, checkpoint, rows.vocabulary_size, class_name)
    return Score(torch.cat(log_probabilities(predictor, rows.texts, rows.first_id)))


def folded_bits_per_byte(nats: float, lines: Sequence[str], words: Sequence[str]) -> float:
    """Bits for each UTF-8 byte of the folded text, where unknown words are spelt out at eight bits a byte.

    So what the model says only as `<unk>` is paid for, so a coarser vocabulary gives no advantage.
    """
    known = set(words)
    spelt_out = sum(len(word.encode()) + 1 for line in lines for word in line.split() if word not in known)
    length = sum(len(line.encode()) + 1 for line in lines)
    return BITS_PER_BYTE.of(nats, length) + 8 * spelt_out / length
