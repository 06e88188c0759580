"""Test inputs: the same for one seed, awkward on purpose."""

import torch
from torch import nn

from autograder.student.checking.draw import Draw, derive_seed

NORMAL = [-0.89959716796875, -1.581695556640625, -0.4409027099609375]
INTEGERS = [20, 38, 0, 72]


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


def test_no_value_is_zero() -> None:
    """Not one of a million, of which chance alone makes six: with a weight of 0, dropout before it changes nothing."""
    assert Draw(1).normal(10**6).all()


def test_values_are_the_same_bits_on_every_machine() -> None:
    """Integers first, and every step exact: these numbers hold everywhere."""
    assert Draw(26).normal(3).tolist() == NORMAL
    assert Draw(26).integers(0, 100, 4).tolist() == INTEGERS


def test_normal_values_have_mean_zero_and_spread_one() -> None:
    """A sum of twelve uniform integers is as good as normal here, and never beyond six."""
    values = Draw(1).normal(20_000)
    assert abs(values.mean().item()) < 0.03
    assert abs(values.std().item() - 1) < 0.03
    assert values.abs().max() <= 6


def test_a_nudge_moves_values_a_little_and_integers_not_at_all() -> None:
    """How far an answer moves with its inputs is what a recording wants to know."""
    plain, nudged = Draw(5).normal(100), Draw(5, nudge=1e-7).normal(100)
    assert not torch.equal(plain, nudged)
    assert torch.allclose(plain, nudged, rtol=2e-7, atol=0)
    assert torch.equal(Draw(5).integers(0, 9, 7), Draw(5, nudge=1e-7).integers(0, 9, 7))


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
