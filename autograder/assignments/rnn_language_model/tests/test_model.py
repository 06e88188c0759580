"""What is promised of `RNNModel` but for its dropout: shapes, values, gradients, tied weights, first values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import pytest
import torch

from autograder.assignments.rnn_language_model.tests._cells import assert_laws
from autograder.assignments.rnn_language_model.tests._models import (
    KINDS,
    E,
    H,
    Model,
    State,
    V,
    drawn_weights,
    embedding_and_decoder,
    load_weights,
    parts,
    weight_names,
)
from autograder.student.checking.comparing import assert_equal
from autograder.student.checking.draw import Draw, derive_seed
from autograder.student.checking.student import (
    CheckFailed,
    CouldNotLook,
    Evidence,
    Student,
    StudentError,
)
from autograder.student.core.language import _

NUDGE = 1e-5  # for slopes measured by moving numbers a little, in float64
INITIAL = 0.1  # embedding and decoder start between -0.1 and 0.1


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint("How many predictions does the model make for T words in each of B rows?")
def test_shapes_of_logits_and_states(student: Student, draw: Draw) -> None:
    """`forward` returns (logits (T, B, V), state), the state as it came in; for any kind, sizes and dtype."""
    cases = [(kind, 2, (V, E, H), 4, 3) for kind in KINDS]
    cases += [("LSTM", 3, (V, 6, 4), 1, 1), ("RNN_TANH", 1, (V, E, H), 1, 2), ("GRU", 3, (V, 4, 4), 3, 1)]
    for kind, layers, sizes, steps, batch in cases:
        model = Model(student, kind, layers, sizes)
        model.remote.eval()
        for dtype in (torch.float32, torch.float64):
            ids = model.ids(draw, steps, batch)
            model.checked(model.remote(ids, model.zeros(batch)), ids)
            if dtype == torch.float32:
                model.double()


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Which three numbers are in the shape of a state, and in which order? How many parts has it for an LSTM?",
    "What dtype do the weights have after model.double()? Which tensor of yours should have the same?",
)
def test_the_first_state(student: Student) -> None:
    """`init_state` gives zeros (L, B, H) for any batch size, a pair for an LSTM, in the dtype of the weights."""
    for kind in KINDS:
        model = Model(student, kind, 3)
        for batch in (4, 2, 1):
            assert_zeros(model, batch)
        model.double()
        assert_zeros(model, 2)


def assert_zeros(model: Model, batch: int) -> None:
    """Raises `CheckFailed` unless `init_state` gives zeros of the right shape and dtype."""
    what = _("for {model} init_state({batch})").format(model=model, batch=batch)
    state = model.checked_state(model.remote.init_state(batch), batch, what)
    for part in parts(state):
        assert_equal(part, torch.zeros_like(part), what)


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "What does each layer read, and which layer's output does the decoder read?",
    "Which axis of ids is time? What does your recurrent layer take for time?",
)
def test_logits_and_states_of_every_kind(student: Student, reference: Student, draw: Draw) -> None:
    """In eval mode, with random weights and states, each kind computes what it should; very large states too."""
    for kind in KINDS:
        assert_network(student, reference, draw, kind, 2, (V, E, H), 4, 3)
    for kind in KINDS:
        assert_network(student, reference, draw, kind, 1, (V, 6, 4), 1, 1, scale=1000.0)


def assert_network(
    student: Student,
    reference: Student,
    draw: Draw,
    kind: str,
    layers: int,
    sizes: tuple[int, int, int],
    steps: int,
    batch: int,
    scale: float = 1.0,
) -> None:
    """Raises `CheckFailed` unless a model, tied where it can be, computes what its kind computes in eval mode."""
    tied = sizes[1] == sizes[2]
    model = Model(student, kind, layers, sizes, tie_weights=tied).double()
    weights = drawn_weights(draw, model)
    ids, state = model.ids(draw, steps, batch), model.state(draw, batch, scale, signed=True)
    right = reference.RNNModel.keep(kind, *sizes, layers, tie_weights=tied)
    right.double()
    right.eval()
    right.load({_name_in_reference(role): value for role, value in weights.items()})
    right_logits, right_state = right(ids, state)

    model.remote.eval()
    fits, certain = load_weights(model, weights)
    if not fits:
        assert_own_cells(model, Draw(derive_seed(draw.seed, "her own cells")), ids, state)
        return
    logits, new_state = model.read(ids, state)
    try:
        where = _("with the weights of {model} given,").format(model=model)
        assert_equal(parts(new_state), parts(right_state), _("{where} the new state").format(where=where))
        what = _("{where} the new state is right, but logits").format(where=where)
        _assert_scores(logits, right_logits, what)
    except CheckFailed:
        if certain:
            raise
        assert_own_cells(model, Draw(derive_seed(draw.seed, "her own cells")), ids, state)


def _assert_scores(logits: torch.Tensor, expected: torch.Tensor, what: str) -> None:
    """As `assert_equal`, with a question about what comes after the recurrent layers."""
    try:
        assert_equal(logits, expected, what)
    except CheckFailed as failure:
        question = _("Which of your lines stand between the output of the last layer and the scores?")
        raise CheckFailed(str(failure), failure.evidence, failure.question or question) from None


def assert_own_cells(model: Model, draw: Draw, ids: torch.Tensor, state: State) -> None:
    """Raises `CheckFailed` unless recurrent layers of another layout keep the laws of their kind, and stay finite."""
    assert_laws(model, draw, model.redraw(draw, signed=True), *ids.shape)
    logits, new_state = model.read(ids, state)
    for part in (logits, *parts(new_state)):
        if not part.isfinite().all():
            sentence = _("For {model} a large state gives values that are not finite.")
            raise CheckFailed(sentence.format(model=model), Evidence.FINITE)


def _name_in_reference(role: str) -> str:
    names = {"embedding": "embedding.weight", "decoder": "decoder.weight", "bias": "decoder.bias"}
    return names.get(role, f"rnn.{role}")


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Cut the text in two. What must the second half start from to get the same logits?",
    "Change one word. Which logits may move? Over which axis does each of your operations run?",
)
def test_the_state_is_carried_and_rows_keep_apart(student: Student, draw: Draw) -> None:
    """Two halves with the state carried equal the whole; another word changes its own row only, from its step on."""
    for kind in KINDS:
        model = Model(student, kind, 2)
        model.redraw(draw)
        model.remote.eval()
        ids, start = model.ids(draw, 5, 4), model.state(draw, 4)
        logits, end = model.read(ids, start)
        first, middle = model.read(ids[:2], start)
        second, last = model.read(ids[2:], middle)
        where = _("for {model}, read in two halves,").format(model=model)
        assert_equal(torch.cat([first, second]), logits, _("{where} logits").format(where=where))
        assert_equal(parts(last), parts(end), _("{where} the last state").format(where=where))
        if torch.equal(model.read(ids[2:], model.zeros(4))[0], second):
            raise CheckFailed(_("For {model} the state that is given changes nothing.").format(model=model))
        assert_one_word_moves(model, ids, start, logits)


def assert_one_word_moves(model: Model, ids: torch.Tensor, start: State, logits: torch.Tensor) -> None:
    """Raises `CheckFailed` unless another word moves the logits of its own row from its own step on, and no others."""
    changed = ids.clone()
    changed[2, 1] = (ids[2, 1] + 1) % model.vocab
    moved = (model.read(changed, start)[0] - logits).abs().amax(dim=2) > 1e-9
    may_move = torch.zeros_like(moved)
    may_move[2:, 1] = True
    if (moved & ~may_move).any():
        sentence = _("For {model}, changing a word changes logits before it, or in other rows.")
        raise CheckFailed(sentence.format(model=model))
    if not moved[2, 1]:
        raise CheckFailed(
            _("For {model}, changing a word does not change its own logits.").format(model=model)
        )


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "What does model.parameters() list? Which of your layers does an optimiser not know?",
    "Is everything between the loss and each weight part of the graph? Does a gradient reach h and c?",
)
def test_every_weight_can_learn(student: Student, draw: Draw) -> None:
    """All weights are parameters; the gradients of each and of the given state agree with finite differences."""
    for kind in KINDS:
        assert_all_are_parameters(Model(student, kind, 2), draw)
    for kind, sizes in (
        ("LSTM", (V, E, H)),
        ("GRU", (V, H, H)),
        ("RNN_TANH", (V, E, H)),
        ("RNN_RELU", (V, H, H)),
    ):
        assert_slopes(Model(student, kind, 2, sizes, dropout=0.0, tie_weights=sizes[1] == sizes[2]), draw)


def assert_all_are_parameters(model: Model, draw: Draw) -> None:
    """Raises `CheckFailed` if the model computes with a weight that `parameters()` does not list."""
    model.remote.load({name: torch.zeros_like(p) for name, p in model.double().parameters().items()})
    model.remote.eval()
    state = model.state(draw, 3)
    logits, new_state = model.read(model.ids(draw, 1, 3), state)
    # Without weights the scores are 0, every gate is the same everywhere, and a vanilla state says nothing.
    before, after = parts(state)[-1], parts(new_state)[-1]
    share = torch.zeros_like(after) if model.kind.startswith("RNN") else after / before
    rest = after if model.kind.startswith("RNN") else share - share[0, 0, 0]
    if rest.abs().max() > 1e-6:
        sentence = _(
            "For {model} with 0 for every number in `parameters()` the new states still depend on some weights: "
            "these are not listed there."
        )
        question = _("How does a module notice its layers? Which of yours stand where it does not look?")
        raise CheckFailed(sentence.format(model=model), question=question)
    if logits.abs().max() > 1e-9:
        sentence = _("For {model} with 0 for every number in `parameters()` the logits are not 0 as well.")
        question = _("What does your last line do to the scores? Are all weights that it uses listed there?")
        raise CheckFailed(sentence.format(model=model), question=question)


def assert_slopes(model: Model, draw: Draw) -> None:
    """Raises `CheckFailed` unless the gradients in training mode are the slopes that small changes show."""
    values = model.redraw(draw)
    model.remote.train()
    ids, still = model.ids(draw, 3, 2), parts(model.state(draw, 2))
    moves = [draw.normal(*part.shape) for part in still]
    ways = {name: draw.normal(*value.shape) for name, value in values.items()}

    logits, end = model.read(ids, model.pack(still))
    if not torch.equal(model.read(ids, model.pack(still))[0], logits):
        raise CouldNotLook(_("Gradients are not compared yet: with dropout=0.0 two readings differ."))
    upstream = [draw.normal(*part.shape) for part in (logits, *parts(end))]
    leaves = [part.clone().requires_grad_() for part in still]
    found = model.remote.gradients(ids, model.pack(leaves), upstream=upstream)
    model.forget_reply()  # it holds the parameters' names

    def outcome(step: float, names: Sequence[str], moves_state: bool) -> float:
        model.remote.load(
            {name: value + step * ways[name] if name in names else value for name, value in values.items()}
        )
        moved = (
            [part + step * move for part, move in zip(still, moves, strict=True)] if moves_state else still
        )
        got, end = model.read(ids, model.pack(moved))
        return sum((v * u).sum().item() for v, u in zip((got, *parts(end)), upstream, strict=True))

    def assert_slope(what: str, names: Sequence[str], moves_state: bool) -> None:
        pairs = [(found.parameters.get(name), ways[name]) for name in names]
        pairs += list(zip(found.arguments[1:], moves, strict=True)) if moves_state else []
        slope = sum((gradient * way).sum().item() for gradient, way in pairs if gradient is not None)
        model.student.transcript.append({"slope": slope})
        expected = outcome(NUDGE, names, moves_state) - outcome(-NUDGE, names, moves_state)
        sentence = _("for {model} the slope that the gradient of {what} gives")
        assert_equal(
            slope, expected / (2 * NUDGE), sentence.format(model=model, what=what), rtol=1e-4, atol=1e-6
        )

    try:
        assert_slope(_("everything"), list(values), True)
    except CheckFailed as failure:
        assert_part(partial(assert_slope, _("the given state"), [], True))
        for name, value in values.items():
            shape = _("the parameter of the shape {shape}").format(shape=tuple(value.shape))
            assert_part(partial(assert_slope, shape, [name], False))
        raise CheckFailed(str(failure), Evidence.GRADIENTS) from None


def assert_part(look: Callable[[], None]) -> None:
    """Turns what a look at one gradient finds into a failure of gradients."""
    try:
        look()
    except StudentError:
        raise
    except CheckFailed as failure:
        raise CheckFailed(str(failure), Evidence.GRADIENTS) from None


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Train a step and compare embedding and decoder again. Are they one Parameter, or two with the same values?",
    "Which shapes must agree before two layers can share a weight?",
)
def test_tied_weights(student: Student, reference: Student, draw: Draw) -> None:
    """Tied, embedding and decoder share one parameter, which both of them use; it needs embed == hidden."""
    for kind in ("LSTM", "RNN_TANH"):
        model = Model(student, kind, 1, (V, H, H), tie_weights=True)
        assert_tied(model)
    apart = len(weight_names(Model(student, "LSTM", 1, (V, H, H)).parameters(), V, H))
    what = _("without tie_weights, the number of parameters with the shape ({V}, {H})").format(V=V, H=H)
    assert_equal(apart, 2, what)
    assert_network(student, reference, draw, "LSTM", 1, (V, H, H), 2, 2)
    for kind in ("GRU", "LSTM"):
        assert_refused(student, kind)


def assert_tied(model: Model) -> None:
    """Raises `CheckFailed` unless embedding and decoder are one parameter."""
    names = weight_names(model.parameters(), model.vocab, model.hidden)
    if len(names) == 1:
        return
    sentence = _(
        "With tie_weights=True, {count} parameters have the shape ({V}, {H}), expected one: it is shared."
    ).format(count=len(names), V=model.vocab, H=model.hidden)
    are_equal = shares_numbers = False
    if len(names) == 2:
        first, second = (model.parameters()[name] for name in names)
        are_equal = first.shape == second.shape and torch.equal(first, second)
        model.remote.load({names[0]: torch.ones_like(first)})
        shares_numbers = bool((model.parameters()[names[1]] == 1).all())
    if shares_numbers:
        sentence = f"{sentence} {_('The two share their numbers, but each has a gradient of its own.')}"
    model.refuse(f"{len(names)} weights, equal: {are_equal}, shared numbers: {shares_numbers}", sentence)


def assert_refused(student: Student, kind: str) -> None:
    """Raises `CheckFailed` unless tied weights of different sizes are a `ValueError`."""
    sentence = _("With tie_weights=True, embed {E} and hidden {H} there is no ValueError.")
    try:
        model = Model(student, kind, 1, tie_weights=True)
        try:
            model.remote(torch.zeros(1, 1, dtype=torch.int64), model.zeros(1))
            model.forget_reply()  # it was drawn
        except StudentError:
            sentence = _(
                "With tie_weights=True, embed {E} and hidden {H} the error comes only when the model reads."
            )
    except StudentError as error:
        if error.type_name == "ValueError":
            return
        if error.is_unwritten:
            raise
        sentence = _(
            "With tie_weights=True, embed {E} and hidden {H} there is another error than a ValueError."
        )
    raise CheckFailed(sentence.format(E=E, H=H))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Which values has a weight when `nn.Embedding` or `nn.Linear` has just made it?",
    "In which order do you tie and initialise? Which values does the shared weight have in the end?",
)
def test_first_values(student: Student) -> None:
    """Embedding and decoder weights start uniform in [-0.1, 0.1], the bias at 0, for every kind, tied or not."""
    embeddings = []
    for kind in KINDS:
        embeddings.append(assert_start(Model(student, kind, 2, (97, 16, 25))))
        assert_start(Model(student, kind, 1, (97, 20, 20), tie_weights=True))
    if torch.equal(embeddings[0], embeddings[1]):
        raise CheckFailed(_("Two new models have the same embedding: it is not drawn."))


def assert_start(model: Model) -> torch.Tensor:
    """The embedding of a new model, after a look at how it, the decoder and its bias are drawn."""
    parameters = model.parameters()
    if model.embed == model.hidden and len(weight_names(parameters, model.vocab, model.hidden)) != 1:
        raise CouldNotLook(_("With tie_weights=True there is not one weight that is shared."))
    embedding, decoder, bias = embedding_and_decoder(model, parameters)
    assert_uniform(model, embedding, _("the embedding"))
    assert_uniform(model, decoder, _("the decoder's weight"))
    if bias.any():
        model.refuse("bias", _("The decoder's bias of a new model is not 0."))
    return embedding


def assert_uniform(model: Model, values: torch.Tensor, what: str) -> None:
    """Raises `CheckFailed` unless a new weight looks like values drawn evenly from -0.1 to 0.1.

    Of n >= 1552 such values none lies below -0.095 with probability 0.975^n < 1e-17, and by Bernstein's inequality
    their standard deviation is more than 10 % off with probability < 1e-12. Of the sixteen weights that are looked at,
    one is refused once in 10^10 right models.
    """
    low, high, spread = values.min().item(), values.max().item(), values.double().std().item()
    verdict = f"{tuple(values.shape)} {spread:.1g} {low < 0}"
    if low < -INITIAL - 1e-6 or high > INITIAL + 1e-6:
        sentence = _(
            "{what} of a new model has values from {low:.3g} to {high:.3g}, expected from -0.1 to 0.1."
        )
        model.refuse(verdict, sentence.format(what=what, low=low, high=high))
    expected = 2 * INITIAL / math.sqrt(12)
    if low > -0.95 * INITIAL or high < 0.95 * INITIAL or abs(spread / expected - 1) > 0.1:
        sentence = _(
            "{what} of a new model is not spread evenly from -0.1 to 0.1: from {low:.3g} to {high:.3g}, "
            "standard deviation {spread:.3g}, expected {expected:.3g}."
        )
        model.refuse(
            verdict, sentence.format(what=what, low=low, high=high, spread=spread, expected=expected)
        )
