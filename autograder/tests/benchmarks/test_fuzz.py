"""What is fuzzed keeps its promise on the seeds and on some mutations of them; the fuzzer itself runs by hand."""

from __future__ import annotations

import random

import pytest

from autograder.benchmarks import fuzz_targets
from autograder.benchmarks.fuzz import mutated
from autograder.benchmarks.fuzz_targets import SEPARATOR, TARGETS
from autograder.student.models.checkpoints import read_checkpoint
from autograder.student.models.tokenizer_file import spelling_of

MUTATIONS = 60  # of a target's seeds, in turn; the fuzzer does a hundred thousand


def spoilt(data: bytes, _most: int) -> bytes:
    """Other bytes, as libFuzzer's simplest mutations make them: one changed, some missing, some twice."""
    chance = random.Random(data)
    at, to = sorted(chance.randrange(len(data) + 1) for _end in range(2))
    parts = (data[:at], bytes([chance.randrange(256)]), data[at:to], data[to:])
    return b"".join(chance.choice([parts, parts[::3], (*parts, data[at:])]))


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_and_their_mutations_end_in_a_declared_way(name: str) -> None:
    """Nothing but a value or the reader's own error, whatever the bytes."""
    target, chance = TARGETS[name], random.Random(name)
    seeds = list(target.seeds())
    for seed in seeds:
        target.read(seed)
    for number in range(MUTATIONS):
        data = seeds[number % len(seeds)]
        for _step in range(1 + number % 3):
            data = mutated(data, SEPARATOR, chance, spoilt)
        target.read(data)


def test_an_undeclared_error_gets_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that swallowed everything would find nothing."""

    def broken(_data: bytes) -> None:
        raise KeyError("cells")

    monkeypatch.setattr(fuzz_targets, "read_submission", broken)
    with pytest.raises(KeyError):
        TARGETS["notebook"].read(b"{}")


def test_seeds_are_read_to_the_end() -> None:
    """They are what mutations begin with: one that is refused at once reaches little."""
    assert all(fuzz_targets._notebook(seed) for seed in TARGETS["notebook"].seeds())
    assert all(fuzz_targets._decoded(seed) for seed in TARGETS["values"].seeds())
    for seed in TARGETS["checkpoint"].seeds():
        arguments, _separator, weights = seed.partition(SEPARATOR)
        assert spelling_of(read_checkpoint(weights, arguments)).pieces[2] == b"ab"


def test_json_mutates_into_json_with_one_other_value() -> None:
    """Half of the time; a reader of notebooks sees more of these than of broken JSON."""
    chance = random.Random(0)
    found = {mutated(b'{"a": [1, "x"], "b": 2}', SEPARATOR, chance, spoilt) for _number in range(200)}
    assert b'{"a": [1, "x"]}' in found
    assert b'{"a": 2, "b": 2}' in found
    assert any(data.startswith(b'{"a": [1, "x", 1') or data.startswith(b'{"a": [1, 1, "x"') for data in found)
