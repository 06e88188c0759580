"""The toy language once more, as raw text for a model of pieces: a tokenizer of words and bytes, and a model of them.

Everything is where the real corpus has it, so that what is tested is the real path from bytes to marks.
"""

from __future__ import annotations

import functools
import json
import random
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from autograder.grading.graded import Submission
from autograder.student.core.notebook import Notebook
from autograder.student.models.tokenizer_file import spelled
from autograder.tests.grading.toy_course import checkpoint_files, measured_part, submission_of, trained
from autograder.tests.grading.toy_language import WORDS, sentences

ASSIGNMENT, TASK, CORPUS = "subword_language_model", "subword_model", "sotu"
SPLITS = {"train": 1500, "valid": 120, "hidden": 150}
FLOOR, TARGET = 3.0, 0.9  # out of the honest model's reach, so that any gain would show
PIECES = [bytes([byte]) for byte in range(256)] + [f" w{number}".encode() for number in range(WORDS)]
MERGES = [(b" ", b"w")]
ARGUMENTS = {"vocab_size": len(PIECES), "width": 32}

CODE = '''
class BPETokenizer:
    """Each word of the toy language is a piece; anything else is bytes."""

    def __init__(self, vocab, merges, specials=()):
        self.ids = {}
        for number, piece in vocab.items():
            self.ids.setdefault(bytes(piece), number)

    def encode(self, text):
        ids = []
        for word in re.findall(r" ?\\\\S+|\\\\s", text):
            piece = word.encode("utf-8")
            ids += [self.ids[piece]] if piece in self.ids else [self.ids[bytes([byte])] for byte in piece]
        return ids


class SubwordModel(nn.Module):
    def __init__(self, vocab_size, width):
        super().__init__()
        self.width = width
        self.lookup = nn.Embedding(vocab_size, width)
        self.rnn = nn.LSTM(width, width)
        self.readout = nn.Linear(width, vocab_size)

    def init_state(self, batch_size):
        zeros = self.readout.weight.new_zeros(1, batch_size, self.width)
        return zeros, zeros

    def forward(self, ids, state):
        read, state = self.rnn(self.lookup(ids), state)
        return self.readout(read), state
'''.replace("\\\\", "\\")


def write_course(data: Path) -> None:
    """The toy corpus and its thresholds."""
    public, hidden = data / "prepared" / CORPUS, data / "prepared" / "hidden" / CORPUS
    for folder in (public, hidden):
        folder.mkdir(parents=True)
    rng = random.Random(1)
    texts = {split: "\n".join(lines) + "\n" for split, lines in sentences(rng, SPLITS).items()}
    for split in ("train", "valid"):
        (public / f"{split}.txt").write_text(texts[split], encoding="utf-8")
    (hidden / "test.txt").write_text(texts["hidden"], encoding="utf-8")
    bounds = {
        name: dict.fromkeys(("valid", "hidden"), value)
        for name, value in (("floor", FLOOR), ("target", TARGET))
    }
    entry = {"vocabulary_size": len(PIECES), "baselines": {}, **bounds}
    (data / "thresholds.json").write_text(json.dumps({ASSIGNMENT: {CORPUS: entry}}), encoding="utf-8")


@functools.cache
def honest() -> dict[str, Any]:
    """The honest classes, as the submission defines them."""
    namespace: dict[str, Any] = {"nn": nn, "torch": torch, "re": re}
    exec(CODE, namespace)
    return namespace


def train(data: Path) -> nn.Module:
    """The honest model after some seconds of training on the toy corpus."""
    text = (data / "prepared" / CORPUS / "train.txt").read_text(encoding="utf-8")
    ids = torch.tensor(honest()["BPETokenizer"](dict(enumerate(PIECES)), MERGES).encode(text))
    return trained(honest()["SubwordModel"], ARGUMENTS, ids)


def files_of(model: nn.Module, pieces: list[bytes] | None = None, **notes: Any) -> dict[str, bytes]:
    """The two files of a checkpoint by name, with the tokenizer of these pieces."""
    pieces = PIECES if pieces is None else pieces
    tokenizer = spelled(dict(enumerate(pieces)), MERGES)
    arguments = {**ARGUMENTS, "vocab_size": len(pieces)}
    return checkpoint_files(model, arguments, "subword_lm", **{"tokenizer": tokenizer, **notes})


def notebook() -> Notebook:
    """The setup and the measured task of the real notebook."""
    return measured_part(ASSIGNMENT, TASK)


def submission(code: str, files: dict[str, bytes]) -> Submission:
    """A notebook that defines the honest classes and then runs `code`, with these files beside it."""
    return submission_of(ASSIGNMENT, TASK, [CODE, code], files)
