"""A language course in miniature: sixty words, each with three likely successors, and a model trained in a second.

Everything is where the real corpus has it, so that what is tested is the real path from bytes to marks.
"""

from __future__ import annotations

import functools
import json
import math
import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy
import torch
from torch import nn

from autograder.grading.graded import Submission
from autograder.student.core.notebook import Notebook
from autograder.student.models.kneser_ney import KneserNey
from autograder.student.scoring.prequential import token_ids
from autograder.tests.grading.toy_course import checkpoint_files, measured_part, submission_of, trained

ASSIGNMENT, TASK, CORPUS = "rnn_language_model", "language_model", "sotu"
WORDS = 58
ARGUMENTS = {"vocab_size": WORDS + 2, "hidden": 32}

MODEL = """
class RNNModel(nn.Module):
    def __init__(self, vocab_size, hidden):
        super().__init__()
        self.vocab_size, self.hidden = vocab_size, hidden
        self.embedding = nn.Embedding(vocab_size, hidden)
        self.rnn = nn.LSTM(hidden, hidden)
        self.decoder = nn.Linear(hidden, vocab_size)
        self.decoder.weight = self.embedding.weight

    def init_state(self, batch_size):
        zeros = self.decoder.weight.new_zeros(1, batch_size, self.hidden)
        return zeros, zeros

    def forward(self, ids, state):
        states, state = self.rnn(self.embedding(ids), state)
        return self.decoder(states), state
"""


def write_course(data: Path) -> None:
    """The toy corpus, its vocabulary and its thresholds, as `autograder data` would write them."""
    texts = sentences(random.Random(1), SPLITS)
    counts = Counter(word for line in texts["train"] for word in line.split())
    words = ["<unk>", "<eos>", *(word for word, _count in counts.most_common())]
    public, hidden = data / "prepared" / CORPUS, data / "prepared" / "hidden" / CORPUS
    for folder in (public, hidden):
        folder.mkdir(parents=True)
    for split in ("train", "valid"):
        (public / f"{split}.words.txt").write_text("\n".join(texts[split]) + "\n", encoding="utf-8")
    (hidden / "test.words.txt").write_text("\n".join(texts["hidden"]) + "\n", encoding="utf-8")
    (public / "vocabulary.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    (data / "thresholds.json").write_text(
        json.dumps({ASSIGNMENT: {CORPUS: _thresholds(texts, words)}}), "utf-8"
    )


SPLITS = {"train": 1500, "valid": 150, "hidden": 200}


def sentences(rng: random.Random, splits: dict[str, int]) -> dict[str, list[str]]:
    """So many lines of the toy language for each split."""
    successors = [rng.sample(range(WORDS), 3) for _word in range(WORDS)]
    return {split: _lines(rng, count, successors) for split, count in splits.items()}


def _lines(rng: random.Random, count: int, successors: list[list[int]]) -> list[str]:
    lines = []
    for _line in range(count):
        word = rng.randrange(WORDS)
        line = []
        for _word in range(rng.randint(5, 15)):
            line.append(f"w{word}")
            likely = rng.random() < 0.85
            word = rng.choices(successors[word], weights=(12, 5, 3))[0] if likely else rng.randrange(WORDS)
        lines.append(" ".join(line))
    return lines


def _thresholds(texts: dict[str, list[str]], words: list[str]) -> dict[str, Any]:
    ids = {split: token_ids(lines, words).numpy() for split, lines in texts.items()}

    def perplexities(order: int, factor: float = 1.0) -> dict[str, float]:
        model = KneserNey(ids["train"], order, len(words))
        return {
            split: factor * math.exp(-numpy.log(model.probabilities(ids[split])).mean())
            for split in ("valid", "hidden")
        }

    return {
        "vocabulary_size": len(words),
        "floor": perplexities(1),
        "target": perplexities(2, 0.8),  # out of the honest model's reach, so that any gain would show
        "baselines": {},
    }


@functools.cache
def model_class() -> type[nn.Module]:
    """The honest model, as the submission defines it."""
    namespace: dict[str, Any] = {"nn": nn, "torch": torch}
    exec(MODEL, namespace)
    return namespace["RNNModel"]


def train(data: Path) -> nn.Module:
    """The honest model after a second of training on the toy corpus."""
    words = (data / "prepared" / CORPUS / "vocabulary.txt").read_text(encoding="utf-8").split()
    lines = (data / "prepared" / CORPUS / "train.words.txt").read_text(encoding="utf-8").splitlines()
    ids = token_ids(lines, words)
    return trained(model_class(), ARGUMENTS, ids)


def files_of(model: nn.Module, **arguments: Any) -> dict[str, bytes]:
    """The two files of a checkpoint by name."""
    return checkpoint_files(model, {**ARGUMENTS, **arguments}, "rnn_lm")


def notebook() -> Notebook:
    """The setup and the measured task of the real notebook."""
    return measured_part(ASSIGNMENT, TASK)


def submission(code: str, files: dict[str, bytes], training: str = "pass") -> Submission:
    """A notebook that defines the honest model and then runs `code`, with these files beside it."""
    return submission_of(ASSIGNMENT, TASK, [MODEL, code], files, training)
