"""The toy language once more, as raw text for a model of pieces: a tokenizer of words and bytes, and a model of them.

Everything is where the real corpus has it, so that what is tested is the real path from bytes to marks.
"""

from __future__ import annotations

import functools
import json
import random
import re
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from autograder.course.assignments import source_notebook
from autograder.course.checkpoints import save_checkpoint
from autograder.course.notebook import CHECK_PREFIX, SETUP_TAG, Notebook
from autograder.course.spelling import spelled
from autograder.grading.graded import Submission
from autograder.tests.grading.toy_language import WORDS, sentences

ASSIGNMENT, TASK, CORPUS = "subword_language_model", "subword_model", "toy"
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
    entry = {"corpus": CORPUS, "vocabulary_size": len(PIECES), "baselines": {}, **bounds}
    (data / "thresholds.json").write_text(json.dumps({ASSIGNMENT: entry}), encoding="utf-8")


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
    source = ids[: len(ids) // 32 * 32].view(32, -1).t()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model: nn.Module = honest()["SubwordModel"](**ARGUMENTS)
        optimiser = torch.optim.AdamW(model.parameters(), lr=1e-2)
        for _epoch in range(5):
            state = model.init_state(32)
            for start in range(0, len(source) - 20, 20):
                state = tuple(part.detach() for part in state)
                logits, state = model(source[start : start + 20], state)
                targets = source[start + 1 : start + 21]
                loss = nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
    return model


def files_of(model: nn.Module, pieces: list[bytes] | None = None, **notes: Any) -> dict[str, bytes]:
    """The two files of a checkpoint by name, with the tokenizer of these pieces."""
    pieces = PIECES if pieces is None else pieces
    tokenizer = spelled(dict(enumerate(pieces)), MERGES)
    arguments = {**ARGUMENTS, "vocab_size": len(pieces)}
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(model, arguments, Path(folder) / "subword_lm", **{"tokenizer": tokenizer, **notes})
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def notebook() -> Notebook:
    """The setup and the measured task of the real notebook."""
    return Notebook(
        tuple(
            cell
            for cell in source_notebook(ASSIGNMENT).cells
            if SETUP_TAG in cell.tags or cell.grade_id.removeprefix(CHECK_PREFIX) == TASK
        )
    )


def submission(code: str, files: dict[str, bytes]) -> Submission:
    """A notebook that defines the honest classes and then runs `code`, with these files beside it."""
    cells = []
    for cell in notebook().cells:
        source = "pass" if cell.grade_id == TASK else cell.source
        metadata = {"tags": sorted(cell.tags), "nbgrader": cell.nbgrader}
        cells.append({"id": cell.id, "cell_type": cell.kind, "source": source, "metadata": metadata})
    own = [
        {"id": f"own-{i}", "cell_type": "code", "source": source, "metadata": {}}
        for i, source in enumerate([CODE, code])
    ]
    document = {"cells": cells[:-2] + own + cells[-2:], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return Submission("pupil", json.dumps(document).encode(), f"{ASSIGNMENT}.ipynb", ASSIGNMENT, files)
