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

from autograder.course.assignments import source_notebook
from autograder.course.checkpoints import Checkpoint, read_checkpoint
from autograder.course.notebook import TRAINING_TAG
from autograder.hidden.suite import trusted_student

WEIGHTS, ARGUMENTS = CHECKPOINT = ("rnn_lm.safetensors", "rnn_lm.json")

# How a model can be flawed and still learn something, by name.
MISTAKES = {
    # Each word is read with a fresh state, so that only the last word is known: a bigram model at best.
    "state_reset_at_each_step": """
class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, _ = super().forward(ids.reshape(1, -1), self.init_state(ids.numel()))
        return logits.reshape(*ids.shape, -1), state
""",
    # Columns that hold every B-th word: what follows in a column does not follow in the text.
    "shuffled_streams": """
def batchify(ids, batch_size):
    rows = len(ids) // batch_size
    return ids[: rows * batch_size].view(rows, batch_size)
""",
    # The same answer whatever was read: only how frequent each word is can be learnt.
    "unigram": """
class RNNModel(RNNModel):
    def forward(self, ids, state):
        logits, _ = super().forward(torch.zeros_like(ids[:1, :1]), self.init_state(1))
        return logits.expand(*ids.shape, -1), state
""",
}


def definitions(assignment: str, mistake: str | None = None) -> list[str]:
    """The sources that define the solution, and the mistake after them."""
    sources = [cell.source for cell in source_notebook(assignment).definitions()]
    return sources if mistake is None else [*sources, MISTAKES[mistake]]


def training_cells(assignment: str) -> list[str]:
    """The sources that make the checkpoint, once everything is defined."""
    cells = source_notebook(assignment).cells
    return [cell.source for cell in cells if cell.kind == "code" and TRAINING_TAG in cell.tags]


def train(assignment: str, seed: int, mistake: str | None = None) -> Checkpoint:
    """The checkpoint that the solution's training leaves; takes the minutes that it takes a student."""
    files = train_files(assignment, seed, mistake)
    return read_checkpoint(files[WEIGHTS], files[ARGUMENTS])


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
        return {name: Path(name).read_bytes() for name in CHECKPOINT}
