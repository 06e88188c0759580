"""What the grader alone looks at in `filter_logits` and `generate`."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.doubles import RememberingModel
from autograder.assignments.rnn_language_model.tests.test_text import (
    assert_probabilities,
    assert_written,
    best_words,
    blaming_filter,
    rows_read,
    scrambled,
    seeded,
    shares,
)
from autograder.assignments.rnn_language_model.tests.test_training import (
    V,
    assert_mode,
    library_model,
    remembering,
)
from autograder.student.checking.comparing import assert_arguments_kept, assert_equal
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Student
from autograder.student.core.language import _

# Of 2 rows with 7 words each: by chance, right answers are above this once in ten million runs.
GREATEST_CHI_SQUARE = 60.0
ENOUGH = 5  # how often a word has to be expected, for its count to tell anything


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "Of which probabilities does top-p take the mass: of those before top-k, or of those after it?",
    "Temperature, top-k, top-p: in which order do they stand in your function?",
)
def test_all_three_in_order(student: Student, reference: Student, draw: Draw) -> None:
    """Temperature first, then top-k, then top-p on what is left: one after the other."""
    steep, steep_order = scrambled(draw)
    even, even_order = scrambled(draw, (4.0, 3.0, 2.0, 1.0))
    cases: list[tuple[torch.Tensor, tuple[Any, ...], torch.Tensor]] = [
        # After top-k the heaviest word alone has 16/24; before, it has 16/31.
        (steep.log(), (1.0, 2, 0.55), shares(steep, steep_order[:1])),
        # Warmed, the two heaviest words have 7/10; unwarmed, they would have 25/30.
        (2.0 * even.log(), (2.0, None, 0.8), shares(even, even_order[:3])),
    ]
    for options in ((0.6, 7, 0.83), (1.7, 9, 0.71), (1.0, 4, 0.9), (0.0, 3, 0.9)):
        logits = draw.normal(11, scale=1.5)
        cases.append((logits, options, reference.filter_logits(logits, *options)))
    answers = [student.filter_logits(logits, *options) for logits, options, _expected in cases]
    for answer, (_logits, _options, expected) in zip(answers, cases, strict=True):
        assert_probabilities(answer, expected, _("with temperature, top_k and top_p"))


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "Three equal scores and k = 2: which two words are kept?",
    "Which of two equal scores does your sort put first, always?",
)
def test_ties_go_to_the_lower_id(student: Student, draw: Draw) -> None:
    """Of equal scores, those with the lower ids are kept: by top-k, by top-p and at temperature 0."""
    levels = [0.0, 1.0, 2.5]
    scores = [draw.choice(levels) for _word in range(50)]
    scores[draw.random.randrange(1, 20)] = scores[draw.random.randrange(20, 50)] = levels[-1]
    logits = torch.tensor(scores, dtype=torch.float64)
    order = sorted(range(50), key=lambda i: (-scores[i], i))
    weights = logits.exp()
    for k in (1, 9, 24, 41):
        got = student.filter_logits(logits, 1.0, top_k=k)
        assert_probabilities(got, shares(weights, order[:k]), _("with equal scores and top_k"))
    mass = (weights[order] / weights.sum()).cumsum(dim=0)
    for kept in (5, 20, 33):
        middle = (mass[kept - 2] + mass[kept - 1]).item() / 2
        got = student.filter_logits(logits, 1.0, top_p=middle)
        assert_probabilities(got, shares(weights, order[:kept]), _("with equal scores and top_p"))
    got = student.filter_logits(logits, 0.0)
    assert_probabilities(got, shares(weights, order[:1]), _("with equal scores and temperature 0"))
    even = torch.full((4,), 0.7, dtype=torch.float64)  # probabilities of exactly 1/4
    got = student.filter_logits(even, 1.0, top_p=0.5)
    assert_probabilities(got, shares(even, [0, 1]), _("with four equal scores and top_p = 0.5"))


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "How large may a number be before `exp` gives inf?",
    "At the very least one word is kept: also if top_p is 0? And which are kept if it is 1?",
)
def test_extremes(student: Student, draw: Draw) -> None:
    """Right at the ends: scores in the hundreds, a temperature near 0, next to no mass asked for, or all of it."""
    weights, order = scrambled(draw)
    got = student.filter_logits(0.01 * weights.log() + 30.0, 0.01)
    assert_probabilities(got, shares(weights, order), _("with a very low temperature"))
    for p in (1e-9, 0.0):
        got = student.filter_logits(weights.log(), 1.0, top_p=p)
        assert_probabilities(got, shares(weights, order[:1]), _("with top_p = {p}").format(p=p))
    far, all_of_them = scrambled(draw, (1.0, 1e-20, 1e-30, 1e-40))
    for options in ({"top_p": 1.0}, {"top_p": 1.5, "top_k": 40}, {"top_k": 4}):
        got = student.filter_logits(far.log() + 500.0, 1.0, **options)
        assert_probabilities(got, shares(far, all_of_them), _("where all words are to be kept"))


@pytest.mark.task("filter_logits")
@pytest.mark.supporting
@pytest.mark.hint("Which of your lines writes into the tensor that you were given?")
def test_the_scores_are_left_alone(student: Student, draw: Draw) -> None:
    """The scores given stay as they are; float32 scores give float32 probabilities."""
    assert_arguments_kept(student, student.filter_logits, draw.normal(6), 0.7, 4, 0.8)
    assert_arguments_kept(student, student.filter_logits, draw.normal(6), 1.0, 2)
    weights, order = scrambled(draw)
    for options, kept in (({}, 5), ({"top_k": 3}, 3), ({"top_p": 0.6}, 2)):
        got = student.filter_logits(weights.log().float(), 1.0, **options)
        assert_probabilities(got, shares(weights, order[:kept]).float(), _("in float32"))
    got = student.filter_logits(weights.log().float(), 0.0)
    assert_probabilities(got, shares(weights, order[:1]).float(), _("in float32, at temperature 0,"))


def few_rows(draw: Draw, rows: int) -> RememberingModel:
    """A model of few rows, so that a text shows how often which word follows each."""
    return draw.weights(remembering(draw, rows=rows), scale=0.8).eval()


def surprise(model: RememberingModel, prompt: list[int], written: list[int], probs: torch.Tensor) -> float:
    """The chi-square of what was written, under probabilities (rows, V) for the word after each row of the table."""
    rows = torch.tensor(rows_read(model, [*prompt, *written])[len(prompt) - 1 : -1])
    counts = torch.zeros_like(probs)
    observed = counts.index_put((rows, torch.tensor(written)), torch.ones(()).double(), accumulate=True)
    expected = counts.index_add(0, rows, probs[rows])
    if (observed[expected == 0] > 0).any():
        return math.inf
    telling = expected >= ENOUGH
    return ((observed - expected)[telling].square() / expected[telling]).sum().item()


@pytest.mark.task("generate")
@pytest.mark.hint(
    "Write a thousand words. Does every word that may come ever come, and as often as it should?",
    "What does `multinomial` want: scores, or probabilities?",
)
def test_words_come_as_often_as_they_should(student: Student, reference: Student, draw: Draw) -> None:
    """Over a long text, every word follows as often as the model says, with temperature, top-k and top-p."""
    with blaming_filter(student):
        all_options: tuple[dict[str, Any], ...] = (
            {},
            {"temperature": 0.5},
            {"temperature": 1.5, "top_k": 3},
            {"top_p": 0.7},
        )
        for number, options in enumerate(all_options):
            model = few_rows(draw, rows=2)
            filters = (options.get("temperature", 1.0), options.get("top_k"), options.get("top_p"))
            probs = torch.stack([reference.filter_logits(row, *filters) for row in model.table.detach()])
            prompt = draw.random.choices(range(V), k=3)
            generator = seeded(student, draw.seed + number)
            written = assert_written(student.generate(model, prompt, 250, generator, **options), 250)
            names = ", ".join(options) or _("no option")
            if not surprise(model, prompt, written, probs) < GREATEST_CHI_SQUARE:
                sentence = _("With {options}, the words do not come as often as the model's scores say.")
                raise CheckFailed(sentence.format(options=names))


@pytest.mark.task("generate")
@pytest.mark.hint(
    "Which state does the first call of the model get, and which each later one? An LSTM's is a pair."
)
def test_generates_with_recurrent_layers(student: Student, reference: Student, draw: Draw) -> None:
    """An LSTM and a GRU, in float32, write what they find best; the second call knows nothing of the first."""
    with blaming_filter(student):
        for kind, layers in (("LSTM", 2), ("GRU", 1)):
            model = library_model(draw, kind, layers=layers).float()
            kept, right = student.put(model), reference.put(model)
            for length, n in ((4, 7), (1, 5)):
                prompt = draw.random.choices(range(V), k=length)
                got = student.generate(kept, prompt, n, seeded(student, 3), temperature=0.0)
                expected = reference.generate(right, prompt, n, seeded(reference, 3), temperature=0.0)
                what = _("for a model of kind {kind} ids").format(kind=kind)
                assert_equal(assert_written(got, n), expected, what)


@pytest.mark.task("generate")
@pytest.mark.hint(
    "Is <eos> a word like any other here?", "How often does your loop run for n = 0, and for n = 1?"
)
def test_exactly_n_words(student: Student, draw: Draw) -> None:
    """Exactly n new ids, none for n = 0; the writing goes on after <eos>, and <unk> may be written."""
    with blaming_filter(student):
        model = remembering(draw).eval()
        model.table.data[:, draw.choice([0, 1])] += 2.0  # often <unk>, or <eos>
        kept = student.put(model)
        for n in (20, 2, 1, 0):
            got = student.generate(kept, [1, 4], n, seeded(student, 1), top_k=1)
            what = _("for n = {n} ids").format(n=n)
            assert_equal(assert_written(got, n), best_words(model, [1, 4], n), what)


@pytest.mark.task("generate")
@pytest.mark.supporting
@pytest.mark.hint(
    "In which mode was the model before? Put it back as you found it.",
    "What of a computation do you need only if you want to call `backward` afterwards?",
)
def test_nothing_changes_by_writing(student: Student, draw: Draw) -> None:
    """The model stays in the mode it was in, no graph is built, and the prompt is left alone."""
    with blaming_filter(student):
        for training in (True, False):
            model = remembering(draw).train(training)
            kept = student.put(model)
            assert_written(student.generate(kept, [2, 6, 3], 4, seeded(student, 5)), 4)
            after: Any = student.last_call.get("arguments")
            if not isinstance(after, list) or after[1:2] != [[2, 6, 3]]:
                raise CheckFailed(_("The prompt was changed by the call."))
            assert_mode(kept, training, "generate")
            if kept.seen_graphs() != 0:
                raise CheckFailed(
                    _("The model was called with gradients switched on: a graph was built for nothing.")
                )
            kept(torch.tensor([[1]]), model.init_state(1))
            if kept.seen_graphs() != 1:
                raise CheckFailed(_("After the call gradients are switched off, for everything."))
