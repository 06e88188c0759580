"""What can be predicted of each task of the second notebook: the student's own code is asked, and says what it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

Outcome = Mapping[str, Any]


def _shape(tensor: torch.Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)


class _Listening(nn.Module):
    """A model to which all words are equally likely; it remembers the shapes that it was given to read."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(vocab_size))
        self.read: list[tuple[int, ...]] = []

    def init_state(self, batch_size: int) -> torch.Tensor:
        return torch.zeros(1, batch_size, 1)

    def forward(self, ids: torch.Tensor, state: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.read.append(_shape(ids))
        return self.scores.expand(*ids.shape, -1), state


def Dictionary(code: Any) -> Outcome:
    """ "the", "people" and "the" are added, "the" and "senate" are looked up."""
    words = code.Dictionary()
    for word in ("the", "people", "the"):
        words.add_word(word)
    length = len(words)
    return {"length": length, "encoded": words.encode(["the", "senate"]), "length_afterwards": len(words)}


def Corpus(code: Any) -> Outcome:
    """Lines of 4, 0 and 2 words; few and many different words."""
    few = code.Corpus(["a b c a", "", "b a"], [], [], 10)
    many = code.Corpus([" ".join(f"w{number}" for number in range(30))], [], [], 10)
    return {
        "ids": len(few.train),
        "entries_with_3_words": len(few.dictionary),
        "entries_with_30_words": len(many.dictionary),
    }


def batchify(code: Any) -> Outcome:
    """The alphabet in four columns."""
    source = code.batchify(torch.arange(26), 4)

    def letters(ids: torch.Tensor) -> str:
        return "".join(chr(ord("a") + number) for number in ids.tolist())

    return {"source": _shape(source), "column_0": letters(source[:, 0]), "row_0": letters(source[0])}


def get_batch(code: Any) -> Outcome:
    """The last window of a source (6, 4), two rows at a time."""
    data, target = code.get_batch(torch.arange(24).view(6, 4), 4, 2)
    return {"last_data": _shape(data), "last_target": _shape(target)}


def RNNModel(code: Any) -> Outcome:
    """V = 100, E = H = 8, L = 2, ids (7, 5)."""
    models = {tied: code.RNNModel("GRU", 100, 8, 8, 2, tie_weights=tied) for tied in (False, True)}
    scores, state = models[True](torch.randint(100, (7, 5)), models[True].init_state(5))
    sizes = {tied: sum(each.numel() for each in model.parameters()) for tied, model in models.items()}
    return {
        "scores": _shape(scores),
        "gru_state": _shape(state),
        "saved_by_tying": sizes[False] - sizes[True],
    }


def repackage(code: Any) -> Outcome:
    """A state with a graph goes in."""
    h = torch.ones(1, 2, 3, requires_grad=True) * 2
    cut = code.repackage(h)
    return {"result_has_a_graph": cut.grad_fn is not None, "argument_still_has_one": h.grad_fn is not None}


def sgd_step_(code: Any) -> Outcome:
    """One parameter w = 2, loss 3 w², learning rate 0.1, clipped to 2."""
    model = nn.Module()
    model.w = nn.Parameter(torch.tensor(2.0))
    norm = code.sgd_step_(model, 3 * model.w**2, 0.1, 2.0)
    return {"norm": norm, "w_afterwards": model.w.item()}


def train_epoch(code: Any) -> Outcome:
    """A source (12, 4) in windows of five rows."""
    losses: list[float] = []
    model = _Listening(100)
    code.train_epoch(model, torch.randint(100, (12, 4)), 5, lambda loss: losses.append(loss.item()))
    return {"steps": len(losses), "predictions_in_the_last": math.prod(model.read[-1])}


def evaluate(code: Any) -> Outcome:
    """The same, measured."""
    model = _Listening(100)
    code.evaluate(model, torch.randint(100, (12, 4)), 5)
    return {"predicted": sum(map(math.prod, model.read))}


def perplexity(code: Any) -> Outcome:
    """Certain and right; 50 words equally likely; once impossible."""
    return {
        "certain": float(code.perplexity(0.0, 10)),
        "fifty_equal_words": float(code.perplexity(10 * math.log(50), 10)),
        "once_impossible": float(code.perplexity(math.inf, 10)),
    }


def unigram_nats(code: Any) -> Outcome:
    """Counts 3, 0 and 0 of three words."""
    return {"p_of_a_word_never_seen": math.exp(-code.unigram_nats([0, 0, 0], [1], 3))}


def bigram_nats(code: Any) -> Outcome:
    """After a word that never occurred, in a vocabulary of four."""
    return {"p_after_a_word_never_seen": math.exp(-code.bigram_nats([0, 1, 0], [2, 3], 4))}


def sentence_log_prob(code: Any) -> Outcome:
    """A sentence of three words."""
    model = _Listening(100)
    total = code.sentence_log_prob(model, [5, 7, 5])
    return {
        "words_scored": round(total / -math.log(100)),
        "no_words": float(code.sentence_log_prob(model, [])),
    }


def filter_logits(code: Any) -> Outcome:
    """Probabilities 0.1, 0.6, 0.1 and 0.2."""
    logits = torch.tensor([0.1, 0.6, 0.1, 0.2], dtype=torch.float64).log()

    def kept(**options: Any) -> list[int]:
        return [int(number) for number in code.filter_logits(logits, 1.0, **options).nonzero().flatten()]

    return {"kept_by_top_k_3": kept(top_k=3), "kept_by_top_p_07": kept(top_p=0.7)}


def generate(code: Any) -> Outcome:
    """A prompt of four ids."""
    model = _Listening(10)
    code.generate(model, [1, 2, 3, 4], 3, torch.Generator())
    return {"read_first": model.read[0], "read_next": model.read[1]}


OUTCOMES: Mapping[str, Callable[[Any], Outcome]] = {
    outcome.__name__: outcome
    for outcome in (
        *(Dictionary, Corpus, batchify, get_batch, RNNModel, repackage, sgd_step_, train_epoch, evaluate),
        *(perplexity, unigram_nats, bigram_nats, sentence_log_prob, filter_logits, generate),
    )
}
