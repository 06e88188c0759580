"""Sends a module of `torch.nn` to where the student's code runs, as a recipe to build it again there."""

from __future__ import annotations

from torch import nn

from autograder.student.core.values import Recipe

_OPTIONS = {
    "RNN": (
        "input_size",
        "hidden_size",
        "num_layers",
        "nonlinearity",
        "bias",
        "batch_first",
        "bidirectional",
    ),
    "LSTM": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "bidirectional"),
    "GRU": ("input_size", "hidden_size", "num_layers", "bias", "batch_first", "bidirectional"),
    "RNNCell": ("input_size", "hidden_size", "bias", "nonlinearity"),
    "LSTMCell": ("input_size", "hidden_size", "bias"),
    "GRUCell": ("input_size", "hidden_size", "bias"),
    "Linear": ("in_features", "out_features"),
}


def recipe(module: nn.Module) -> Recipe:
    """How to rebuild a module of `torch.nn`, or a double, on the other side: constructor options and weights."""
    kind = type(module).__name__
    names = getattr(module, "recipe_options", None) or _OPTIONS[kind]
    options = {name: getattr(module, name) for name in names}
    return Recipe(kind, options, dict(module.state_dict()), module.training)
