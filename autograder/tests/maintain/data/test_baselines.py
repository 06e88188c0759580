"""The baselines: by hand on a few words, and what `data/thresholds.json` says of the real text."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from autograder.maintain.data.baselines import Streams, baselines, bigram_nats, encode, streams, unigram_nats
from autograder.maintain.data.manifest import read_manifest
from autograder.maintain.data.thresholds import FILE, checksums
from autograder.maintain.reference_training import MISTAKES
from autograder.student.corpora import DATA
from autograder.student.models.measured_models import MEASURED_MODELS

# A network that forgets at each step is a bigram model, on the small Korean text slightly better than the counted one.
NEXT_TO_NOTHING = 0.03


def measured() -> list[tuple[str, str, dict[str, Any]]]:
    """What the file of thresholds records: of each assignment, on each corpus."""
    document = json.loads((DATA / FILE).read_text(encoding="utf-8"))
    return [(name, corpus, entry) for name, found in document.items() for corpus, entry in found.items()]


def ids(*numbers: int) -> np.ndarray:
    """Numbers as a text."""
    return np.array(numbers, dtype=np.int64)


def test_add_one_by_hand() -> None:
    """1 2 1 3 with V = 4: p(1) = 3/8, p(0) = 1/8; 1 has successors 2 and 3, 3 ends the text and is no context."""
    train = ids(1, 2, 1, 3)
    assert unigram_nats(train, ids(1, 0), 4) == pytest.approx(-(math.log(3 / 8) + math.log(1 / 8)) / 2)
    expected = -(math.log(2 / 6) + math.log(1 / 5) + math.log(1 / 4)) / 3  # p(2 | 1), p(3 | 2), p(3 | 3)
    assert bigram_nats(train, ids(1, 2, 3, 3), 4) == pytest.approx(expected)


def test_words_become_one_stream() -> None:
    """An `<eos>` after each line, an empty one too; a word that is not known is `<unk>`, id 0."""
    words = ["<unk>", "<eos>", "the", "cat"]
    assert encode(["the cat", "", "a <unk> cat"], words).tolist() == [2, 3, 1, 1, 0, 0, 3, 1]


def test_baselines_of_a_tiny_text() -> None:
    """All of them, on both texts; a text that repeats the training text is predicted better than one that does not."""
    text = Streams(ids(*[1, 2, 3] * 20), ids(*[1, 2, 3] * 5), ids(*[3, 2, 1] * 5), 4)
    found = baselines(text)
    assert list(found) == ["uniform", "unigram", "bigram", "kneser_ney_2", "kneser_ney_3", "kneser_ney_5"]
    assert found["uniform"] == {"valid": 4.0, "hidden": 4.0}
    assert found["unigram"]["valid"] == pytest.approx(found["unigram"]["hidden"])
    assert all(found[name]["valid"] < found[name]["hidden"] for name in list(found)[2:])


def test_the_file_of_thresholds_belongs_to_the_corpus() -> None:
    """If the corpus is prepared in another way, `autograder data thresholds` has to follow."""
    document = json.loads((DATA / FILE).read_text(encoding="utf-8"))
    assert set(document) == set(MEASURED_MODELS)
    for assignment, corpus, entry in measured():
        assert entry["corpus_sha256"] == checksums(assignment, corpus)
        assert entry["corpus_sha256"]
        assert set(entry["versions"]) == {"python", "autograder", "numpy", "torch"}


@pytest.mark.slow
def test_the_recorded_baselines_are_measured() -> None:
    """Measured again here, to the last digit that is recorded; near what others found for the same split."""
    entry = json.loads((DATA / FILE).read_text(encoding="utf-8"))["rnn_language_model"]["sotu"]["baselines"]
    found = baselines(streams("sotu"))
    for name, splits in found.items():
        assert {split: round(number, 4) for split, number in splits.items()} == entry[name]
    assert found["kneser_ney_2"] == pytest.approx({"valid": 106.6, "hidden": 111.5}, abs=0.1)
    assert found["kneser_ney_5"] == pytest.approx({"valid": 70.1, "hidden": 79.0}, abs=0.1)


def test_tokens_are_those_of_the_corpus() -> None:
    """Words and ends of lines, as its manifest counts them."""
    entry = json.loads((DATA / FILE).read_text(encoding="utf-8"))["rnn_language_model"]["sotu"]
    counts = read_manifest()["sotu"]["counts"]
    assert entry["tokens"] == {split: counts[split]["tokens"] for split in ("valid", "hidden")}


def test_checksums_are_those_of_the_text_that_is_read() -> None:
    """Folded words for a model of words, the text as it was written for a model of pieces."""
    words, pieces = (checksums(name, "sotu") for name in ("rnn_language_model", "subword_language_model"))
    assert "hidden/sotu/test.words.txt" in words
    assert set(pieces) == {"hidden/sotu/test.txt", "sotu/train.txt", "sotu/valid.txt"}


@pytest.mark.parametrize(("assignment", "corpus", "entry"), measured())
def test_solution_and_flawed_models_are_where_they_belong(
    assignment: str, corpus: str, entry: dict[str, Any]
) -> None:
    """As recorded: every seed of the solution is beyond full marks, not by chance; flawed ones earn next to nothing."""
    if "reference" not in entry:
        pytest.skip("not trained on this text yet: autograder data thresholds --seeds 5")
    target, reference = entry["target"]["hidden"], entry["reference"]
    assert len(reference["seeds"]) >= 5
    assert all(measured["credit"] == 1 for measured in reference["seeds"].values())
    assert reference["hidden"]["mean"] + 5 * reference["hidden"]["sd"] < target
    assert set(entry["flawed"]) == set(MISTAKES[assignment])
    assert all(measured["credit"] <= NEXT_TO_NOTHING for measured in entry["flawed"].values())
    unigram = entry["baselines"]["unigram"]["hidden"]
    assert entry["flawed"]["unigram"]["hidden"] == pytest.approx(unigram, rel=0.05)
