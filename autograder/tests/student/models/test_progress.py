"""A training says how it goes in the unit of its model, whatever the loss is counted in."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from autograder.student.models.progress import InBitsPerByte, InPerplexity, Point
from autograder.student.models.tokenizer_file import spelled
from autograder.student.models.training import LiveTraining

POINT = Point(4_800, math.log(64), math.log(16))


def test_a_model_of_words_is_told_in_perplexity() -> None:
    """exp of its nats, in every sentence."""
    told = InPerplexity()
    assert (
        told.line(POINT) == "    4,800 words: perplexity    64.0 in training,    16.0 on the validation text"
    )
    assert "perplexity 16.0 on the validation text after 4,800 words" in told.best(POINT, "w", "a")
    assert told.notes(POINT) == {"words": 4_800, "valid_perplexity": 16.0}
    assert "16.0" in told.bar(POINT.valid_nats)
    assert "16.0" in told.title(POINT.valid_nats)


def test_a_model_of_pieces_is_told_in_bits_per_byte() -> None:
    """Nats per piece / ln 2 / bytes per piece: 4 bits for a piece of 4 bytes are 1 for each."""
    told = InBitsPerByte(bytes_per_piece=4.0)
    assert (
        told.line(POINT) == "    4,800 pieces: 1.500 bits per byte in training, 1.000 on the validation text"
    )
    assert "1.000 bits per byte on the validation text after 4,800 pieces" in told.best(POINT, "w", "a")
    assert told.notes(POINT) == {"pieces": 4_800, "valid_bits_per_byte": 1.0}
    assert "1.000" in told.bar(POINT.valid_nats)
    assert "1.000" in told.title(POINT.valid_nats)


@pytest.mark.parametrize(("told", "unit"), [(InPerplexity(), "nats"), (InBitsPerByte(4.0), "bits per byte")])
def test_the_curve_is_in_the_unit_of_the_model(told: InPerplexity | InBitsPerByte, unit: str) -> None:
    """One line a text, and one for each baseline."""
    figure = told.figure([POINT, POINT], {"bigram": 2.0})
    [axes, *_others] = figure.axes
    assert unit in axes.get_ylabel()
    assert len(axes.get_lines()) >= 3


class OfPieces(nn.Linear):
    """A model with weights, made as a model of pieces is."""

    def __init__(self, vocab_size: int) -> None:
        super().__init__(vocab_size, 1)


def test_the_tokenizer_is_saved_with_a_model_of_pieces(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Notes of any plain kind lie beside the arguments."""
    arguments, tokenizer = {"vocab_size": 1}, spelled({0: b"a"}, [])
    live = LiveTraining(tmp_path / "lm", OfPieces(1), arguments, {}, bytes_per_piece=4.0, tokenizer=tokenizer)
    with live:
        for _part in live.parts(torch.zeros(5, 1), bptt=2, points=1):
            live.point(POINT.train_nats, POINT.valid_nats)
    notes = json.loads((tmp_path / "lm.json").read_text(encoding="utf-8"))
    assert notes == {
        "arguments": arguments,
        "tokenizer": tokenizer,
        "pieces": 4,
        "valid_bits_per_byte": 1.0,
        "curve": [[4, 1.5, 1.0]],
    }
    assert "1.000 bits per byte" in capsys.readouterr().out
