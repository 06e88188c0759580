"""Answers that look right from outside without doing the work: a test must see through each."""

from __future__ import annotations

import random
import warnings
from typing import Any

import pytest
import torch

from autograder.assignments.sources import assignment_names, source_notebook
from autograder.grading.cases import Cases
from autograder.grading.suite import Suite, trusted_namespace, trusted_student
from autograder.student.checking.plugin import LiveReference
from autograder.student.checking.student import Student, live_student
from autograder.student.core.values import Callback, Once, Ref

ASSIGNMENT = "rnn_basics"

REPLACED_FORWARD = """
def fit_hello(model, text, steps, lr):
    letters = sorted(set(text))
    ids = torch.tensor([letters.index(letter) for letter in text])
    first = F.cross_entropy(model(ids[:-1, None])[0][:, 0], ids[1:]).item()
    known = 50 * F.one_hot(ids[1:], len(letters)).float()[:, None]
    object.__setattr__(model, "forward", lambda read, h=None: (known, h))
    return [first] + [0.01] * (steps - 1)
"""
FADING_BAG_OF_WORDS = """
class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.output = nn.Linear(embed, classes)

    def forward(self, ids, lengths):
        places = torch.arange(ids.shape[1])
        weights = 0.5**places * (places < lengths[:, None]).to(self.output.weight.dtype)
        return self.output((self.embedding(ids) * weights[..., None]).sum(dim=1))
"""
CURIOUS_DECODER = """
def greedy_decode(step, state, first_id, eos_id, max_len):
    step(torch.tensor(float("nan")), torch.tensor(float("inf")))
    return []
"""


def _outcomes(task: str, code: str) -> dict[str, str]:
    definitions = [cell.source for cell in source_notebook(ASSIGNMENT).definitions()]
    student = trusted_student([*definitions, code])
    results = Suite(ASSIGNMENT).run(lambda _task: student, 7, [task])[task]
    return {result.name: result.outcome for result in results}


def test_a_model_that_only_answers_as_if_it_had_learnt() -> None:
    """What was learnt is in the weights, which the test reads with a model of its own."""
    assert _outcomes("fit_hello", REPLACED_FORWARD)["test_fit_hello_learns_to_spell"] == "failed"


def test_a_classifier_without_a_network_that_reads() -> None:
    """A sum over the words is not a recurrent network, even if it knows their order."""
    outcomes = _outcomes("SequenceClassifier", FADING_BAG_OF_WORDS)
    assert outcomes["test_every_word_and_their_order_count"] == "failed"


def test_a_step_that_is_given_what_is_no_number() -> None:
    """A callback answers whatever it is given: the answer is wrong, the test is not at fault."""
    assert "error" not in _outcomes("greedy_decode", CURIOUS_DECODER).values()


JUNK: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        2**70,
        1.5,
        float("inf"),
        "",
        "x",
        b"x",
        [],
        {},
        (),
        [[]],
        (1, 2, 3),
        {"a": [1]},
        {1: 2},
    ),
    *(
        torch.zeros(0),
        torch.ones(3),
        torch.tensor(1.0),
        torch.ones(2, 2, dtype=torch.int64),
        torch.tensor([True]),
    ),
    *(torch.full((2, 3), float("nan")), torch.ones(1, dtype=torch.bfloat16), [torch.ones(1), 2]),
    *(Ref(3, "Tensor"), Ref(99, "x"), Callback(0), Once([1])),
]


def forged(value: Any, chance: random.Random, share: float) -> Any:
    """A reply of which some parts are replaced, left out or added to."""
    if chance.random() < share:
        return chance.choice(JUNK)
    if isinstance(value, dict):
        kept = {name: forged(part, chance, share) for name, part in value.items()}
        if kept and chance.random() < share / 2:
            kept.pop(chance.choice(list(kept)))
        return kept
    if isinstance(value, list | tuple):
        parts = [forged(part, chance, share) for part in value]
        if chance.random() < share / 2:
            parts.append(chance.choice(JUNK))
        return type(value)(parts)
    return value


def faults(cases: Cases, task: str, number: int) -> list[str]:
    """How a test ended that a forged reply broke: anything but a failed promise."""
    sources = [cell.source for cell in source_notebook(cases.suite.assignment).definitions()]
    honest = live_student(trusted_namespace(sources), sources)
    chance = random.Random(f"{task} {number}")
    share = chance.choice([0.02, 0.1, 0.3])

    def ask(request: Any, callbacks: Any) -> Any:
        return forged(honest._ask(request, callbacks), chance, share)

    outcomes = cases.run(task, Student(ask, sources), 7, LiveReference(cases.suite.reference))
    errors = [(test, outcome.error) for test, outcome in outcomes.items() if outcome.error is not None]
    return [f"{test}: {error!r}" for test, error in errors if not isinstance(error, AssertionError)]


@pytest.mark.parametrize("task", ["rnn_step", "lstm_step", "CharRNN", "greedy_decode", "SequenceClassifier"])
def test_forged_replies_fail_and_break_nothing(task: str) -> None:
    """Whatever a tampered worker answers, a test ends with a failed promise: nobody can choose to have no mark."""
    cases = Cases.of(Suite(ASSIGNMENT))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [fault for number in range(4) for fault in faults(cases, task, number)] == []


@pytest.mark.slow
@pytest.mark.parametrize("assignment", assignment_names())
def test_forged_replies_break_no_test_of_any_task(assignment: str) -> None:
    """The same for all tasks, more often."""
    cases = Cases.of(Suite(assignment))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert [
            f for task in cases.by_task for number in range(10) for f in faults(cases, task, number)
        ] == []
