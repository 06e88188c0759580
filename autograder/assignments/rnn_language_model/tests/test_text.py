"""What is promised of `generate`."""

from __future__ import annotations

import math
from collections import Counter
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.doubles import RememberingModel
from autograder.assignments.rnn_language_model.tests.models import (
    V,
    assert_chance_left_alone,
    assert_no_graph,
    library_model,
    put_both,
    remembering,
    seeded,
)
from autograder.student.checking.comparing import assert_equal, assert_kind, blaming
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, CouldNotLook, Remote, Student
from autograder.student.core.language import _

# A text of n independent words: n times the relative entropy of their shares to the k probabilities exceeds t with a
# probability of at most exp(-t) (e t / (k - 1))^(k - 1) (Agrawal 2020). For k = 7 and t = 36 that is 4.4e-9, so that
# a right answer is refused less than once in fifty million runs of the four texts.
GREATEST_SURPRISE = 36.0
WORDS = 160


def probe_filter_logits(student: Student) -> None:
    """Fails if `filter_logits` itself is not right: then what draws from its probabilities cannot be."""
    # Weights of 2, 16, 4, 8 and 1.
    logits = torch.tensor([2.0, 16.0, 4.0, 8.0, 1.0], dtype=torch.float64).log()
    cases: tuple[tuple[tuple[Any, ...], list[float]], ...] = (
        ((1.0,), [2 / 31, 16 / 31, 4 / 31, 8 / 31, 1 / 31]),
        ((0.0,), [0.0, 1.0, 0.0, 0.0, 0.0]),
        ((1.0, 1), [0.0, 1.0, 0.0, 0.0, 0.0]),
        ((1.0, 3), [0.0, 16 / 28, 4 / 28, 8 / 28, 0.0]),
        ((1.0, None, 0.6), [0.0, 2 / 3, 0.0, 1 / 3, 0.0]),
    )
    for options, expected in cases:
        assert_equal(student.filter_logits(logits, *options), torch.tensor(expected, dtype=torch.float64))


def blaming_filter(student: Student) -> AbstractContextManager[None]:
    """A failure of `generate` names `filter_logits`, if that one is called and is wrong."""
    return blaming(student, "generate", "filter_logits", lambda: probe_filter_logits(student))


def written(
    student: Student, model: Any, prompt: list[int], n: int, generator: Remote, **options: Any
) -> Any:
    """What the student's `generate` returns, after a look that it is a list of n ids of the vocabulary."""
    got = student.generate(model, prompt, n, generator, **options)
    assert_kind(got, list)
    assert_equal(len(got), n, _("the number of ids returned"))
    for place, word in enumerate(got):
        assert_kind(word, int, f"ids[{place}]")
        if not 0 <= word < V:
            raise CheckFailed(_("ids[{place}] is not an id of the vocabulary.").format(place=place))
    return got


@pytest.mark.task("generate")
@pytest.mark.hint(
    "What has the model read when it writes its first word: the whole prompt, and once?",
    "Which state and which word does each call of the model get?",
    "What did the last output of the prompt predict?",
)
def test_the_best_word_after_all_before_it(student: Student, reference: Student, draw: Draw) -> None:
    """With temperature 0 or top_k = 1, n new ids, each the best one after the whole prompt and all that is written."""
    with blaming_filter(student):
        for pair, length, n, options in (
            (False, 3, 6, {"temperature": 0.0}),
            (True, 5, 4, {"top_k": 1}),
            (False, 4, 5, {"temperature": 2.0, "top_p": 0.001}),
            (False, 1, 1, {"temperature": 0.0}),
        ):
            model = remembering(draw, pair=pair).eval()
            prompt = draw.random.choices(range(V), k=length)
            expected = reference.generate(model, prompt, n, seeded(reference, 1), **options)
            got = written(student, model, prompt, n, seeded(student, 1), **options)
            where = _("after a prompt of {length} ids, with {options}, ids").format(
                length=length, options=", ".join(f"{name} = {value}" for name, value in options.items())
            )
            assert_equal(got, expected, where)


@pytest.mark.task("generate")
@pytest.mark.hint(
    "Is <eos> a word like any other here?", "How often does your loop run for n = 0, and for n = 1?"
)
def test_exactly_n_words(student: Student, reference: Student, draw: Draw) -> None:
    """Exactly n new ids, none for n = 0; the writing goes on after <eos>, and <unk> may be written."""
    with blaming_filter(student):
        for special in (0, 1):
            model = remembering(draw).eval()
            model.table.data[:, special] += 2.0  # often <unk>, or <eos>
            kept, right = put_both(student, reference, model)
            for n in (20, 2, 1, 0):
                expected = reference.generate(right, [1, 4], n, seeded(reference, 1), top_k=1)
                got = written(student, kept, [1, 4], n, seeded(student, 1), top_k=1)
                assert_equal(got, expected, _("for n = {n} ids").format(n=n))


@pytest.mark.task("generate")
@pytest.mark.hint("Should dropout change what is written?")
def test_writes_in_eval_mode(student: Student, reference: Student, draw: Draw) -> None:
    """A model in training mode writes what it writes in eval mode: without dropout."""
    with blaming_filter(student):
        for is_training in (True, False):
            model = remembering(draw, while_training=-1.0).train(is_training)
            expected = reference.generate(model, [3, 1, 4], 5, seeded(reference, 1), temperature=0.0)
            got = written(student, model, [3, 1, 4], 5, seeded(student, 1), temperature=0.0)
            assert_equal(got, expected, "ids")


@pytest.mark.task("generate")
@pytest.mark.hint(
    "Which state does the first call of the model get, and which each later one? An LSTM's is a pair."
)
def test_generates_with_recurrent_layers(student: Student, reference: Student, draw: Draw) -> None:
    """An LSTM and a GRU, in float32, write what they find best; the second call knows nothing of the first."""
    with blaming_filter(student):
        for kind, layers in (("LSTM", 2), ("GRU", 1)):
            kept, right = put_both(student, reference, library_model(draw, kind, layers=layers).float())
            for length, n in ((4, 7), (1, 5)):
                prompt = draw.random.choices(range(V), k=length)
                expected = reference.generate(right, prompt, n, seeded(reference, 3), temperature=0.0)
                got = written(student, kept, prompt, n, seeded(student, 3), temperature=0.0)
                assert_equal(got, expected, _("for a model of kind {kind} ids").format(kind=kind))


def scrambled_row(draw: Draw) -> RememberingModel:
    """A model that has forgotten everything: each word has half the chance of another, whatever was read."""
    model = RememberingModel(V, 1).double().eval()
    halves = [-place * math.log(2.0) for place in range(V)]
    draw.random.shuffle(halves)
    model.table.data.copy_(torch.tensor([halves], dtype=torch.float64))
    return model


def surprise(text: list[int], probs: list[float]) -> float:
    """How many nats the shares of the words in a text make it less likely than it could be."""
    counts = Counter(text)
    if any(probs[word] <= 0 for word in counts):
        return math.inf
    return sum(count * math.log(count / len(text) / probs[word]) for word, count in counts.items())


@pytest.mark.task("generate")
@pytest.mark.hint(
    "Write a thousand words. Does every word that may come ever come, and as often as it should?",
    "What does `multinomial` want: scores, or probabilities?",
)
def test_words_come_as_often_as_they_should(student: Student, reference: Student, draw: Draw) -> None:
    """Over a long text, every word comes as often as the model says, with temperature, top-k and top-p."""
    with blaming_filter(student):
        for number, options in enumerate(
            ({}, {"temperature": 0.25}, {"temperature": 4.0, "top_k": 3}, {"top_p": 0.7})
        ):
            model = scrambled_row(draw)
            filters = (options.get("temperature", 1.0), options.get("top_k"), options.get("top_p"))
            probs = reference.filter_logits(model.table.detach()[0], *filters)
            if written(student, model, [2, 5], 3, seeded(student, 1), top_k=1) != 3 * [best(probs)]:
                raise CouldNotLook(
                    _("Random choice is not checked yet: the text is already wrong without it.")
                )
            text = written(student, model, [2, 5], WORDS, seeded(student, draw.seed + number), **options)
            if not surprise(text, probs.tolist()) < GREATEST_SURPRISE:
                sentence = _("With {options}, the words do not come as often as the model's scores say.")
                names = ", ".join(f"{name} = {value}" for name, value in options.items()) or _("no option")
                raise CheckFailed(sentence.format(options=names))


def best(probs: torch.Tensor) -> int:
    """The id of the word with the greatest probability."""
    return int(probs.argmax())


@pytest.mark.task("generate")
@pytest.mark.supporting
@pytest.mark.hint(
    "Where do your random numbers come from, and which of your lines sets a seed?",
    "`torch.multinomial` takes a generator. Which one does it use if it is given none?",
)
def test_chance_comes_from_the_generator(student: Student) -> None:
    """The same generator state gives the same text, another state another text; no other random numbers are used."""
    with blaming_filter(student):
        model = RememberingModel(V).double().eval()  # every word is as likely as any other
        assert_chance_left_alone(
            student, "generate", lambda: student.generate(model, [2, 5], 5, seeded(student, 7))
        )
        kept = student.put(model)
        one, same, other = (seeded(student, seed) for seed in (7, 7, 8))
        first, second = (written(student, kept, [2, 5], 25, one) for _call in range(2))
        again = written(student, kept, [2, 5], 25, same)
        third = written(student, kept, [2, 5], 25, other)
        assert_equal(again, first, _("with a generator of the same state ids"))
        # Of seven words drawn evenly, two texts of 25 are the same once in 7^25, or 10^21.
        if second == first:
            raise CheckFailed(_("Two calls with one generator give exactly the same 25 ids."))
        if third == first:
            raise CheckFailed(_("Two generators with different seeds give exactly the same 25 ids."))


@pytest.mark.task("generate")
@pytest.mark.supporting
@pytest.mark.hint("What of a computation do you need only if you want to call `backward` afterwards?")
def test_writing_builds_no_graph(student: Student, draw: Draw) -> None:
    """No graph is built."""
    with blaming_filter(student):
        kept = student.put(remembering(draw))
        written(student, kept, [2, 6, 3], 4, seeded(student, 5), top_k=1)
        assert_no_graph(student, kept, "generate")
