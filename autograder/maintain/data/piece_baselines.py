"""Measures n-gram models of subwords in bits per byte, on the raw text: the baselines of a subword model.

The subwords are those of the solution's tokenizer, trained as in its notebook. Bits per byte count every byte of the
text, however it is cut, so one baseline serves all tokenizers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from autograder.grading.hidden_text import hidden_raw_text
from autograder.maintain.data.baselines import KNESER_NEY_ORDERS, Baselines, Ids, unigram_nats
from autograder.maintain.reference_training import prepared_for_training
from autograder.student.core.language import _
from autograder.student.corpora import raw_text
from autograder.student.models.kneser_ney import KneserNey
from autograder.student.models.measured_models import MEASURED_MODELS

FLOOR, BEYOND = "kneser_ney_2", "kneser_ney_3"


def measured(assignment: str, report: Callable[[str], None] = lambda step: None) -> Baselines:
    """Bits per byte of a prepared corpus.

    Marks begin at the bigram of pieces, which remembers one piece: a model that makes no use of its state gets
    nothing. They are full half-way from there to the trigram. A network of this size, trained for minutes, does not
    reach the trigram of three million pieces, but is well beyond the half.
    """
    report(_("Training a tokenizer"))
    prepared = prepared_for_training(assignment)
    corpus, encode = MEASURED_MODELS[assignment].corpus, prepared["tokenizer"].encode
    texts = {"valid": raw_text(corpus, "valid"), "hidden": hidden_raw_text(corpus)}
    ids = {split: np.array(encode(text), dtype=np.int64) for split, text in texts.items()}
    sizes = {split: len(text.encode("utf-8")) for split, text in texts.items()}
    line_end = encode("\n")
    found = baselines(np.array(prepared["train_ids"]), ids, sizes, line_end, prepared["VOCAB_SIZE"], report)
    target = {split: (found[FLOOR][split] + found[BEYOND][split]) / 2 for split in texts}
    tokens = {split: len(numbers) for split, numbers in ids.items()}
    return Baselines(prepared["VOCAB_SIZE"], tokens, found, found[FLOOR], target)


def baselines(
    train: Ids,
    ids: Mapping[str, Ids],
    sizes: Mapping[str, int],
    line_end: list[int],
    vocabulary_size: int,
    report: Callable[[str], None] = lambda step: None,
) -> dict[str, dict[str, float]]:
    """Bits per byte of every baseline, by its name and split; `sizes` are the bytes that the ids stand for."""

    def bits(nats: Callable[[Ids], float]) -> dict[str, float]:
        return {split: nats(own) * len(own) / math.log(2) / sizes[split] for split, own in ids.items()}

    found = {
        "uniform": dict.fromkeys(ids, 8.0),  # of the 256 bytes, and no pieces at all
        "unigram": bits(lambda own: unigram_nats(train, own, vocabulary_size)),
    }
    for order in KNESER_NEY_ORDERS:
        report(_("Counting {order}-grams").format(order=order))
        model = KneserNey(train, order, vocabulary_size)
        found[f"kneser_ney_{order}"] = bits(partial(model.nats, before=line_end))
    return found
