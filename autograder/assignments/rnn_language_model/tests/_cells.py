"""What holds for recurrent layers of each kind however they are written: gates in any order, with any names.

A model out of the library's own layers is compared with the reference. These laws are for those who wrote their cells.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from autograder.assignments.rnn_language_model.tests._models import (
    Model,
    State,
    embedding_and_decoder,
    hidden_of,
    parts,
    turned,
    weight_names,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed
from autograder.student.core.language import _


def assert_laws(
    model: Model, draw: Draw, parameters: Mapping[str, torch.Tensor], steps: int, batch: int
) -> None:
    """Raises `CheckFailed` unless the model, with these parameters and in eval mode, is of its kind."""
    model.remote.eval()
    ids, state = model.ids(draw, steps, batch), model.state(draw, batch, signed=True)
    logits, new_state = model.read(ids, state)
    _embedding, decoder, bias = embedding_and_decoder(model, parameters)
    what = _("for {model} (decoder applied to the last layer's h) logits[-1]").format(model=model)
    assert_equal(logits[-1], hidden_of(new_state)[-1] @ decoder.T + bias, what)
    if model.embed != model.hidden:
        _assert_embedding_is_used(model, parameters, ids, state, new_state)
    law = {"LSTM": _assert_lstm, "GRU": _assert_gru}.get(model.kind, _assert_vanilla)
    for layer in range(model.layers):
        law(model, draw, layer)
    _assert_layers_are_stacked(model, draw)


def _assert_embedding_is_used(
    model: Model, parameters: Mapping[str, torch.Tensor], ids: torch.Tensor, state: State, expected: State
) -> None:
    """Words and rows of the embedding, renumbered together, lead to the same state."""
    (name,) = weight_names(parameters, model.vocab, model.embed)
    by_word = turned(parameters[name], (model.vocab, model.embed)).roll(1, 0)
    model.remote.load({name: turned(by_word, tuple(parameters[name].shape))})
    _logits, got = model.read((ids + 1) % model.vocab, state)
    model.remote.load({name: parameters[name]})
    what = _("for {model}, with the rows of the embedding in another order and the ids likewise, h")
    assert_equal(hidden_of(got), hidden_of(expected), what.format(model=model))


def _replaced(state: torch.Tensor, layer: int, value: torch.Tensor) -> torch.Tensor:
    state = state.clone()
    state[layer] = value
    return state


def _broken(model: Model, layer: int, law: str) -> CheckFailed:
    sentence = _("Layer {layer} of {model} does not compute what {kind} does: {law}")
    return CheckFailed(sentence.format(layer=layer + 1, model=model, kind=model.kind, law=law))


def _assert_lstm(model: Model, draw: Draw, layer: int) -> None:
    """c' = f c + i g and h' = o tanh(c'), with gates between 0 and 1 that do not read c."""
    h, c = (part.expand(-1, 3, -1).clone() for part in model.state(draw, 1, signed=True))
    low = draw.normal(model.hidden)
    high = low + 1 + draw.normal(model.hidden).abs()
    three = torch.stack([low, high, (low + high) / 2])
    ids = model.ids(draw, 1, 1).expand(1, 3)
    _logits, (new_h, new_c) = model.read(ids, (h, _replaced(c, layer, three)))
    at_low, at_high, between = new_c[layer]
    forget = (at_high - at_low) / (high - low)
    added = at_low - forget * low
    if not torch.allclose(between, (at_low + at_high) / 2, rtol=1e-6, atol=1e-9):
        raise _broken(model, layer, _("the new c does not grow in proportion to the old one."))
    if not ((forget > 0) & (forget < 1) & (added.abs() < 1)).all():
        raise _broken(model, layer, _("a gate or what it adds is out of its range."))
    output = new_h[layer] / torch.tanh(new_c[layer])
    is_gate = ((output > 0) & (output < 1)).all()
    if not is_gate or not torch.allclose(output[0], output[1], rtol=1e-5, atol=1e-8):
        raise _broken(model, layer, _("the new h is not tanh of the new c behind an output gate."))


def _assert_gru(model: Model, draw: Draw, layer: int) -> None:
    """h' lies between the old h and something in (-1, 1)."""
    h = model.state(draw, 4, signed=True)
    h[layer] *= 5
    _logits, new_h = model.read(model.ids(draw, 1, 4), h)
    before, after = h[layer], new_h[layer]
    within = (after <= before.clamp(min=1)) & (after >= before.clamp(max=-1))
    if not within.all() or not (after.abs() > 1).any():
        law = _("the new h does not lie between the old one and a candidate in (-1, 1).")
        raise _broken(model, layer, law)


def _assert_vanilla(model: Model, draw: Draw, layer: int) -> None:
    """What goes into the nonlinearity is a sum of something of the input and something of the old h."""
    h = model.state(draw, 1, signed=True).expand(-1, 4, -1).clone()
    own, below = draw.normal(2, model.hidden), draw.normal(2, model.hidden)
    h = _replaced(h, layer, own[[0, 0, 1, 1]])
    ids = model.ids(draw, 1, 1).expand(1, 4).clone()
    if layer == 0:
        ids[0, [1, 3]] = (ids[0, 0] + 1) % model.vocab
    else:
        h = _replaced(h, layer - 1, below[[0, 1, 0, 1]])
    _logits, new_h = model.read(ids, h)
    after = new_h[layer]
    if model.kind == "RNN_TANH":
        if after.abs().max() > 1:
            raise _broken(model, layer, _("its h is not between -1 and 1."))
        usable, before = (after.abs() < 0.999).all(0), torch.atanh(after.clamp(-0.999, 0.999))
    else:
        if after.min() < 0:
            raise _broken(model, layer, _("its h is negative somewhere."))
        usable, before = (after > 0).all(0), after
    left, right = before[0] + before[3], before[1] + before[2]
    if not torch.allclose(left[usable], right[usable], rtol=1e-5, atol=1e-7):
        raise _broken(model, layer, _("input and old h are not simply added before the nonlinearity."))


def _assert_layers_are_stacked(model: Model, draw: Draw) -> None:
    """The top layer reads a word through the layers below it only."""
    if model.kind not in ("LSTM", "RNN_TANH") or model.layers < 2:
        return
    # A state so large that the layer below says the same whatever it reads.
    flooded = tuple(_replaced(part, 0, 1e9 * part[0]) for part in parts(model.state(draw, 1, signed=True)))
    one, other = (hidden_of(model.read(torch.tensor([[word]]), model.pack(flooded))[1]) for word in (1, 2))
    if torch.allclose(one[0], other[0]) and not torch.allclose(one[-1], other[-1], rtol=1e-6):
        raise CheckFailed(_("In {model} an upper layer reads the words themselves.").format(model=model))
