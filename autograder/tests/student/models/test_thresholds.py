"""From a perplexity to a share of the points."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.core.metric import BITS_PER_BYTE, PERPLEXITY
from autograder.student.models.measured_models import MEASURED_MODELS
from autograder.student.models.thresholds import MissingThresholds, Thresholds, thresholds

MARKS = Thresholds("toy", 400, {"hidden": 100.0, "valid": 90.0}, {"hidden": 25.0, "valid": 30.0}, {})


def test_credit_is_linear_in_the_logarithm() -> None:
    """The geometric mean of floor and target is worth half; the bounds belong to the splits."""
    assert MARKS.credit(100) == 0
    assert MARKS.credit(25) == 1
    assert MARKS.credit(50) == pytest.approx(0.5)
    assert MARKS.credit(math.sqrt(90 * 30), "valid") == pytest.approx(0.5)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 0.0, -5.0, 0.999])
def test_what_is_no_perplexity_is_worth_nothing(number: float) -> None:
    """Below 1 no model of a text can be."""
    assert MARKS.credit(number) == 0


@given(st.floats(1, 1e9), st.floats(1, 1e9))
def test_better_is_never_worth_less(one: float, other: float) -> None:
    """And nothing is worth less than nothing, or more than everything."""
    better, worse = sorted((one, other))
    assert 1 >= MARKS.credit(better) >= MARKS.credit(worse) >= 0


def test_measured_thresholds_are_read() -> None:
    """The course's own file: the bounds are two of the baselines, in the order that theory demands."""
    measured = thresholds("rnn_language_model")
    assert (measured.corpus, measured.vocabulary_size) == ("sotu", 5_000)
    assert measured.floor == measured.baselines["kneser_ney_2"]
    assert measured.target == measured.baselines["kneser_ney_5"]
    for split in ("valid", "hidden"):
        falling = [measured.baselines[name][split] for name in measured.baselines]
        assert falling == sorted(falling, reverse=True)
    assert list(measured.baselines) == [
        "uniform", "unigram", "bigram", "kneser_ney_2", "kneser_ney_3", "kneser_ney_5"
    ]  # fmt: skip


@pytest.mark.parametrize("content", [None, "", "[]", "{}", json.dumps({"rnn_language_model": {"sotu": {}}})])
def test_a_missing_or_damaged_file_says_what_to_do(tmp_path: Path, content: str | None) -> None:
    """One sentence."""
    path = tmp_path / "thresholds.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(
        MissingThresholds, match=r"no thresholds for rnn_language_model: .*“autograder data thresholds”\.$"
    ):
        thresholds("rnn_language_model", path)


@pytest.mark.parametrize("floor", [math.nan, math.inf, 50.0, 1.0, None, "100"])
def test_lines_between_which_nothing_lies_are_as_good_as_missing(tmp_path: Path, floor: object) -> None:
    """Nobody's mark is divided by zero, or worth NaN; nor is a class given no points for it."""
    path = tmp_path / "thresholds.json"
    lines = {"floor": {"valid": 90.0, "hidden": floor}, "target": {"valid": 30.0, "hidden": 50.0}}
    entry = {"vocabulary_size": 400, "baselines": {}, **lines}
    path.write_text(json.dumps({"rnn_language_model": {"sotu": entry}}), encoding="utf-8")
    with pytest.raises(MissingThresholds):
        thresholds("rnn_language_model", path)
    del lines["floor"]["hidden"]
    path.write_text(json.dumps({"rnn_language_model": {"sotu": entry | lines}}), encoding="utf-8")
    with pytest.raises(MissingThresholds):
        thresholds("rnn_language_model", path)


def test_bits_per_byte_are_worth_points_in_a_straight_line() -> None:
    """Perplexity is a power of bits; half-way in bits is half the points. Less than a perplexity of 1 is possible."""
    marks = Thresholds("toy", 400, {"hidden": 2.0}, {"hidden": 0.5}, {}, BITS_PER_BYTE)
    assert [marks.credit(bits) for bits in (2.5, 2.0, 1.25, 0.5, 0.1)] == [0.0, 0.0, 0.5, 1.0, 1.0]
    assert [marks.credit(bits) for bits in (-0.1, math.nan, math.inf)] == [0.0, 0.0, 0.0]


def test_every_measured_model_has_its_own_files() -> None:
    """A folder may hold both, and each goes with its notebook."""
    names = [name for model in MEASURED_MODELS.values() for name in model.files]
    assert len(set(names)) == len(names) == 2 * len(MEASURED_MODELS)
    assert thresholds("subword_language_model").metric is BITS_PER_BYTE
    assert thresholds("rnn_language_model").metric is PERPLEXITY
