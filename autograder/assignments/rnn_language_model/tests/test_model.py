"""What is promised of `RNNModel` and `repackage`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from torch import nn

from autograder.student.checking.comparing import assert_equal, assert_kind, assert_tensor, kind_name
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student, StudentError
from autograder.student.core.language import _

KINDS = ("RNN_TANH", "RNN_RELU", "LSTM", "GRU")
# Words, embedding and hidden size: a weight is known by its shape, whatever the student calls it.
V, E, H = 13, 5, 7
INITIAL = 0.1  # embedding and decoder start between -0.1 and 0.1

State = Any  # a tensor (L, B, H), or a pair of them for an LSTM
_LIBRARY_NAME = re.compile(r"(weight|bias)_(ih|hh)(_l\d+)?")


class Model:
    """A student's model, kept on her side, with the kind and the sizes it was made with."""

    def __init__(
        self,
        student: Student,
        kind: str,
        layers: int,
        sizes: tuple[int, int, int] = (V, E, H),
        **options: Any,
    ) -> None:
        self.kind, self.layers = kind, layers
        self.vocab, self.embed, self.hidden = sizes
        self.dtype = torch.float32
        self.remote: Remote = student.RNNModel.keep(kind, *sizes, layers, **options)

    def __str__(self) -> str:
        return f"RNNModel({self.kind!r}, {self.vocab}, {self.embed}, {self.hidden}, {self.layers})"

    def parameters(self) -> dict[str, torch.Tensor]:
        """All parameters by the names they have there; one that is shared counts once."""
        found: Any = self.remote.fetch().get("parameters")
        if not isinstance(found, dict) or not all(isinstance(p, torch.Tensor) for p in found.values()):
            raise CheckFailed(_("`RNNModel` is no nn.Module: there is no list of its parameters."))
        return found

    def double(self) -> Model:
        """The same model in float64."""
        self.remote.double()
        self.dtype = torch.float64
        return self

    def redraw(self, draw: Draw, positive: bool = False) -> dict[str, torch.Tensor]:
        """Gives every parameter new values, in float64: the initial ones are too small to show much."""
        values = {
            name: draw.normal(*p.shape, scale=0.6, dtype=p.dtype)
            for name, p in self.double().parameters().items()
        }
        if positive:
            values = {name: value.abs() for name, value in values.items()}
        self.remote.load(values)
        return values

    def state(self, draw: Draw, batch: int, leaf: bool = False) -> State:
        """A state drawn anew: no zeros."""
        shape = (self.layers, batch, self.hidden)
        parts = [draw.normal(*shape, dtype=self.dtype, leaf=leaf) for _part in range(2)]
        return tuple(parts) if self.kind == "LSTM" else parts[0]

    def zeros(self, batch: int) -> State:
        """The state of a model that has read nothing."""
        first, second = torch.zeros(2, self.layers, batch, self.hidden, dtype=self.dtype)
        return (first, second) if self.kind == "LSTM" else first

    def ids(self, draw: Draw, steps: int, batch: int) -> torch.Tensor:
        """(T, B) words, 0 among them."""
        ids = draw.integers(0, self.vocab, steps, batch)
        ids[0, -1] = 0
        return ids

    def read(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """What the model returns, after a look at kind, shapes and dtype."""
        got = self.remote(ids, state)
        what = _("what {model} returns").format(model=self)
        assert_kind(got, tuple, what)
        assert_equal(len(got), 2, _("the number of results"))
        assert_tensor(
            got[0], (*ids.shape, self.vocab), self.dtype, _("for {model} logits").format(model=self)
        )
        return got[0], self.checked_state(
            got[1], ids.shape[1], _("for {model} the new state").format(model=self)
        )

    def checked_state(self, got: Any, batch: int, what: str) -> State:
        """A state, after a look that it is one: a tensor (L, B, H), or a pair of them for an LSTM."""
        shape = (self.layers, batch, self.hidden)
        if self.kind != "LSTM":
            assert_tensor(got, shape, self.dtype, what)
            return got
        if not isinstance(got, tuple | list) or len(got) != 2:
            raise CheckFailed(
                _("{what} is {got}, expected a pair (h, c).").format(what=what, got=kind_name(got))
            )
        for name, part in zip("hc", got, strict=True):
            assert_tensor(part, shape, self.dtype, f"{what}, {name},")
        return got


def hidden_of(state: State) -> torch.Tensor:
    """(L, B, H): h, without the c of an LSTM."""
    return state if isinstance(state, torch.Tensor) else state[0]


def weight_names(parameters: Mapping[str, torch.Tensor], rows: int, columns: int) -> list[str]:
    """The names of all weights of this shape, or transposed."""
    return [name for name, p in parameters.items() if tuple(p.shape) in ((rows, columns), (columns, rows))]


def weight(parameters: Mapping[str, torch.Tensor], rows: int, columns: int) -> torch.Tensor:
    """(rows, columns): the one weight of this shape, as a one-hot look-up and a matrix product see it."""
    names = weight_names(parameters, rows, columns)
    if len(names) != 1:
        sentence = _("{count} parameters have the shape ({rows}, {columns}), expected 1.")
        raise CheckFailed(sentence.format(count=len(names), rows=rows, columns=columns))
    found = parameters[names[0]]
    return found if found.shape[0] == rows else found.T


def embedding_and_decoder(
    model: Model, parameters: Mapping[str, torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(V, E), (V, H) and the decoder's bias (V,), found among the parameters by their shapes."""
    biases = [p for p in parameters.values() if p.shape == (model.vocab,)]
    bias = biases[0] if biases else torch.zeros(model.vocab, dtype=model.dtype)
    if model.embed != model.hidden:
        return (
            weight(parameters, model.vocab, model.embed),
            weight(parameters, model.vocab, model.hidden),
            bias,
        )
    tied = weight(parameters, model.vocab, model.embed)
    return tied, tied, bias


def library_network(
    model: Model, parameters: Mapping[str, torch.Tensor]
) -> tuple[Callable[[torch.Tensor, State], tuple[torch.Tensor, State]], bool] | None:
    """The same model made of `torch.nn`, and whether these are certainly the library's own layers.

    `None` if the parameters are laid out in another way: recurrent layers may be the student's own.
    """
    roles: dict[str, list[torch.Tensor]] = {}
    certain = True
    for name, value in parameters.items():
        found = _LIBRARY_NAME.fullmatch(name.rpartition(".")[2])
        if found:
            roles.setdefault(f"{found[1]}_{found[2]}", []).append(value)
            certain &= found[3] is not None
    base = "RNN" if model.kind.startswith("RNN") else model.kind
    options = {"nonlinearity": model.kind[4:].lower()} if base == "RNN" else {}
    rnn = getattr(nn, base)(model.embed, model.hidden, model.layers, **options).to(model.dtype)
    expected = dict(rnn.named_parameters())
    given = {
        f"{role}_l{layer}": value for role, values in roles.items() for layer, value in enumerate(values)
    }
    if {name: p.shape for name, p in given.items()} != {name: p.shape for name, p in expected.items()}:
        return None
    rnn.load_state_dict(given)
    embedding, decoder, bias = embedding_and_decoder(model, parameters)

    def network(ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        with torch.no_grad():
            outputs, new_state = rnn(embedding[ids], tuple(state) if model.kind == "LSTM" else state)
        return outputs @ decoder.T + bias, new_state

    return network, certain


def assert_network(
    model: Model, draw: Draw, parameters: Mapping[str, torch.Tensor], steps: int, batch: int
) -> None:
    """Raises `CheckFailed` unless the model computes what its kind computes with these parameters, in eval mode."""
    model.remote.eval()
    ids, state = model.ids(draw, steps, batch), model.state(draw, batch)
    logits, new_state = model.read(ids, state)
    library = library_network(model, parameters)
    if library is not None:
        network, certain = library
        right_logits, right_state = network(ids, state)
        try:
            where = _("with the weights of {model} in torch.nn,").format(model=model)
            is_pair = model.kind == "LSTM"
            assert_equal(
                list(new_state) if is_pair else new_state,
                list(right_state) if is_pair else right_state,
                _("{where} the new state").format(where=where),
            )
            assert_equal(
                logits, right_logits, _("{where} the new state is right, but logits").format(where=where)
            )
        except CheckFailed:
            if certain:
                raise
        else:
            return
    # Cells of her own: their gates may come in any order, but the laws of the kind hold.
    _embedding, decoder, bias = embedding_and_decoder(model, parameters)
    expected = hidden_of(new_state)[-1] @ decoder.T + bias
    assert_equal(
        logits[-1],
        expected,
        _("for {model} (decoder applied to the last layer's h) logits[-1]").format(model=model),
    )
    assert_embedding_is_used(model, parameters, ids, state, new_state)
    for layer in range(model.layers):
        {"LSTM": _assert_lstm, "GRU": _assert_gru}.get(model.kind, _assert_vanilla)(model, draw, layer)
    assert_layers_are_stacked(model, draw)


def assert_embedding_is_used(
    model: Model, parameters: Mapping[str, torch.Tensor], ids: torch.Tensor, state: State, expected: State
) -> None:
    """Raises `CheckFailed` unless words and rows of the embedding, renumbered together, lead to the same state."""
    (name,) = weight_names(parameters, model.vocab, model.embed)
    by_word = parameters[name] if parameters[name].shape[0] == model.vocab else parameters[name].T
    turned = by_word.roll(1, 0)
    model.remote.load({name: turned if parameters[name].shape[0] == model.vocab else turned.T})
    _logits, got = model.read((ids + 1) % model.vocab, state)
    model.remote.load({name: parameters[name]})
    assert_equal(
        hidden_of(got),
        hidden_of(expected),
        _("for {model}, with the rows of the embedding in another order and the ids likewise, h").format(
            model=model
        ),
    )


def _replaced(state: torch.Tensor, layer: int, value: torch.Tensor) -> torch.Tensor:
    state = state.clone()
    state[layer] = value
    return state


def _broken(model: Model, layer: int, law: str) -> CheckFailed:
    sentence = _("Layer {layer} of {model} is no {kind}: {law}")
    return CheckFailed(sentence.format(layer=layer + 1, model=model, kind=model.kind, law=law))


def _assert_lstm(model: Model, draw: Draw, layer: int) -> None:
    """c' = f c + i g and h' = o tanh(c'), with gates between 0 and 1 that do not read c."""
    h, c = (part.expand(-1, 3, -1).clone() for part in model.state(draw, 1))
    low = draw.normal(model.hidden)
    high = low + 1 + draw.normal(model.hidden).abs()
    _logits, (new_h, new_c) = model.read(
        model.ids(draw, 1, 1).expand(1, 3),
        (h, _replaced(c, layer, torch.stack([low, high, (low + high) / 2]))),
    )
    at_low, at_high, between = new_c[layer]
    forget = (at_high - at_low) / (high - low)
    added = at_low - forget * low
    if not torch.allclose(between, (at_low + at_high) / 2, rtol=1e-6, atol=1e-9):
        raise _broken(model, layer, _("the new c does not grow in proportion to the old one."))
    if not ((forget > 0) & (forget < 1) & (added.abs() < 1)).all():
        raise _broken(model, layer, _("a gate or what it adds is out of its range."))
    output = new_h[layer] / torch.tanh(new_c[layer])
    if not ((output > 0) & (output < 1)).all() or not torch.allclose(
        output[0], output[1], rtol=1e-5, atol=1e-8
    ):
        raise _broken(model, layer, _("the new h is not tanh of the new c behind an output gate."))


def _assert_gru(model: Model, draw: Draw, layer: int) -> None:
    """h' lies between the old h and something in (-1, 1)."""
    h = model.state(draw, 4)
    h[layer] *= 5
    _logits, new_h = model.read(model.ids(draw, 1, 4), h)
    before, after = h[layer], new_h[layer]
    within = (after <= before.clamp(min=1)) & (after >= before.clamp(max=-1))
    if not within.all() or not (after.abs() > 1).any():
        raise _broken(
            model, layer, _("the new h does not lie between the old one and a candidate in (-1, 1).")
        )


def _assert_vanilla(model: Model, draw: Draw, layer: int) -> None:
    """What goes into the nonlinearity is a sum of something of the input and something of the old h."""
    h = model.state(draw, 1).expand(-1, 4, -1).clone()
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


def assert_layers_are_stacked(model: Model, draw: Draw) -> None:
    """Raises `CheckFailed` if the top layer reads a word other than through the layers below it."""
    if model.kind not in ("LSTM", "RNN_TANH") or model.layers < 2:
        return
    state = model.state(draw, 1)
    # A state so large that the layer below says the same whatever it reads.
    flooded = tuple(
        _replaced(part, 0, 1e9 * part[0]) for part in ([state] if model.kind == "RNN_TANH" else state)
    )
    ends = [
        hidden_of(model.read(ids, flooded if model.kind == "LSTM" else flooded[0])[1])
        for ids in (torch.tensor([[1]]), torch.tensor([[2]]))
    ]
    if torch.allclose(ends[0][0], ends[1][0]) and not torch.allclose(ends[0][-1], ends[1][-1], rtol=1e-6):
        raise CheckFailed(_("In {model} an upper layer reads the words themselves.").format(model=model))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Which axis of ids is time? What does your recurrent layer take for time?",
    "What does each layer read, and which layer's output does the decoder read?",
)
def test_logits_and_states_of_the_library(student: Student, draw: Draw) -> None:
    """In eval mode, with random weights and states, each kind computes what `torch.nn` computes."""
    for kind in KINDS:
        model = Model(student, kind, 2)
        assert_network(model, draw, model.redraw(draw), 4, 3)


def assert_raw(logits: torch.Tensor) -> None:
    """Raises `CheckFailed` if scores that ought to be raw went through a softmax or a log-softmax."""
    if (logits >= 0).all() and (logits.sum(dim=-1) - 1).abs().max() < 1e-4:
        raise CheckFailed(_("The scores went through a softmax: raw ones are asked for."))
    if logits.logsumexp(dim=-1).abs().max() < 1e-4:
        raise CheckFailed(_("The scores went through a log-softmax: raw ones are asked for."))


def cost(logits: torch.Tensor, target: torch.Tensor) -> float:
    """The mean nats per word, in the clear: logits (T, B, V), target (T*B,) in the order of the logits."""
    losses: torch.Tensor = nn.CrossEntropyLoss()(logits.flatten(0, 1), target)
    return float(losses)


def assert_learns(student: Student, draw: Draw, kind: str, steps: int = 50) -> None:
    """Raises `CheckFailed` unless a model of 32 cells learns one small batch by heart, with raw scores."""
    model = Model(student, kind, 1, (V, 16, 32), dropout=0.0)
    # The rows differ in their first word only: what comes later has to be remembered from there.
    ids, target = draw.integers(0, V, 4, 1).repeat(1, 3), draw.integers(0, V, 4, 3)
    ids[0], target[-1] = (torch.tensor(draw.random.sample(range(V), 3)) for _row in range(2))
    model.remote.eval()
    assert_raw(model.read(ids, model.zeros(3))[0])
    model.remote.fit(ids, model.zeros(3), target=target, steps=steps, lr=0.05)
    logits = model.read(ids, model.zeros(3))[0]
    assert_raw(logits)
    loss = cost(logits, target.flatten())
    if not loss < 0.05:
        sentence = _(
            "After {steps} steps of Adam on one small batch the loss is still {loss:.3f}; below 0.05 is easy."
        )
        raise CheckFailed(sentence.format(steps=steps, loss=loss))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Cross-entropy applies a softmax itself. Is anything between your last layer and the loss?",
    "What does model.parameters() list? Which of your layers does an optimiser not know?",
)
def test_one_batch_is_learnt_by_heart(student: Student, draw: Draw) -> None:
    """Trained on one small batch that needs memory, an LSTM learns it by heart; its scores are raw."""
    assert_learns(student, draw, "LSTM")


def assert_uniform(values: torch.Tensor, what: str) -> None:
    """Raises `CheckFailed` unless a fresh weight looks like values drawn evenly from -0.1 to 0.1."""
    low, high = values.min().item(), values.max().item()
    if low < -INITIAL - 1e-6 or high > INITIAL + 1e-6:
        sentence = _(
            "{what} of a new model has values from {low:.3g} to {high:.3g}, expected from -0.1 to 0.1."
        )
        raise CheckFailed(sentence.format(what=what, low=low, high=high))
    spread, expected = values.double().std().item(), 2 * INITIAL / math.sqrt(12)
    if low > -0.95 * INITIAL or high < 0.95 * INITIAL or abs(spread / expected - 1) > 0.1:
        sentence = _(
            "{what} of a new model is not spread evenly from -0.1 to 0.1: from {low:.3g} to {high:.3g}, "
            "standard deviation {spread:.3g}, expected {expected:.3g}."
        )
        raise CheckFailed(sentence.format(what=what, low=low, high=high, spread=spread, expected=expected))


def assert_start(model: Model) -> tuple[torch.Tensor, torch.Tensor]:
    """The embedding (V, E) and the decoder (V, H) of a new model, after a look at how they are drawn."""
    embedding, decoder, bias = embedding_and_decoder(model, model.parameters())
    assert_uniform(embedding, _("the embedding"))
    assert_uniform(decoder, _("the decoder's weight"))
    if bias.any():
        raise CheckFailed(_("The decoder's bias of a new model is not 0."))
    return embedding, decoder


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Which values has a weight when `nn.Embedding` or `nn.Linear` has just made it?",
    "How many nats does a model that knows nothing lose on one of V words?",
)
def test_a_new_model_knows_nothing(student: Student, draw: Draw) -> None:
    """Embedding and decoder start evenly between -0.1 and 0.1, the bias at 0; the loss is that of a guess, ln V."""
    model = Model(student, "LSTM", 1, (61, 20, 30))
    first, _decoder = assert_start(model)
    other = Model(student, "LSTM", 1, (61, 20, 30))
    if torch.equal(assert_start(other)[0], first):
        raise CheckFailed(_("Two new models have the same embedding: it is not drawn."))
    model.remote.eval()
    ids, target = model.ids(draw, 6, 5), draw.integers(0, 61, 30)
    logits, _state = model.read(ids, model.zeros(5))
    loss = cost(logits, target)
    if abs(loss - math.log(61)) > 0.15:
        sentence = _("The loss of a new model is {loss:.3f}, expected about ln 61 = {expected:.3f}.")
        raise CheckFailed(sentence.format(loss=loss, expected=math.log(61)))


def assert_tied(model: Model) -> None:
    """Raises `CheckFailed` unless embedding and decoder are one parameter."""
    names = weight_names(model.parameters(), model.vocab, model.hidden)
    if len(names) == 1:
        return
    sentence = _(
        "With tie_weights=True, {count} parameters have the shape ({V}, {H}), expected one: it is shared."
    )
    sentence = sentence.format(count=len(names), V=model.vocab, H=model.hidden)
    if len(names) == 2:
        model.remote.load({names[0]: torch.ones_like(model.parameters()[names[0]])})
        if (model.parameters()[names[1]] == 1).all():
            sentence = f"{sentence} {_('The two share their numbers, but each has a gradient of its own.')}"
    raise CheckFailed(sentence)


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Train a step and compare embedding and decoder again. Are they one Parameter, or two with the same values?",
    "Which shapes must agree before two layers can share a weight?",
)
def test_tied_weights(student: Student, draw: Draw) -> None:
    """Tied, embedding and decoder share one parameter, which both of them use; it needs embed == hidden."""
    sizes = (V, H, H)
    for kind in ("LSTM", "RNN_TANH"):
        model = Model(student, kind, 1, sizes, tie_weights=True)
        assert_tied(model)
        assert_network(model, draw, model.redraw(draw), 3, 2)
    apart = len(weight_names(Model(student, "LSTM", 1, sizes).parameters(), V, H))
    assert_equal(apart, 2, _("untied, the number of parameters with the shape ({V}, {H})").format(V=V, H=H))
    assert_refused(student, "LSTM")


def assert_refused(student: Student, kind: str) -> None:
    """Raises `CheckFailed` unless tied weights of different sizes are a `ValueError`."""
    try:
        model = Model(student, kind, 1, tie_weights=True)
    except StudentError as error:
        if error.type_name == "ValueError":
            return
        if error.is_unwritten:
            raise
        sentence = _(
            "With tie_weights=True, embed {E} and hidden {H} there is another error than a ValueError."
        )
    else:
        sentence = _("With tie_weights=True, embed {E} and hidden {H} there is no ValueError.")
        try:
            model.read(torch.zeros(1, 1, dtype=torch.int64), model.zeros(1))
        except StudentError:
            sentence = _(
                "With tie_weights=True, embed {E} and hidden {H} the error comes only when the model reads."
            )
    raise CheckFailed(sentence.format(E=E, H=H))


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Evaluate twice. Same number? And twice in training mode?",
    "How does your dropout know whether the model is training?",
)
def test_dropout_in_training_only(student: Student, draw: Draw) -> None:
    """Two readings differ in training mode and agree in eval mode; with dropout=0.0 both modes agree."""
    for kind in ("LSTM", "RNN_TANH"):
        model = Model(student, kind, 2)
        model.redraw(draw)
        ids, state = model.ids(draw, 4, 3), model.state(draw, 3)
        model.remote.train()
        if torch.equal(model.read(ids, state)[0], model.read(ids, state)[0]):
            raise CheckFailed(
                _("In training mode two readings give the very same logits: nothing is dropped.")
            )
        model.remote.eval()
        calm = model.read(ids, state)[0]
        assert_equal(model.read(ids, state)[0], calm, _("in eval mode, on a second reading, logits"))
        without = Model(student, kind, 2, dropout=0.0)
        without.redraw(draw)
        without.remote.eval()
        calm = without.read(ids, state)[0]
        without.remote.train()
        assert_equal(without.read(ids, state)[0], calm, _("with dropout=0.0, in training mode, logits"))


def assert_zeros(model: Model, batch: int) -> None:
    """Raises `CheckFailed` unless `init_state` gives zeros of the right shape and dtype, which the model can read."""
    what = f"init_state({batch})"
    state = model.checked_state(model.remote.init_state(batch), batch, what)
    for part in state if model.kind == "LSTM" else [state]:
        if part.any():
            raise CheckFailed(_("{what} is not 0 everywhere.").format(what=what))
    model.read(torch.zeros(2, batch, dtype=torch.int64), state)


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Which three numbers are in the shape of a state, and in which order? How many parts has it for an LSTM?",
    "Of which dtype are the weights after model.double()? Which tensor of yours could take that over?",
)
def test_the_first_state(student: Student) -> None:
    """`init_state` gives zeros (L, B, H) for any batch size, a pair for an LSTM, in the dtype of the weights."""
    for kind in KINDS:
        model = Model(student, kind, 3)
        model.remote.eval()
        for batch in (4, 2):
            assert_zeros(model, batch)
        assert_zeros(model.double(), 2)


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Cut the text in two. What must the second half start from to get the same logits?",
    "Change only the last word. Which logits may move?",
)
def test_the_state_is_carried(student: Student, draw: Draw) -> None:
    """Two halves, the second started from the first one's state, are the whole; a later word changes nothing before."""
    for kind in KINDS:
        model = Model(student, kind, 2)
        model.redraw(draw)
        model.remote.eval()
        ids, start = model.ids(draw, 6, 3), model.state(draw, 3)
        logits, end = model.read(ids, start)
        first, middle = model.read(ids[:2], start)
        assert_equal(first, logits[:2], _("for {model}, without the later words, logits").format(model=model))
        second, last = model.read(ids[2:], middle)
        assert_equal(second, logits[2:], _("for {model}, read in two halves, logits").format(model=model))
        assert_equal(
            hidden_of(last),
            hidden_of(end),
            _("for {model}, read in two halves, the last h").format(model=model),
        )
        fresh, _end = model.read(ids[2:], model.zeros(3))
        if torch.equal(fresh, second):
            raise CheckFailed(_("For {model} the state that is given changes nothing.").format(model=model))


def kept_states(
    student: Student, draw: Draw, count: int, dtype: torch.dtype
) -> tuple[list[Remote], Any, list[torch.Tensor]]:
    """Leaves, a state (one tensor, or a tuple of two) with a graph that leads back to them, and its values."""
    values = [draw.normal(2, 3, 4, dtype=dtype, leaf=True) for _part in range(count)]
    leaves = [student.put(value) for value in values]
    made = [leaf.mul.keep(2.0) for leaf in leaves]
    return leaves, tuple(made) if count == 2 else made[0], [2 * value.detach() for value in values]


def assert_cut(student: Student, draw: Draw, count: int, dtype: torch.dtype) -> None:
    """Raises `CheckFailed` unless a state keeps its values and loses its graph, and a tuple stays one."""
    leaves, state, values = kept_states(student, draw, count, dtype)
    what = "repackage((h, c))" if count == 2 else "repackage(h)"
    assert_equal(student.repackage(state), tuple(values) if count == 2 else values[0], what)
    upstream = [draw.normal(*value.shape, dtype=dtype) for value in values]
    found = student.repackage.gradients(state, upstream=upstream, wrt=leaves).watched
    through = [name for name, gradient in zip("hc", found, strict=False) if gradient is not None]
    if through:
        sentence = _("The values of {what} are right, but a gradient still goes back through {parts}.")
        raise CheckFailed(sentence.format(what=what, parts=_(" and ").join(through)))


@pytest.mark.task("repackage")
@pytest.mark.hint(
    "detach returns; it does not change. What becomes of what it returned?",
    "Is a state of three dimensions one thing, or a sequence of things?",
)
def test_one_tensor_without_a_graph(student: Student, draw: Draw) -> None:
    """The state of an RNN or a GRU keeps its values, and no gradient goes back through it."""
    assert_cut(student, draw, 1, torch.float64)


@pytest.mark.task("repackage")
@pytest.mark.hint(
    "An LSTM's state is a pair. What happens to its second part?",
    "Of which type is the state that an LSTM takes: a list, a tuple, one tensor?",
)
def test_a_pair_without_a_graph(student: Student, draw: Draw) -> None:
    """The state of an LSTM stays a tuple (h, c) of the same values, and no gradient goes back through either."""
    assert_cut(student, draw, 2, torch.float64)
