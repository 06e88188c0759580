"""Test inputs: the same for one seed, awkward on purpose."""

import torch
from torch import nn

from autograder.student.checking.draw import Draw, derive_seed


def test_one_seed_gives_one_sequence() -> None:
    """Reproducible, and different for another seed."""
    assert torch.equal(Draw(3).normal(4), Draw(3).normal(4))
    assert not torch.equal(Draw(3).normal(4), Draw(4).normal(4))


def test_lengths_are_never_sorted_with_the_longest_first() -> None:
    """A sorted batch hides a missing un-sort."""
    for seed in range(50):
        lengths = Draw(seed).lengths(4, 7)
        assert lengths.max() == 7
        assert lengths.min() == 1
        assert lengths[0] != 7


def test_weights_have_no_zero_bias() -> None:
    """Zero biases hide a forgotten bias."""
    module = Draw(0).weights(nn.LSTM(2, 3))
    assert all(parameter.abs().min() > 0 for parameter in module.parameters())


def test_seeds_of_different_names_differ() -> None:
    """One test's inputs do not depend on another's."""
    assert derive_seed(1, "a", "bc") != derive_seed(1, "ab", "c")
    assert derive_seed(1, "a") == derive_seed(1, "a")


def test_sizes_differ_and_none_is_one() -> None:
    """Equal sizes hide a forgotten transpose."""
    for seed in range(50):
        sizes = Draw(seed).sizes(4)
        assert len(set(sizes)) == 4
        assert min(sizes) > 1
