"""n-gram models of pieces, in bits for each byte that the pieces spell."""

from __future__ import annotations

import json

import numpy
import pytest

from autograder.maintain.data.piece_baselines import baselines, measured
from autograder.maintain.data.thresholds import FILE
from autograder.student.corpora import DATA

ASSIGNMENT = "subword_language_model"


def test_bits_per_byte_by_hand() -> None:
    """Two pieces, equally frequent: a bit for each; with three bytes to a piece a third of a bit for each byte."""
    train = numpy.array([0, 1] * 500)
    ids = {"valid": numpy.array([0, 1, 1, 0]), "hidden": numpy.array([1, 0])}
    found = baselines(train, ids, {"valid": 12, "hidden": 2}, [0], 2)
    assert found["uniform"] == {"valid": 8.0, "hidden": 8.0}
    assert found["unigram"] == pytest.approx({"valid": 1 / 3, "hidden": 1.0})
    assert found["kneser_ney_2"]["hidden"] < 0.2  # after 0 comes 1, after 1 comes 0


@pytest.mark.parametrize("corpus", ["sotu", "korean"])
def test_the_recorded_lines_follow_the_rule(corpus: str) -> None:
    """Points begin at the bigram; all are given half-way from there to the trigram."""
    entry = json.loads((DATA / FILE).read_text(encoding="utf-8"))[ASSIGNMENT][corpus]
    bigram, trigram = entry["baselines"]["kneser_ney_2"], entry["baselines"]["kneser_ney_3"]
    assert entry["floor"] == bigram
    for split in ("valid", "hidden"):
        assert entry["target"][split] == pytest.approx((bigram[split] + trigram[split]) / 2, abs=1e-4)


@pytest.mark.slow
def test_the_recorded_baselines_are_measured() -> None:
    """Measured again here, with the solution's tokenizer, to the last digit that is recorded."""
    entry = json.loads((DATA / FILE).read_text(encoding="utf-8"))[ASSIGNMENT]["sotu"]
    found = measured(ASSIGNMENT)
    assert found.tokens == entry["tokens"]
    assert found.vocabulary_size == entry["vocabulary_size"]
    for name, splits in found.baselines.items():
        assert {split: round(number, 4) for split, number in splits.items()} == entry["baselines"][name]
