"""What is promised of `filter_logits` and `generate`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any

import pytest
import torch

from autograder.assignments.rnn_language_model.doubles import RememberingModel
from autograder.assignments.rnn_language_model.tests.test_training import V, remembering
from autograder.student.checking.comparing import (
    assert_equal,
    assert_kind,
    assert_random_state_kept,
    assert_tensor,
    blaming,
)
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

# filter_logits

WEIGHTS = (16.0, 8.0, 4.0, 2.0, 1.0)  # 31 in all


def scrambled(draw: Draw, weights: Iterable[float] = WEIGHTS) -> tuple[torch.Tensor, list[int]]:
    """Weights in an order that is not sorted either way, and the ids from the heaviest to the lightest."""
    values = list(weights)
    while values in (sorted(values), sorted(values, reverse=True)):
        draw.random.shuffle(values)
    return torch.tensor(values, dtype=torch.float64), sorted(range(len(values)), key=lambda i: -values[i])


def shares(weights: torch.Tensor, kept: Collection[int]) -> torch.Tensor:
    """Probabilities in proportion to the weights of those kept, 0 for all others."""
    among = torch.tensor([index in kept for index in range(len(weights))])
    return torch.where(among, weights, 0.0) / weights[among].sum()


def assert_probabilities(got: Any, expected: torch.Tensor, where: str) -> None:
    """Raises `CheckFailed` unless the probabilities are right; first says which words should not have been kept."""
    what = f"{where} {_('the result')}"
    assert_tensor(got, expected.shape, expected.dtype, what)
    if not torch.equal(got > 0, expected > 0):
        sentence = _("{where} the result keeps {got} words, expected {expected}: ids {ids}.")
        ids = (expected > 0).nonzero().flatten().tolist()
        kept = int((got > 0).sum())
        if kept == len(ids):
            sentence = _("{where} the result keeps {got} words, as it should, but other ones than {ids}.")
        raise CheckFailed(sentence.format(where=where, got=kept, expected=len(ids), ids=short_list(ids)))
    assert_equal(got, expected, what)


def short_list(ids: list[int]) -> str:
    """The first ids of a list."""
    return ", ".join(map(str, ids[:8])) + (", ..." if len(ids) > 8 else "")


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "Cold means confident: does a temperature below 1 sharpen or flatten?",
    "What do the probabilities come to when the temperature gets smaller and smaller?",
)
def test_temperature(student: Student, draw: Draw) -> None:
    """Scores are divided by the temperature, then the softmax; 0 is the limit: all on the best word."""
    weights, order = scrambled(draw)
    for temperature in (1.0, 0.5, 3.0):
        got = student.filter_logits(temperature * weights.log() + 2.0, temperature)
        where = _("with temperature {temperature}").format(temperature=temperature)
        assert_probabilities(got, shares(weights, order), where)
    got = student.filter_logits(weights.log(), 0.0)
    assert_probabilities(got, shares(weights, order[:1]), _("with temperature 0"))


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "What is exp(0)? Which score gives the probability 0?",
    "Which words are the k best: those with the greatest scores? How many are left?",
)
def test_top_k(student: Student, draw: Draw) -> None:
    """Exactly the `top_k` best words keep a probability, in the old proportion; all of them if there are no more."""
    weights, order = scrambled(draw)
    for k in (3, 1, 2, 5, 9):
        got = student.filter_logits(weights.log() - 1.0, 1.0, top_k=k)
        assert_probabilities(got, shares(weights, order[:k]), _("with top_k = {k}").format(k=k))


@pytest.mark.task("filter_logits")
@pytest.mark.hint(
    "The smallest set whose mass *reaches* p: does the word that crosses the line belong to it?",
    "You sorted the scores. In which order are the probabilities that you return?",
)
def test_top_p(student: Student, draw: Draw) -> None:
    """The fewest words whose mass reaches `top_p` keep a probability, the best first; with 1 all of them."""
    weights, order = scrambled(draw)  # the heaviest have together 0.516, 0.774, 0.903, 0.968
    for p, kept in ((0.6, 2), (0.8, 3), (0.3, 1), (0.01, 1), (0.95, 4), (1.0, 5)):
        got = student.filter_logits(weights.log() + 1.0, 1.0, top_p=p)
        assert_probabilities(got, shares(weights, order[:kept]), _("with top_p = {p}").format(p=p))


# generate


def probe_filter_logits(student: Student) -> None:
    """Fails if `filter_logits` itself is not right: then what draws from its probabilities cannot be."""
    weights = torch.tensor([2.0, 16.0, 4.0, 8.0, 1.0], dtype=torch.float64)
    for options, kept in (((1.0,), 5), ((0.0,), 1), ((1.0, 1), 1), ((1.0, 3), 3), ((1.0, None, 0.6), 2)):
        got = student.filter_logits(weights.log(), *options)
        assert_equal(got, shares(weights, [1, 3, 2, 0, 4][:kept]))


def blaming_filter(student: Student) -> AbstractContextManager[None]:
    """A failure of `generate` names `filter_logits`, if that one is called and is wrong."""
    return blaming(student, "generate", "filter_logits", lambda: probe_filter_logits(student))


def seeded(student: Student, seed: int) -> Remote:
    """A generator of random numbers on the student's side."""
    return student.put(Recipe("Generator", {"seed": seed}))


def rows_read(model: RememberingModel, ids: list[int]) -> list[int]:
    """The row of the model's table after each of the ids."""
    number, second = (*(int(start.item()) for start in model.buffers()), 0)[:2]
    rows = []
    for word in ids:
        number = (3 * number + word + 1) % model.rows
        second = (second + number) % model.rows if model.pair else 0
        rows.append((number + second) % model.rows)
    return rows


def best_words(model: RememberingModel, prompt: list[int], n: int) -> list[int]:
    """The n ids that follow a prompt if each is the best one after all before it."""
    text = list(prompt)
    for _word in range(n):
        scores = model.table[rows_read(model, text)[-1]].tolist()
        text.append(scores.index(max(scores)))
    return text[len(prompt) :]


def assert_written(got: Any, n: int, vocabulary: int = V) -> list[int]:
    """The ids, after a look that they are a list of n ids of the vocabulary."""
    assert_kind(got, list)
    assert_equal(len(got), n, _("the number of ids returned"))
    for place, word in enumerate(got):
        assert_kind(word, int, f"ids[{place}]")
        if not 0 <= word < vocabulary:
            raise CheckFailed(_("ids[{place}] is no id of the vocabulary.").format(place=place))
    return list(got)


@pytest.mark.task("generate")
@pytest.mark.hint(
    "What has the model read when it writes its first word: the whole prompt, and once?",
    "Which state and which word does each call of the model get?",
    "What did the last output of the prompt predict?",
)
def test_the_best_word_after_all_before_it(student: Student, draw: Draw) -> None:
    """With temperature 0 or top_k = 1, n new ids, each the best one after the whole prompt and all that is written."""
    with blaming_filter(student):
        for pair, length, n, options in (
            (False, 3, 6, {"temperature": 0.0}),
            (True, 5, 4, {"top_k": 1}),
            (False, 1, 1, {"temperature": 0.0}),
        ):
            model = remembering(draw, pair=pair).eval()
            prompt = draw.random.choices(range(V), k=length)
            got = assert_written(student.generate(model, prompt, n, seeded(student, 1), **options), n)
            where = _("after a prompt of {length} ids, with {options}, ids").format(
                length=length, options=", ".join(f"{name} = {value}" for name, value in options.items())
            )
            assert_equal(got, best_words(model, prompt, n), where)


@pytest.mark.task("generate")
@pytest.mark.hint("Should dropout have a say in what is written?")
def test_writes_in_eval_mode(student: Student, draw: Draw) -> None:
    """A model in training mode writes what it writes in eval mode: without dropout."""
    with blaming_filter(student):
        model = remembering(draw, while_training=-1.0)
        model.train()
        got = student.generate(model, [3, 1, 4], 5, seeded(student, 1), temperature=0.0)
        assert_equal(assert_written(got, 5), best_words(model, [3, 1, 4], 5), "ids")


@pytest.mark.task("generate")
@pytest.mark.supporting
@pytest.mark.hint(
    "Who throws the dice, and who resets them?",
    "`torch.multinomial` takes a generator. Which one does it use if it is given none?",
)
def test_chance_comes_from_the_generator(student: Student, draw: Draw) -> None:
    """The same generator state gives the same text, another or the advanced one another; no other chance is used."""
    with blaming_filter(student):
        model = student.put(remembering(draw).eval())
        one, same, other = (seeded(student, seed) for seed in (7, 7, 8))
        first = assert_written(student.generate(model, [2, 5], 25, one), 25)
        assert_random_state_kept(student, "generate")
        second = assert_written(student.generate(model, [2, 5], 25, one), 25)
        again = assert_written(student.generate(model, [2, 5], 25, same), 25)
        third = assert_written(student.generate(model, [2, 5], 25, other), 25)
        assert_equal(again, first, _("with a generator of the same state ids"))
        if second == first:
            raise CheckFailed(_("Two calls with one generator give the very same 25 ids."))
        if third == first:
            raise CheckFailed(_("Two generators of different seeds give the very same 25 ids."))
