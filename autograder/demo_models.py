"""Trains the small language models that the simulated class hands in: in half a minute, and in plain sight.

Ours, not a student's: it runs here, outside of any jail, with the reference's own class. What makes it quick is that
most steps score few of the words: the frequent ones, those that come next, and a random few of the others, which
stand for all the rest of them.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from autograder.course import corpora
from autograder.course.checkpoints import save_checkpoint
from autograder.course.notebook import Notebook
from autograder.course.training import warm_up_then_cosine

CORPUS = "sotu"
TOKENS = 1_000_000  # of training text: about half a minute
ROWS, STEPS = 32, 35  # of one batch
FREQUENT, SAMPLED = 300, 250
SEED = 20

Files = dict[str, bytes]


def trained_model(notebook: Notebook, tokens: int = TOKENS, seed: int = SEED) -> Files:
    """The checkpoint files of a small LSTM trained on so many tokens; none at all leave it as it began."""
    vocabulary = corpora.vocabulary(CORPUS)
    arguments = {
        "kind": "LSTM",
        "vocab_size": len(vocabulary),
        "embed": 128,
        "hidden": 128,
        "layers": 1,
        "dropout": 0.0,
        "tie_weights": True,
    }
    torch.manual_seed(seed)
    model = reference(notebook)["RNNModel"](**arguments)
    if tokens:
        _train(model, _token_ids(vocabulary), tokens)
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(model, arguments, Path(folder, "rnn_lm"), seed=seed)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def reference(notebook: Notebook) -> Mapping[str, Any]:
    """What the cells of the solution notebook define."""
    namespace: dict[str, Any] = {"__name__": "__reference__"}
    for cell in notebook.definitions():
        exec(compile(cell.source, f"<{cell.id}>", "exec"), namespace)
    return namespace


def _token_ids(vocabulary: list[str]) -> torch.Tensor:
    ids = {word: number for number, word in enumerate(vocabulary)}
    lines = corpora.lines(CORPUS, "train")
    return torch.tensor([ids.get(word, 0) for line in lines for word in [*line.split(), corpora.END_OF_LINE]])


def _train(model: Any, ids: torch.Tensor, tokens: int) -> None:
    text = ids[: len(ids) // ROWS * ROWS].view(ROWS, -1).T  # (N, B): down each column the text runs on
    counts = torch.bincount(ids, minlength=model.decoder.out_features) + 1.0
    updates = tokens // (ROWS * STEPS)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.024, betas=(0.9, 0.95), weight_decay=0.0)
    schedule = warm_up_then_cosine(optimizer, updates)
    with torch.no_grad():
        model.decoder.bias.copy_((counts / counts.sum()).log())  # it begins as a unigram model
    state = model.init_state(ROWS)
    for update in range(updates):
        start = update * STEPS % (len(text) - STEPS)
        inputs, targets = text[start : start + STEPS], text[start + 1 : start + STEPS + 1].flatten()
        outputs, state = model.rnn(model.embedding(inputs), tuple(part.detach() for part in state))
        loss = _sampled_loss(outputs.flatten(0, 1), targets, model.decoder)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()


def _sampled_loss(outputs: torch.Tensor, targets: torch.Tensor, decoder: nn.Linear) -> torch.Tensor:
    """Cross entropy over the frequent words, the targets, and a few of all others, each of which stands for many."""
    words = decoder.out_features
    kept, positions = torch.unique(torch.cat([torch.arange(FREQUENT), targets]), return_inverse=True)
    others = torch.randint(FREQUENT, words, (SAMPLED,))
    others = others[~torch.isin(others, kept)]
    scored = torch.cat([kept, others])
    logits = functional.linear(outputs, decoder.weight[scored], decoder.bias[scored])
    stands_for = math.log((words - len(kept)) / len(others))
    logits = logits + torch.cat([torch.zeros(len(kept)), torch.full((len(others),), stands_for)])
    return functional.cross_entropy(logits, positions[FREQUENT:])
