"""A student's `RNNModel` as the tests hold it: its sizes, its parameters whatever their names, and what it returns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import torch

from autograder.student.checking.comparing import assert_kind, assert_tensor, kind_name
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Remote,
    Stopped,
    Student,
)
from autograder.student.core.language import _

KINDS = ("RNN_TANH", "RNN_RELU", "LSTM", "GRU")
# Words, embedding and hidden size: a weight is known by its shape, whatever the student calls it.
V, E, H = 11, 3, 5

State = Any  # a tensor (L, B, H), or a pair of them for an LSTM
Weights = dict[str, torch.Tensor]
_LIBRARY_NAME = re.compile(r"((?:weight|bias)_(?:ih|hh))(_l\d+)?")


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
        self.student, self.kind, self.layers = student, kind, layers
        self.vocab, self.embed, self.hidden = sizes
        self.is_pair = kind == "LSTM"
        self.dtype = torch.float32
        self.remote: Remote = student.RNNModel.keep(kind, *sizes, layers, **options)

    def __str__(self) -> str:
        return f"RNNModel({self.kind!r}, {self.vocab}, {self.embed}, {self.hidden}, {self.layers})"

    def double(self) -> Model:
        """The same model in float64."""
        self.remote.double()
        self.dtype = torch.float64
        return self

    def parameters(self) -> Weights:
        """All parameters by the names they have there; one that is shared counts once.

        Names, their order and initial values differ between right answers: no mistake is recognised by them.
        """
        found: Any = self.remote.fetch().get("parameters")
        self.forget_reply()
        if not isinstance(found, dict) or not all(isinstance(p, torch.Tensor) for p in found.values()):
            sentence = _("`RNNModel` is not an nn.Module, so it has no list of parameters.")
            raise CheckFailed(sentence, Evidence.STRUCTURE)
        return found

    def forget_reply(self) -> None:
        """Takes the last reply out of what a mistake is recognised by."""
        del self.student.transcript[-1]

    def refuse(self, verdict: str, sentence: str, question: str = "") -> NoReturn:
        """Fails on something that was drawn on the student's side: the verdict is what a mistake is recognised by."""
        self.student.transcript.append({"verdict": verdict})
        raise CheckFailed(sentence, question=question)

    def redraw(self, draw: Draw, signed: bool = False) -> Weights:
        """Gives every parameter new values, in float64: the initial ones are too small to show much.

        Those of a ReLU network are positive unless `signed`: no unit is dead by chance, and no corner is crossed.
        """
        parameters = self.double().parameters()
        # The same values for the same weights, in whatever order they are registered and whatever their modules' names.
        order = sorted(parameters, key=lambda name: (tuple(parameters[name].shape), name.rpartition(".")[2]))
        drawn = {name: draw.normal(*parameters[name].shape, scale=0.6) for name in order}
        values = {name: self._positive(value, signed) for name, value in drawn.items()}
        self.remote.load(values)
        return values

    def state(self, draw: Draw, batch: int, scale: float = 1.0, signed: bool = False) -> State:
        """A state drawn anew: no zeros; that of a ReLU network is positive unless `signed`."""
        shape = (self.layers, batch, self.hidden)
        drawn = [draw.normal(*shape, dtype=self.dtype, scale=scale) for _part in range(2)]
        return self.pack([self._positive(part, signed) for part in drawn])

    def _positive(self, value: torch.Tensor, signed: bool) -> torch.Tensor:
        return value if signed or self.kind != "RNN_RELU" else value.abs()

    def pack(self, some: Sequence[torch.Tensor]) -> State:
        """A state out of its parts: a pair for an LSTM, the first one for the other kinds."""
        return tuple(some) if self.is_pair else some[0]

    def zeros(self, batch: int) -> State:
        """The state of a model that has read nothing."""
        first, second = torch.zeros(2, self.layers, batch, self.hidden, dtype=self.dtype)
        return self.pack([first, second])

    def ids(self, draw: Draw, steps: int, batch: int) -> torch.Tensor:
        """(T, B) words, 0 among them."""
        ids = draw.integers(0, self.vocab, steps, batch)
        ids[0, -1] = 0
        return ids

    def read(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """The logits and the new state; `CouldNotLook` if they are not of the right shape or type."""
        got = self.remote(ids, state)
        try:
            return self.checked(got, ids)
        except Stopped:
            raise
        except CheckFailed as failure:
            sentence = _("The values are not compared yet. {failure}").format(failure=failure)
            raise CouldNotLook(sentence, failure.evidence) from None

    def read_calmly(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """What the model returns in eval mode; `CouldNotLook` if a second reading gives something else."""
        self.remote.eval()
        first, second = self.read(ids, state), self.read(ids, state)
        self.forget_reply()
        if not torch.equal(first[0], second[0]):
            self.forget_reply()
            raise CouldNotLook(_("In eval mode two readings of the same text differ."))
        return first

    def read_in_training(self, ids: torch.Tensor, state: State) -> tuple[torch.Tensor, State]:
        """What the model returns in training mode, where numbers are dropped by chance."""
        self.remote.train()
        found = self.read(ids, state)
        self.forget_reply()
        return found

    def checked(self, got: Any, ids: torch.Tensor) -> tuple[torch.Tensor, State]:
        """What `forward` returned, after a look at kind, shapes and dtype."""
        what = _("what {model} returns").format(model=self)
        _assert_structure(got, what)
        _assert_shape(
            got[0], (*ids.shape, self.vocab), self.dtype, _("for {model} logits").format(model=self)
        )
        self.checked_state(got[1], ids.shape[1], _("for {model} the new state").format(model=self))
        return got[0], got[1]

    def checked_state(self, got: Any, batch: int, what: str) -> State:
        """A state, after a look that it is one: a tensor (L, B, H), or a pair of them for an LSTM."""
        shape = (self.layers, batch, self.hidden)
        if not self.is_pair:
            _assert_shape(got, shape, self.dtype, what)
            return got
        if not isinstance(got, tuple | list) or len(got) != 2:
            sentence = _("{what} is {got}, expected a pair (h, c).")
            raise CheckFailed(sentence.format(what=what, got=kind_name(got)), Evidence.STRUCTURE)
        for name, part in zip("hc", got, strict=True):
            _assert_shape(part, shape, self.dtype, f"{what}, {name},")
        return got


def _assert_structure(got: Any, what: str) -> None:
    try:
        assert_kind(got, tuple, what)
    except CheckFailed as failure:
        raise CheckFailed(str(failure), Evidence.STRUCTURE, failure.question) from None
    if len(got) != 2:
        sentence = _("{what} has {got} parts, expected 2: logits and state.")
        raise CheckFailed(sentence.format(what=what, got=len(got)), Evidence.STRUCTURE)


def _assert_shape(got: Any, shape: tuple[int, ...], dtype: torch.dtype, what: str) -> None:
    """As `assert_tensor`, whatever the values are."""
    try:
        assert_tensor(torch.nan_to_num(got) if isinstance(got, torch.Tensor) else got, shape, dtype, what)
    except CheckFailed as failure:
        evidence = Evidence.STRUCTURE
        if isinstance(got, torch.Tensor):
            evidence = Evidence.DTYPE if tuple(got.shape) == shape else Evidence.SHAPE
        raise CheckFailed(str(failure), evidence, failure.question) from None


def parts(state: State) -> list[torch.Tensor]:
    """The one part of a state, or its two."""
    return [state] if isinstance(state, torch.Tensor) else list(state)


def hidden_of(state: State) -> torch.Tensor:
    """(L, B, H): h, without the c of an LSTM."""
    return parts(state)[0]


def weight_names(parameters: Mapping[str, torch.Tensor], rows: int, columns: int) -> list[str]:
    """The names of all weights of this shape, or transposed."""
    return [name for name, p in parameters.items() if tuple(p.shape) in ((rows, columns), (columns, rows))]


def weight(parameters: Mapping[str, torch.Tensor], rows: int, columns: int) -> torch.Tensor:
    """(rows, columns): the one weight of this shape, as a one-hot look-up and a matrix product see it."""
    names = weight_names(parameters, rows, columns)
    if len(names) != 1:
        sentence = _("{count} parameters have the shape ({rows}, {columns}), expected 1.")
        raise CheckFailed(sentence.format(count=len(names), rows=rows, columns=columns), Evidence.STRUCTURE)
    return turned(parameters[names[0]], (rows, columns))


def turned(value: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """A matrix in this shape: as it is, or transposed."""
    return value if tuple(value.shape) == shape else value.T


def embedding_and_decoder(
    model: Model, parameters: Mapping[str, torch.Tensor]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(V, E), (V, H) and the decoder's bias (V,), found among the parameters by their shapes."""
    biases = [p for p in parameters.values() if p.shape == (model.vocab,)]
    bias = biases[0] if biases else torch.zeros(model.vocab, dtype=model.dtype)
    embedding = weight(parameters, model.vocab, model.embed)
    decoder = embedding if model.embed == model.hidden else weight(parameters, model.vocab, model.hidden)
    return embedding, decoder, bias


# The weights of a model out of the library's parts, by what they are for.


def drawn_weights(draw: Draw, model: Model) -> Weights:
    """Values for every weight of such a model, biases too; tied ones, where embed == hidden, once."""
    rows = {"LSTM": 4, "GRU": 3}.get(model.kind, 1) * model.hidden
    shapes: dict[str, tuple[int, ...]] = {"embedding": (model.vocab, model.embed), "bias": (model.vocab,)}
    if model.embed != model.hidden:
        shapes["decoder"] = (model.vocab, model.hidden)
    for layer in range(model.layers):
        shapes[f"weight_ih_l{layer}"] = (rows, model.hidden if layer else model.embed)
        shapes[f"weight_hh_l{layer}"] = (rows, model.hidden)
        shapes[f"bias_ih_l{layer}"] = shapes[f"bias_hh_l{layer}"] = (rows,)
    return {role: draw.normal(*shape, scale=0.6) for role, shape in shapes.items()}


def load_weights(model: Model, weights: Weights) -> tuple[bool, bool]:
    """Puts drawn weights into a model that is made of such parts; whether it is, and whether that is certain.

    Recurrent layers may be the student's own, laid out in another way: then nothing is done.
    """
    places: dict[str, str] = {}
    certain = True
    parameters = model.double().parameters()
    for name, value in parameters.items():
        found = _LIBRARY_NAME.fullmatch(name.rpartition(".")[2])
        if found:  # all layers may be in one module, or each in its own
            role = f"{found[1]}_l{sum(role.startswith(found[1]) for role in places)}"
            certain &= found[2] is not None
        elif tuple(value.shape) == (model.vocab,):
            role = "bias"
        elif tuple(value.shape) in ((model.vocab, model.embed), (model.embed, model.vocab)):
            role = "embedding"
        else:
            role = "decoder"
        places[role] = name
    fits = places.keys() == weights.keys() and len(places) == len(parameters)
    values = {places[role]: turned(weights[role], parameters[places[role]].shape) for role in weights if fits}
    if not fits or any(parameters[name].shape != value.shape for name, value in values.items()):
        return False, False
    model.remote.load(values)
    return True, certain
