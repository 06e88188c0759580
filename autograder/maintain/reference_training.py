"""Trains the solution of a measured task as its notebook does, with a given seed, and with a mistake if one is named.

What runs is the notebook: its definitions and the cells tagged as training, in their order. A mistake is code that
runs after all definitions and before the training, as if a student had redefined one of her answers.
"""

from __future__ import annotations

import contextlib
import os
import random
import tempfile
from pathlib import Path
from typing import Any

from autograder.assignments.sources import source_notebook
from autograder.grading.suite import trusted_namespace, trusted_student
from autograder.student.core.notebook import TRAINING_TAG
from autograder.student.models.checkpoints import Checkpoint, read_checkpoint
from autograder.student.models.measured_models import MEASURED_MODELS

# Each token is read with a fresh state, so that only the last one is known: a bigram model at best.
_STATE_RESET_AT_EACH_STEP = """
class {model}({model}):
    def forward(self, ids, state):
        logits, _ = super().forward(ids.reshape(1, -1), self.init_state(ids.numel()))
        return logits.reshape(*ids.shape, -1), state
"""
# The same answer whatever was read: only how frequent each token is can be learnt.
_UNIGRAM = """
class {model}({model}):
    def forward(self, ids, state):
        logits, _ = super().forward(torch.zeros_like(ids[:1, :1]), self.init_state(1))
        return logits.expand(*ids.shape, -1), state
"""
# Columns that hold every B-th token: what follows in a column does not follow in the text.
_SHUFFLED_WORDS = """
def batchify(ids, batch_size):
    rows = len(ids) // batch_size
    return ids[: rows * batch_size].view(rows, batch_size)
"""
_SHUFFLED_TOKENS = """
def side_by_side(ids, columns):
    rows = len(ids) // columns
    return torch.as_tensor(ids[: rows * columns]).view(rows, columns)
"""


def _flawed(model: str, shuffled_streams: str) -> dict[str, str]:
    return {
        "state_reset_at_each_step": _STATE_RESET_AT_EACH_STEP.format(model=model),
        "shuffled_streams": shuffled_streams,
        "unigram": _UNIGRAM.format(model=model),
    }


# How a model can be flawed and still learn something, by assignment and name.
MISTAKES = {
    "rnn_language_model": _flawed("RNNModel", _SHUFFLED_WORDS),
    "subword_language_model": _flawed("SubwordModel", _SHUFFLED_TOKENS),
}


def definitions(assignment: str, mistake: str | None = None) -> list[str]:
    """The sources that define the solution, and the mistake after them."""
    sources = [cell.source for cell in source_notebook(assignment).definitions()]
    return sources if mistake is None else [*sources, MISTAKES[assignment][mistake]]


def training_cells(assignment: str) -> list[str]:
    """The sources that make the checkpoint, once everything is defined."""
    cells = source_notebook(assignment).cells
    return [cell.source for cell in cells if cell.kind == "code" and TRAINING_TAG in cell.tags]


def prepared_for_training(assignment: str) -> dict[str, Any]:
    """What is defined, by name, when the training cells before that of the model have run: the texts, a tokenizer."""
    cells = source_notebook(assignment).cells
    before = [cell.source for cell in cells if TRAINING_TAG in cell.tags and not cell.is_answer]
    with open(os.devnull, "w", encoding="utf-8") as nothing, contextlib.redirect_stdout(nothing):
        return trusted_namespace([*definitions(assignment), *before])


def train(assignment: str, seed: int, mistake: str | None = None) -> Checkpoint:
    """The checkpoint that the solution's training leaves; takes the minutes that it takes a student."""
    files = train_files(assignment, seed, mistake)
    return read_checkpoint(*(files[name] for name in MEASURED_MODELS[assignment].files))


def train_files(
    assignment: str, seed: int, mistake: str | None = None, log: str = os.devnull
) -> dict[str, bytes]:
    """The two files of that checkpoint by name, as a student hands them in; what is printed goes to the log."""
    sources = [*definitions(assignment, mistake), *training_cells(assignment)]
    with (
        open(log, "w", encoding="utf-8", buffering=1) as file,
        contextlib.redirect_stdout(file),
        tempfile.TemporaryDirectory(prefix="autograder-training-") as folder,
        contextlib.chdir(folder),
    ):
        random.seed(seed)  # from which the notebook draws the seed of its training
        trusted_student(sources)
        return {name: Path(name).read_bytes() for name in MEASURED_MODELS[assignment].files}
