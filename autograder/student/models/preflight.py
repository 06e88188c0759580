"""Finds in seconds what would waste minutes of training: a model that cannot be handed in, or cannot learn.

Before the first update: the arguments build the model again, its size is allowed, it reads the text, and the ids are
the course's. In the first updates: the weights change, and the loss falls. In every update: the loss is a number.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from autograder.student import corpora
from autograder.student.core.language import _
from autograder.student.models.checkpoints import UnreadableCheckpoint, load_weights, packed, read_checkpoint
from autograder.student.models.tokenizer_file import spelling_of

SAME_WORDS = (
    0.85  # similarity of two counts of words: 0.99 for parts of one text, 0.5 for ids in another order
)
ENOUGH_TOKENS = 50_000  # to compare such counts
UPDATES_TO_CHANGE = 5  # a weight that has not moved by then never will
UPDATES_TO_FALL = 100


class TrainingProblem(RuntimeError):
    """Why this training is not worth its minutes. In a notebook it shows as one sentence."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [str(self)]


def assert_can_be_handed_in(
    model: nn.Module, arguments: Mapping[str, Any], notes: Mapping[str, Any], is_of_pieces: bool
) -> None:
    """Raises `TrainingProblem` unless the arguments build this model, and it is small enough to be handed in.

    A model of pieces also needs its tokenizer among the notes, with as many pieces as the model scores.
    """
    kind = type(model).__name__
    with torch.random.fork_rng(devices=[]):
        try:
            again = type(model)(**arguments)
        except Exception as error:
            text = _("The grader builds {call} from your `arguments`, and that fails: {error}.")
            raise TrainingProblem(
                text.format(call=f"`{kind}(**arguments)`", error=_first_line(error))
            ) from None
    misfit = load_weights(again, {name: value.detach() for name, value in model.state_dict().items()})
    if misfit:
        names = [*misfit.unexpected, *misfit.missing, *misfit.shapes]
        text = _("Your `arguments` build a different model from the one you train: {names} differ.")
        raise TrainingProblem(text.format(names=", ".join(f"`{name}`" for name in names[:3])))
    try:
        checkpoint = read_checkpoint(*packed(model, arguments, **notes))
        if is_of_pieces:
            spelling_of(checkpoint)
    except UnreadableCheckpoint as error:
        raise TrainingProblem(str(error)) from None


def assert_reads(model: nn.Module, source: torch.Tensor, vocab_size: int | None) -> None:
    """Raises `TrainingProblem` unless the model scores every token of the vocabulary after each of two rows (2, B)."""
    begin = getattr(model, "init_state", None)
    if begin is None:
        return
    rows = source[:2]
    if vocab_size is not None and int(source.max()) >= vocab_size:
        text = _("The text has the id {largest}, but `vocab_size` is {size}: ids are 0 to {last}.")
        raise TrainingProblem(text.format(largest=int(source.max()), size=vocab_size, last=vocab_size - 1))
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            scores, _state = model(rows, begin(rows.shape[1]))
            shape = tuple(scores.shape)
    except Exception as error:
        text = _("Your model cannot read two rows of the text: {error}.")
        raise TrainingProblem(text.format(error=_first_line(error))) from None
    wanted = (*rows.shape, shape[-1] if vocab_size is None else vocab_size)
    if shape != wanted:
        text = _("For two rows {rows} your model returns scores {shape}; they should be {wanted}.")
        raise TrainingProblem(text.format(rows=tuple(rows.shape), shape=shape, wanted=wanted))


def about_ids(source: torch.Tensor, corpus: str, vocab_size: int | None) -> str:
    """A sentence if the ids of a text of words do not look like the course's; empty else, and where one cannot tell.

    Raises `TrainingProblem` for a vocabulary of another size: it may look fine in training, and is never measured.
    """
    try:
        words = corpora.vocabulary(corpus)
        lines = corpora.lines(corpus, "valid")
    except corpora.MissingCorpus:
        return ""
    if vocab_size is not None and vocab_size != len(words):
        text = _(
            "The course's vocabulary has {count:,} words, and `vocab_size` is {size:,}: such a model cannot be "
            "measured."
        )
        raise TrainingProblem(text.format(count=len(words), size=vocab_size))
    if source.numel() < ENOUGH_TOKENS:
        return ""
    number = {word: index for index, word in enumerate(words)}
    ids = [number.get(word, 0) for line in lines for word in [*line.split(), corpora.END_OF_LINE]]
    theirs, ours = (
        each.bincount(minlength=len(words)).double() for each in (torch.tensor(ids), source.flatten())
    )
    if torch.cosine_similarity(theirs, ours, dim=0) >= SAME_WORDS:
        return ""
    return _(
        "These ids do not look like the course's: different ids are frequent. The grader uses the "
        "course's ids, so a model trained on yours would know nothing. Does the cell of `Corpus` "
        "print True?"
    )


class FirstUpdates:
    """Watches the first updates of a training, and in all of them whether the loss is a number."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._before = [parameter.detach().clone() for parameter in model.parameters()]
        self._nats: list[float] = []

    def saw(self, nats: float) -> str:
        """Hears of an update and its loss before it; a sentence if it does not fall. Raises `TrainingProblem`."""
        self._nats.append(nats)
        updates = len(self._nats)
        if not math.isfinite(nats):
            text = _(
                "The training has diverged: the loss of update {number} is {loss}. Is the gradient "
                "clipped? Is the learning rate too high?"
            )
            raise TrainingProblem(text.format(number=updates, loss=nats))
        if updates == UPDATES_TO_CHANGE and not self._has_changed():
            raise TrainingProblem(
                _(
                    "After {number} updates no weight has changed. Does `step` call `backward()` and "
                    "`optimizer.step()`, and was the optimizer given the parameters of *this* model?"
                ).format(number=updates)
            )
        if updates == UPDATES_TO_CHANGE:
            self._before = []
        if updates != UPDATES_TO_FALL:
            return ""
        first, last = self._nats[0], sum(self._nats[-10:]) / 10
        if last < first - 0.1:
            return ""
        text = _(
            "The loss does not fall: {first:.2f} at first, {last:.2f} after {number} updates. Are old gradients "
            "cleared, and does the learning rate rise as it should? You may stop now and lose nothing."
        )
        return text.format(first=first, last=last, number=updates)

    def _has_changed(self) -> bool:
        now = [parameter.detach() for parameter in self._model.parameters()]
        return any(not torch.equal(old, new) for old, new in zip(self._before, now, strict=True))


def _first_line(error: Exception) -> str:
    return (
        f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}".rstrip(
            ": ."
        )
    )
