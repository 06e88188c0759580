"""What the grader alone looks at in `RNNModel` and `repackage`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.tests.test_model import (
    KINDS,
    E,
    H,
    Model,
    State,
    V,
    assert_cut,
    assert_learns,
    assert_network,
    assert_refused,
    assert_start,
    assert_tied,
    assert_zeros,
    hidden_of,
    kept_states,
    weight_names,
)
from autograder.student.checking.comparing import assert_equal, assert_kind
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

NUDGE = 1e-5  # for slopes measured by moving a number a little, in float64


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Print the shapes for one layer and for three, for one word and for many. What stays the same?",
    "Which arguments of the constructor reach your recurrent layer?",
)
def test_sizes_of_all_kinds(student: Student, draw: Draw) -> None:
    """One layer and three, one word alone, one row alone, an embedding larger than the state."""
    for kind, layers, sizes, steps, batch in (
        ("LSTM", 3, (V, E, H), 2, 4),
        ("GRU", 1, (V, 9, 4), 5, 1),
        ("RNN_TANH", 3, (V, 9, 4), 3, 2),
        ("RNN_RELU", 1, (V, E, H), 1, 3),
        ("GRU", 3, (V, 3, 8), 1, 1),
        ("RNN_RELU", 3, (V, 3, 8), 2, 2),
        ("RNN_TANH", 1, (V, E, H), 4, 5),
        ("LSTM", 1, (V, 9, 4), 3, 1),
    ):
        model = Model(student, kind, layers, sizes)
        assert_network(model, draw, model.redraw(draw), steps, batch)


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Is everything between the loss and each weight part of the graph?",
    "Does a gradient reach the state that was given, h and c?",
)
def test_gradients_of_weights_and_states(student: Student, draw: Draw) -> None:
    """The gradient of every parameter and of the state that is given is what small changes of them show."""
    for kind, sizes, tied in (
        ("LSTM", (V, E, H), False),
        ("GRU", (V, H, H), True),
        ("RNN_TANH", (V, E, H), False),
        ("RNN_RELU", (V, H, H), True),
    ):
        model = Model(student, kind, 2, sizes, tie_weights=tied)
        parameters = model.redraw(draw)
        model.remote.eval()
        _assert_slopes(model, draw, parameters)


def _assert_slopes(model: Model, draw: Draw, parameters: dict[str, torch.Tensor]) -> None:
    ids, state = model.ids(draw, 3, 2), model.state(draw, 2, leaf=True)
    still = _moved(state, 0.0, state)
    logits, new_state = model.read(ids, still)
    upstream = [draw.normal(*part.shape) for part in (logits, *_parts(new_state))]

    def outcome(at: State) -> float:
        found, end = model.read(ids, at)
        return sum((v * u).sum().item() for v, u in zip((found, *_parts(end)), upstream, strict=True))

    found = model.remote.gradients(ids, state, upstream=upstream)
    directions = {name: draw.normal(*p.shape) for name, p in parameters.items()}

    def assert_slope(
        name: str, gradients: list[Any], ways: list[torch.Tensor], at: Callable[[float], float]
    ) -> None:
        expected = (at(NUDGE) - at(-NUDGE)) / (2 * NUDGE)
        slope = sum((g * way).sum().item() for g, way in zip(gradients, ways, strict=True) if g is not None)
        what = _("for {model} the slope that the gradient of {name} gives").format(model=model, name=name)
        assert_equal(slope, expected, what, rtol=1e-4, atol=1e-6)

    way = _directions(draw, state)
    assert_slope(
        _("the state"), found.arguments[1:], _parts(way), lambda step: outcome(_moved(still, step, way))
    )

    def with_moved(names: list[str]) -> Callable[[float], float]:
        def at(step: float) -> float:
            model.remote.load({name: parameters[name] + step * directions[name] for name in names})
            return outcome(still)

        return at

    every = list(parameters)
    try:
        assert_slope(
            _("all parameters"),
            [found.parameters.get(name) for name in every],
            [directions[name] for name in every],
            with_moved(every),
        )
    except CheckFailed:
        for name, value in parameters.items():
            model.remote.load(parameters)
            shape = _("the parameter of the shape {shape}").format(shape=tuple(value.shape))
            assert_slope(shape, [found.parameters.get(name)], [directions[name]], with_moved([name]))
        raise


def _parts(state: State) -> list[torch.Tensor]:
    return [state] if isinstance(state, torch.Tensor) else list(state)


def _directions(draw: Draw, state: State) -> State:
    if isinstance(state, torch.Tensor):
        return draw.normal(*state.shape)
    return tuple(draw.normal(*part.shape) for part in state)


def _moved(state: State, step: float, way: State) -> State:
    if isinstance(state, torch.Tensor):
        return (state + step * way).detach()
    return tuple((part + step * part_way).detach() for part, part_way in zip(state, way, strict=True))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Which of your layers does an optimiser not know? Is there anything that a loss cannot move?"
)
def test_other_kinds_learn_by_heart(student: Student, draw: Draw) -> None:
    """A GRU and a vanilla RNN learn a small batch by heart as well."""
    for kind in ("GRU", "RNN_TANH"):
        assert_learns(student, draw, kind)


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint(
    "Why does row 0 care about row 1? Over which axis does each of your operations run?",
    "What does the model keep from the call before?",
)
def test_rows_and_steps_keep_apart(student: Student, draw: Draw) -> None:
    """Another word changes its own row from its own step on, and nothing else; the order of rows does not matter."""
    for kind in KINDS:
        model = Model(student, kind, 2)
        model.redraw(draw)
        model.remote.eval()
        ids, start = model.ids(draw, 5, 4), model.state(draw, 4)
        logits, end = model.read(ids, start)
        after: Any = student.last_call.get("arguments")
        assert_kind(after, list, _("the list of arguments after the call"))
        assert_equal(after[1:], [start], _("after the call, the list of states given"))
        changed = ids.clone()
        changed[2, 1] = (ids[2, 1] + 1) % V
        new_logits, _end = model.read(changed, start)
        moved = (new_logits - logits).abs().amax(dim=2) > 1e-9
        expected = torch.zeros(5, 4, dtype=torch.bool)
        expected[2:, 1] = True
        if not torch.equal(moved | expected, expected):
            raise CheckFailed(
                _("For {model} another word moves logits before it, or in other rows.").format(model=model)
            )
        if not moved[2, 1]:
            raise CheckFailed(_("For {model} another word does not move its own logits.").format(model=model))
        order = torch.tensor(draw.random.sample(range(4), 4))
        turned = [part[:, order] for part in _parts(start)]
        found, found_end = model.read(ids[:, order], tuple(turned) if kind == "LSTM" else turned[0])
        assert_equal(
            found,
            logits[:, order],
            _("for {model}, with the rows in another order, logits").format(model=model),
        )
        assert_equal(
            _parts(found_end),
            [part[:, order] for part in _parts(end)],
            _("for {model}, with the rows in another order, the parts of the new state").format(model=model),
        )


def _without_words(model: Model, draw: Draw) -> dict[str, torch.Tensor]:
    """Parameters drawn anew, but for those that bring words in: what is embedded is 0, dropped or not."""
    values = {
        name: torch.zeros_like(value) if model.embed in value.shape else value
        for name, value in model.redraw(draw, positive=model.kind == "RNN_RELU").items()
    }
    model.remote.load(values)
    return values


def _assert_share(dropped: torch.Tensor, share: float, where: str) -> None:
    found = dropped.double().mean().item()
    if abs(found - share) > 0.16:
        sentence = _("With dropout {share}, {found:.0%} of the numbers {where} are dropped in training mode.")
        raise CheckFailed(sentence.format(share=share, found=found, where=where))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "Between which two layers of yours does the last dropout stand? Where does its rate come from?",
    "By which factor do the numbers grow that are not dropped?",
)
def test_dropout_on_the_output(student: Student, draw: Draw) -> None:
    """In training mode what the decoder reads is dropped at the given rate (0.5 if none is given), or scaled up."""
    cases: list[tuple[str, dict[str, Any]]] = [
        ("LSTM", {"dropout": 0.25}),
        ("RNN_TANH", {}),
        ("GRU", {"dropout": 0.7}),
        ("RNN_RELU", {}),
    ]
    for kind, options in cases:
        model, rate = Model(student, kind, 1, **options), options.get("dropout", 0.5)
        values = _without_words(model, draw)
        shown = torch.zeros(V, H, dtype=torch.float64)  # a decoder whose first scores are what it reads
        shown[:H] = torch.eye(H)
        shown[H] = 1  # and one that is their sum: what is dropped from the scores themselves breaks it
        for name in weight_names(values, V, H):
            values[name] = shown if values[name].shape == shown.shape else shown.T
        values |= {name: torch.zeros_like(p) for name, p in values.items() if p.shape == (V,)}
        model.remote.load(values)
        ids, state = model.ids(draw, 4, 30), model.state(draw, 30)
        state = tuple(part.abs() for part in state) if kind == "LSTM" else state.abs()
        model.remote.eval()
        calm, calm_end = model.read(ids, state)
        model.remote.train()
        logits, end = model.read(ids, state)
        assert_equal(
            _parts(end),
            _parts(calm_end),
            _("with all embedded words 0 and one layer, in training mode the state"),
        )
        output, got = calm[..., :H], logits[..., :H]
        dropped, scaled = got.abs() < 1e-12, torch.isclose(got, output / (1 - rate))
        if torch.equal(got, output):
            raise CheckFailed(_("In training mode nothing of the last layer's output is dropped."))
        if not (dropped | scaled).all():
            raise CheckFailed(
                _(
                    "In training mode a number of the last output is neither dropped nor divided by 1 - dropout."
                )
            )
        if not torch.allclose(logits[..., H], got.sum(-1)):
            raise CheckFailed(_("In training mode the scores are not those of the numbers that are left."))
        _assert_share(dropped, rate, _("of the last layer's output"))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "What happens to the embedded words before the first layer reads them?",
    "Where does the rate of that dropout come from?",
)
def test_dropout_on_the_embedded_words(student: Student, draw: Draw) -> None:
    """In training mode what the first layer reads is dropped at the given rate, or scaled up."""
    count, rate = 100, 0.3
    for kind in KINDS:
        # The embedding of one number; of three words each, the second says 0, the third what is left after dropout.
        model = Model(student, kind, 1, (3 * count, 1, 3), dropout=rate)
        values = model.redraw(draw, positive=kind == "RNN_RELU")
        (name,) = weight_names(values, 3 * count, 1) or [""]
        if not name:
            raise CheckFailed(_("No parameter has the shape (vocab_size, embed)."))
        one = draw.normal(count).abs() + 0.5
        values[name] = torch.cat([one, 0 * one, one / (1 - rate)]).reshape(values[name].shape)
        model.remote.load(values)
        words, state = torch.arange(count)[None], model.state(draw, count)
        state = tuple(part.abs() for part in state) if kind == "LSTM" else state.abs()
        model.remote.eval()
        plain, nothing, larger = (
            hidden_of(model.read(words + shift, state)[1])[0] for shift in (0, count, 2 * count)
        )
        model.remote.train()
        got = hidden_of(model.read(words, state)[1])[0]
        if torch.equal(got, plain):
            raise CheckFailed(_("In training mode nothing of the embedded words is dropped."))
        dropped, scaled = torch.isclose(got, nothing).all(1), torch.isclose(got, larger).all(1)
        if not (dropped | scaled).all():
            raise CheckFailed(
                _(
                    "In training mode a number of the embedded words is neither dropped nor divided by 1 - dropout."
                )
            )
        _assert_share(dropped, rate, _("of the embedded words"))


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "What does the second layer read, and what has happened to it on the way from the first?",
    "Where does the library's own recurrent layer take its dropout from?",
)
def test_dropout_between_the_layers(student: Student, draw: Draw) -> None:
    """In training mode what each further layer reads is dropped at the given rate."""
    rate, batch = 0.3, 100
    for kind in KINDS:
        # Layers of one cell, all rows alike: what differs between the rows was dropped or not.
        model = Model(student, kind, 3, (V, E, 1), dropout=rate)
        _without_words(model, draw)
        state = tuple(part.abs().expand(-1, batch, -1).clone() for part in _parts(model.state(draw, 1)))
        model.remote.train()
        _logits, end = model.read(
            torch.zeros(1, batch, dtype=torch.int64), state if kind == "LSTM" else state[0]
        )
        values = [(layer[:, 0] * 1e9).round().unique(return_inverse=True) for layer in hidden_of(end)]
        if len(values[0][0]) > 1:
            raise CheckFailed(
                _("With all embedded words 0, dropout still changes what the first layer says.")
            )
        for below in (0, 1):
            together = torch.stack([values[below][1], values[below + 1][1]]).unique(dim=1).shape[1]
            if together == len(values[below][0]):
                sentence = _("In training mode nothing is dropped between layers {lower} and {upper}.")
                raise CheckFailed(sentence.format(lower=below + 1, upper=below + 2))
        if len(values[1][0]) != 2:
            raise CheckFailed(_("What the second layer reads is not just dropped or kept."))
        ones = values[1][1].double().mean().item()
        _assert_share(torch.tensor(min(ones, 1 - ones)), rate, _("between the layers"))


@pytest.mark.task("RNNModel")
@pytest.mark.hint("Train a step. Is what the embedding reads still what the decoder multiplies by?")
def test_tied_weights_in_training(student: Student, draw: Draw) -> None:
    """After training, in float64, embedding and decoder are still one parameter, which has moved."""
    for kind in ("GRU", "LSTM"):
        model = Model(student, kind, 1, (V, H, H), dropout=0.0, tie_weights=True).double()
        before = model.parameters()
        model.remote.fit(
            model.ids(draw, 3, 2), model.zeros(2), target=draw.integers(0, V, 3, 2), steps=3, lr=0.05
        )
        assert_tied(model)
        after = model.parameters()
        (name,) = weight_names(after, V, H)
        if name not in before or torch.equal(after[name], before[name]):
            raise CheckFailed(_("Training does not move the weight that embedding and decoder share."))
        assert_network(model, draw, after, 3, 2)


@pytest.mark.task("RNNModel")
@pytest.mark.hint(
    "In which order do you tie and initialise? Which values does the shared weight have in the end?",
    "Which layers start between -0.1 and 0.1, and which one at 0?",
)
def test_start_of_all_kinds(student: Student, draw: Draw) -> None:
    """Whatever the kind, tied or not, embedding and decoder start evenly between -0.1 and 0.1, the bias at 0."""
    for kind in KINDS:
        assert_start(Model(student, kind, 2, (97, 16, 25)))
        tied = Model(student, kind, 1, (97, 20, 20), tie_weights=True)
        assert_tied(tied)
        assert_start(tied)


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint("Which shapes must agree before two layers can share a weight, and what if they do not?")
def test_what_cannot_be_tied(student: Student) -> None:
    """Tied weights of different sizes are a ValueError; arguments given by name may come in any order."""
    for kind in KINDS:
        assert_refused(student, kind)
    arguments = {"hidden": H, "embed": E, "kind": "LSTM", "layers": 1, "vocab_size": V, "dropout": 0.1}
    student.RNNModel.keep(**arguments, tie_weights=False)


@pytest.mark.task("RNNModel")
@pytest.mark.supporting
@pytest.mark.hint("How many streams now? What does your model remember of the batch before?")
def test_first_states_between_readings(student: Student, draw: Draw) -> None:
    """`init_state` gives zeros for the batch size asked for, whatever was read before, and however many layers."""
    for kind in KINDS:
        model = Model(student, kind, 2).double()
        model.remote.eval()
        model.read(model.ids(draw, 3, 5), model.state(draw, 5))
        assert_zeros(model, 3)
        model.remote.train()
        assert_zeros(model, 1)


@pytest.mark.task("repackage")
@pytest.mark.hint("How many parts has the state, and of which type is each? What changes in them?")
def test_states_in_float32(student: Student, draw: Draw) -> None:
    """The same in float32, for one tensor and for a pair."""
    for count in (1, 2):
        assert_cut(student, draw, count, torch.float32)


@pytest.mark.task("repackage")
@pytest.mark.supporting
@pytest.mark.hint("What becomes of the state that was given? Who may still want to go back through it?")
def test_the_given_state_keeps_its_graph(student: Student, draw: Draw) -> None:
    """The state that was given still has its graph and its values."""
    for count in (1, 2):
        leaves, state, values = kept_states(student, draw, count, torch.float64)
        student.repackage(state)
        for part, leaf, value in zip(_parts_kept(state), leaves, values, strict=True):
            kept = part.fetch()
            assert_equal(kept.get("value"), value, _("after the call, the state that was given"))
            found = part.mul.gradients(1.0, upstream=[torch.ones_like(value)], wrt=[leaf]).watched
            assert_equal(
                found, [2 * torch.ones_like(value)], _("after the call, the gradient through the state given")
            )


def _parts_kept(state: Any) -> list[Any]:
    return list(state) if isinstance(state, tuple) else [state]
