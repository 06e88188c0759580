"""Copies of a checkpoint are told to the instructor, and nobody who trained alone is accused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations

import pytest
import safetensors.torch
import torch
from torch import nn

from autograder.grading.resemblance import compared
from autograder.grading.similarity import ALIKE, fingerprint_of
from autograder.student.core.results import Result
from autograder.student.models.checkpoints import read_checkpoint

Weights = dict[str, torch.Tensor]


def weights_of(seed: int) -> Weights:
    """A small language model as it comes out of the random generator, with biases that are alike in all of them."""
    torch.manual_seed(seed)
    layers = nn.ModuleDict({"encoder": nn.Embedding(500, 32), "rnn": nn.LSTM(32, 32)})
    frequencies = -torch.arange(1.0, 501.0).log()
    return {name: tensor.detach() for name, tensor in layers.state_dict().items()} | {"bias": frequencies}


def result(student: str, weights: Weights, assignment: str = "rnn_language_model") -> Result:
    """A result with the fingerprint of these weights."""
    data = safetensors.torch.save({name: tensor.contiguous() for name, tensor in weights.items()})
    checkpoint = read_checkpoint(data, b'{"arguments": {}}')
    kept = {"checkpoint": fingerprint_of(checkpoint)}
    return Result(student, assignment, "graded", 0.0, 60.0, integrity=("before",), provenance=kept)


def flags(*results: Result) -> dict[str, dict[str, float]]:
    """Whose checkpoint each student's resembles, and how much."""
    return {
        result.student: {other.student: other.checkpoint or 0.0 for other in result.similar}
        for result in compared(results)
    }


def noisy(weights: Weights) -> Weights:
    torch.manual_seed(99)
    return {
        name: t + 0.1 * t.std() * torch.randn_like(t) if t.dim() > 1 else t for name, t in weights.items()
    }


DISGUISES: dict[str, Callable[[Weights], Weights]] = {
    "noise": noisy,
    "half precision": lambda weights: {name: tensor.half() for name, tensor in weights.items()},
    "other names": lambda weights: {f"my_{name}": tensor for name, tensor in weights.items()},
    "other scale": lambda weights: {name: 1.5 * tensor for name, tensor in weights.items()},
    "other biases": lambda weights: weights | {"bias": torch.ones(500)},
    "one matrix anew": lambda weights: weights | {"rnn.weight_hh_l0": torch.zeros(0, 32)},
    "matrices of its own": lambda weights: (
        weights | {"more": torch.randn(500, 32), "most": torch.randn(900, 90)}
    ),
}


def test_identical_checkpoints_are_flagged_in_both_results() -> None:
    """Who trained and who copied cannot be known: both are told, and notes on integrity stay."""
    first, second = result("ada", weights_of(1)), result("bob", weights_of(1))
    told = flags(first, second, result("cy", weights_of(2)))
    assert told == {"ada": {"bob": 1.0}, "bob": {"ada": 1.0}, "cy": {}}
    assert compared([first, second])[0].integrity == ("before",)


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_copy_is_flagged(disguise: str) -> None:
    """Noise, rounding, other names, weights of one's own beside it: nearly identical."""
    weights = weights_of(1)
    told = flags(result("ada", weights), result("bob", DISGUISES[disguise](weights)))
    assert ALIKE <= told["ada"]["bob"] == told["bob"]["ada"] < 1


def test_independent_models_are_far_below_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty of them, nearly eight hundred pairs, equal biases and all: not one flag even at a third of the line."""
    monkeypatch.setattr("autograder.grading.similarity.ALIKE", 0.32)
    assert not any(flags(*(result(str(seed), weights_of(seed)) for seed in range(40))).values())


def test_flags_do_not_depend_on_the_order() -> None:
    """Nor on how often they are looked for: what was found before is replaced."""
    results = [
        result(name, weights_of(seed)) for name, seed in (("ada", 1), ("bob", 1), ("cy", 2), ("di", 1))
    ]
    expected = flags(*results)
    assert [len(expected[name]) for name in ("ada", "bob", "cy", "di")] == [2, 2, 0, 2]
    assert all(flags(*order) == expected for order in permutations(results))
    assert flags(*compared(results)) == expected


def test_only_checkpoints_of_one_assignment_are_compared() -> None:
    """And results without one are left as they are."""
    without = replace(result("cy", weights_of(1)), provenance={})
    told = flags(result("ada", weights_of(1)), result("bob", weights_of(1), "another"), without)
    assert not any(told.values())


def test_a_fingerprint_survives_its_json() -> None:
    """A resumed run compares what it reads back."""
    results = [Result.from_json(result(name, weights_of(1)).to_json()) for name in ("ada", "bob")]
    assert flags(*results)["ada"] == {"bob": 1.0}
    assert len(results[0].to_json()) < 2000


def test_matrices_of_any_shape_have_a_sketch() -> None:
    """Empty, smaller than the sketch, of three dimensions, constant, of whole numbers."""
    odd = {
        "empty": torch.zeros(0, 3),
        "small": torch.eye(2),
        "deep": torch.ones(2, 3, 4),
        "whole": torch.ones(3, 3, dtype=torch.int64),
    }
    assert flags(result("ada", odd), result("bob", odd))["ada"] == {"bob": 1.0}
    assert flags(result("ada", {"x": torch.ones(1)}), result("bob", {"x": torch.zeros(1)}))["ada"] == {}
