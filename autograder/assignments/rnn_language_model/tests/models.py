"""Models that stand in for a student's `RNNModel`, and questions about them that several test files ask."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from autograder.assignments.rnn_language_model.doubles import RememberingModel
from autograder.student.checking.doubles import LibraryLanguageModel
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Remote, Student
from autograder.student.core.language import _
from autograder.student.core.values import Recipe

V = 7  # words in the vocabulary
SEED = 271_828_183  # of the global random state: one that nobody sets by hand


def remembering(
    draw: Draw, *, pair: bool = False, while_training: float = 1.0, rows: int = 29
) -> RememberingModel:
    """A model whose scores depend on everything read; in float64, its start state not zero."""
    model = draw.weights(RememberingModel(V, rows, pair, while_training), scale=1.5)
    for start in model.buffers():
        start.fill_(draw.random.randrange(1, rows))
    return model


def library_model(draw: Draw, kind: str, **options: Any) -> LibraryLanguageModel:
    """A model out of library parts with random weights in float64; its start state is not zero."""
    model = draw.weights(LibraryLanguageModel(kind, V, 4, options.pop("hidden", 5), **options))
    for start in model.buffers():
        start.copy_(torch.tanh(draw.normal(*start.shape)))
    return model


def put_both(student: Student, reference: Student, model: nn.Module) -> tuple[Remote, Remote]:
    """The same model on the student's side and on that of the reference."""
    return student.put(model), reference.put(model)


def seeded(student: Student, seed: int) -> Remote:
    """A generator of random numbers of its own, on that side."""
    return student.put(Recipe("Generator", {"seed": seed}))


def mode_name(is_training: bool) -> str:
    """What a message calls the mode of a model."""
    return _("training mode") if is_training else _("eval mode")


def assert_no_graph(student: Student, model: Remote, function: str) -> None:
    """Raises `CheckFailed` if the kept model was called with gradients switched on."""
    count = model.seen_graphs()
    student.transcript[-1] = {"graphs": count != 0}  # how many there are depends on how the text was read
    if count != 0:
        raise CheckFailed(
            _(
                "`{function}` called the model with gradients switched on: a graph was built for nothing."
            ).format(function=function),
            Evidence.SIDE_EFFECT,
        )


def assert_chance_left_alone(student: Student, function: str, call: Callable[[], object]) -> None:
    """Raises `CheckFailed` if the call of a function changes PyTorch's global random state.

    The rule that holds for every task does not look where a model is passed, since dropout may draw.
    """
    answered = len(student.transcript)
    student.seed_again(SEED)
    expected = student.put(torch.zeros(3)).uniform_()
    student.seed_again(SEED)
    call()
    got = student.put(torch.zeros(3)).uniform_()
    del student.transcript[answered:]  # what was drawn is another number on another machine
    if not torch.equal(got, expected):
        student.transcript.append({"changed": [("random state", "")]})
        raise CheckFailed(
            _("`{function}` changed the global random state.").format(function=function),
            Evidence.SIDE_EFFECT,
            _("Which of your lines draws from the global random generator, or sets its seed?"),
        )
