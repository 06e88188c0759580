"""Scores a language model on a text that it is shown one word at a time: what it did not predict, it paid for.

The text is cut into pieces of equal length (one token more or less) that are read side by side, one row of a batch
each. At every step the model, wherever it is, gets one id of each row and answers with scores of all words; only
then do the next ids leave this process. We normalise the scores and add up what the words that came next cost.

Why nothing can be gained:

- *The future.* When the scores of a step are here, no target of that step has left this process: not in an
  argument, not in a frame, nowhere in the worker's memory. A bidirectional layer, a mean over a block, a Fourier
  transform over time or a batch norm over time sees what has been sent, which is the past. The last word of
  every piece is never sent at all.
- *Normalisation.* Whatever the answer is, logits or log-probabilities or zeros, a log-softmax over the whole
  vocabulary makes of it a distribution that sums to one, before its target is looked up. It is as exact as the
  scores are: with single-precision ones the sum is one but for less than a millionth, which is worth a millionth
  of the perplexity. It is added up in double precision, so that no choice of scores loses small terms beside a large.
- *Counting.* Every token of the text is a target exactly once; the model chooses no token, masks none, and never
  sees a number of ours. The mean is total nats over all tokens.
- *Averaging.* Perplexity is exp(nats / tokens), once, at the end. A probability of zero costs infinitely much.
- *The tokens.* Words become ids here, with the course's vocabulary: an unknown word is `<unk>` for everyone.

What is left is talk between the rows: a row could learn from the others, which hold the rest of the text.
`replay_difference` reads some rows again, chosen at random, alone, in another order and in a fresh process. A model
for which a row is a row gives the same answers. Dropout that is left on, noise, best-of-n, statistics over the
batch, and training on what the other rows hold, give others. The mean absolute difference bounds what talk
between the rows can have gained on these rows, in nats per word; and a model cannot know which rows they will be
before it has answered for all of them. Who differs there is read once more among rows that say nothing
(`company_difference`): rounding must not be taken for talk.

A model that goes on learning from the past of its own row is a legitimate predictor: it has paid for every word
before it learns from it (Dawid's prequential principle; in language modelling, dynamic evaluation).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch

from autograder.student.checking.student import CheckFailed, Student, StudentError, UnreadableReply
from autograder.student.core.language import _
from autograder.student.core.metric import PERPLEXITY
from autograder.student.core.values import Ref
from autograder.student.corpora import END_OF_LINE, UNKNOWN
from autograder.student.models.checkpoints import Checkpoint

# Fewer streams take longer (benchmarks/README.md has the times), more cost the model something, since every piece
# begins with nothing read: the solution's perplexity on the valid text is 68.6 in 32 pieces, 69.7 in 256, 73.6 in 1024.
STREAMS = 256
SHORTEST_PIECE = 64  # tokens: every piece begins with nothing read, which costs something at its first words
ROWS_AT_ONCE = 16  # when normalising: so many rows of 5,000 scores fit into a processor's cache
# How far from 0 the logarithm of a sum of exponentials may be. Then exp does not overflow (at 709, and at 88 in single
# precision), and what it makes too small of terms below -708 (-87) is nothing beside the sum.
ROOM_OF_EXP = {torch.float64: 600.0, torch.float32: 60.0}
# Reading a row in a batch of another size moves a float32 log-probability by about 1e-6 nats; dropout moves it by
# some tenths. A thousandth of a nat is a thousandth of the perplexity: no gain that is worth the trouble.
SAME_ANSWER_NATS = 1e-3

Progress = Callable[[int, int], None]  # tokens scored so far, tokens in all


class UnusableScores(CheckFailed):
    """An answer of the model's that does not hold scores of all words."""


class Misfit(CheckFailed):
    """Weights that do not fit the student's class."""


@dataclass(frozen=True)
class Score:
    """The log-probability that the model gave to every token of a text when it came next, in the text's order."""

    log_probabilities: torch.Tensor

    @property
    def nats(self) -> float:
        """What the whole text cost."""
        return -float(self.log_probabilities.sum())

    @property
    def tokens(self) -> int:
        """How many tokens were predicted: all."""
        return len(self.log_probabilities)

    @property
    def perplexity(self) -> float:
        """exp of the mean nats per token; infinite where that overflows."""
        return PERPLEXITY.of(self.nats, self.tokens)

    @property
    def is_finite(self) -> bool:
        """Whether there is a perplexity at all; a word that was held impossible makes it infinite."""
        return math.isfinite(self.perplexity)


@dataclass(frozen=True)
class Predictor:
    """A model that stays where the student's code is."""

    student: Student
    ref: Ref
    vocabulary_size: int

    def start(self, rows: int) -> None:
        """Begins to read so many texts side by side."""
        self.student.request(op="start", ref=self.ref, batch=rows)

    def step(self, ids: torch.Tensor) -> torch.Tensor:
        """Sends the next id of each row; the scores (rows, vocabulary) of the words that may follow."""
        reply = self.student.request(op="step", ref=self.ref, ids=ids)
        self.student.transcript.clear()  # megabytes each
        logits = reply.get("logits")
        wanted = (1, len(ids), self.vocabulary_size)
        if not isinstance(logits, torch.Tensor) or logits.dtype not in (torch.float32, torch.float64):
            raise UnusableScores(_("`forward` must return its scores as a float32 tensor."))
        if logits.shape != wanted:
            raise UnusableScores(
                _("`forward` returned scores of shape {found}, expected (T, B, V) = {wanted}.").format(
                    found=tuple(logits.shape), wanted=wanted
                )
            )
        return logits[0].detach()  # a graph would keep all answers of a text in memory


def token_ids(lines: Sequence[str], vocabulary: Sequence[str]) -> torch.Tensor:
    """The ids of folded lines, `<eos>` at the end of each; a word that is not in the vocabulary is `<unk>`."""
    ids = {word: number for number, word in enumerate(vocabulary)}
    unknown, end = ids[UNKNOWN], ids[END_OF_LINE]
    numbers = [ids.get(word, unknown) if word else end for line in lines for word in [*line.split(), ""]]
    return torch.tensor(numbers, dtype=torch.int64)


def restore(student: Student, checkpoint: Checkpoint, vocabulary_size: int, class_name: str) -> Predictor:
    """Builds the model there with the checkpoint's arguments and weights; raises `CheckFailed` if they do not fit."""
    if checkpoint.arguments.get("vocab_size") != vocabulary_size:
        raise Misfit(
            _("The model must be made for the vocabulary of its ids: `vocab_size` is not {size}.").format(
                size=vocabulary_size
            )
        )
    try:
        reply = student.request(
            op="restore", name=class_name, arguments=checkpoint.arguments, tensors=checkpoint.tensors
        )
    except StudentError as error:
        if error.type_name != "TypeError" or error.lines:
            raise
        # Raised by the call, and not within the class: other arguments were saved than the class takes.
        text = _("Your {model} cannot be made with the arguments in the checkpoint: {error}.")
        sentence = text.format(model=f"`{class_name}`", error=error.detail.rstrip("."))
        raise Misfit(f"{sentence} {_save_again()}") from None
    if isinstance(reply.get("misfit"), dict):
        raise Misfit(_misfit_sentence(reply["misfit"], class_name))
    ref = reply.get("result")
    if not isinstance(ref, Ref):
        raise UnreadableReply(_("Your code's answer could not be read."))
    return Predictor(student, ref, vocabulary_size)


def score(
    predictor: Predictor,
    ids: torch.Tensor,
    end_id: int,
    streams: int = STREAMS,
    progress: Progress | None = None,
) -> Score:
    """The model's score on a whole text, in so many pieces read side by side."""
    return Score(torch.cat(log_probabilities(predictor, pieces(ids, streams), end_id, progress)))


def pieces(ids: torch.Tensor, streams: int = STREAMS) -> list[torch.Tensor]:
    """The text cut into so many pieces, whose lengths differ by one at most; fewer if the text is short."""
    return list(torch.tensor_split(ids, max(1, min(streams, len(ids) // SHORTEST_PIECE))))


def log_probabilities(
    predictor: Predictor, texts: Sequence[torch.Tensor], end_id: int, progress: Progress | None = None
) -> list[torch.Tensor]:
    """The log-probability of every token of every text, each read from its start as a row of one batch.

    The first id that a row reads is `<eos>`. A row that has ended reads on, and nobody looks at its answers.
    """
    targets = torch.nn.utils.rnn.pad_sequence(list(texts), padding_value=end_id)  # (T, B)
    inputs = torch.cat([torch.full_like(targets[:1], end_id), targets[:-1]])
    found = torch.empty(targets.shape, dtype=torch.float64)
    total = sum(len(text) for text in texts)
    predictor.start(len(texts))
    # We normalise one answer while the model works on the next: its ids are sent when the answer is here, whole.
    with ThreadPoolExecutor(max_workers=1) as beside:
        pending: Future[torch.Tensor] | None = None
        for step, ids in enumerate(inputs):
            logits = predictor.step(ids)
            if pending is not None:
                found[step - 1] = pending.result()
            pending = beside.submit(target_log_probabilities, logits, targets[step])
            if progress is not None:
                progress(min((step + 1) * len(texts), total), total)
        if pending is not None:
            found[-1] = pending.result()
    return [found[: len(text), row] for row, text in enumerate(texts)]


def target_log_probabilities(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """(B, V) scores of any kind and (B,) ids -> (B,) float64 log-probabilities, normalised over all V.

    Of float32 scores the exponentials are taken in single precision and added in double, which takes less time and
    moves a log-probability by less than 1e-6.

    >>> target_log_probabilities(torch.zeros(1, 100), torch.tensor([7])).exp()
    tensor([0.0100], dtype=torch.float64)
    """
    totals = torch.empty(len(logits), dtype=torch.float64)
    terms = torch.empty(ROWS_AT_ONCE, logits.shape[1], dtype=logits.dtype)
    for start in range(0, len(logits), ROWS_AT_ONCE):
        rows = logits[start : start + ROWS_AT_ONCE]
        totals[start : start + ROWS_AT_ONCE] = torch.exp(rows, out=terms[: len(rows)]).sum(
            1, dtype=torch.float64
        )
    totals.log_()
    found = logits.gather(1, targets[:, None])[:, 0].double() - totals
    # exp has room for the scores of any usual model. Of others the greatest is subtracted first, and from the target
    # too: 1e30 - (1e30 + log V) is 0, and every word would have had the probability 1.
    unusual = ~(totals.abs() < ROOM_OF_EXP[logits.dtype])
    if unusual.any():
        shifted = logits[unusual].double()
        shifted -= shifted.amax(1, keepdim=True)
        total = shifted.exp().sum(1).log()
        if not total.isfinite().all():  # a NaN, an infinite score, or every word impossible
            raise UnusableScores(_("The scores hold NaN or infinite numbers."))
        found[unusual] = shifted.gather(1, targets[unusual, None])[:, 0] - total
    return found


def replay_difference(
    predictor: Predictor,
    texts: Sequence[torch.Tensor],
    before: Sequence[torch.Tensor],
    chosen: Sequence[int],
    end_id: int,
) -> float:
    """How far the log-probabilities of some rows are, on average, from those they had among all the others.

    The predictor has to be in a process that has read nothing yet.
    """
    again = torch.cat(log_probabilities(predictor, [texts[row] for row in chosen], end_id))
    return _mean_difference(again, before, chosen)


def company_difference(
    predictor: Predictor,
    texts: Sequence[torch.Tensor],
    before: Sequence[torch.Tensor],
    chosen: Sequence[int],
    end_id: int,
) -> float:
    """The same where these rows are read at their own places, beside as many others that hold nothing but `<eos>`.

    A batch of the same size is computed in the same order: where rounding alone soon makes other states, as in a
    recurrent network that is chaotic, an honest row is the same to the last bit. Costs as much as the whole text.
    """
    company = [text if row in chosen else torch.full_like(text, end_id) for row, text in enumerate(texts)]
    answers = log_probabilities(predictor, company, end_id)
    return _mean_difference(torch.cat([answers[row] for row in chosen]), before, chosen)


def _mean_difference(again: torch.Tensor, before: Sequence[torch.Tensor], chosen: Sequence[int]) -> float:
    return float((again - torch.cat([before[row] for row in chosen])).abs().mean())


def _misfit_sentence(misfit: dict[str, object], class_name: str) -> str:
    """What does not fit, in words; the names are somebody's, so they are cut short."""
    sentences = {
        "unexpected": _("Your {model} has no weight called {names}, which the checkpoint has."),
        "missing": _("The checkpoint has no weight for {names} of your {model}."),
        "shapes": _("{names} has another shape in the checkpoint than in your {model}."),
    }
    lists = {kind: found for kind in sentences if isinstance(found := misfit.get(kind), list) and found}
    told = [
        sentences[kind].format(
            names=", ".join(f"`{str(name)[:60]}`" for name in names[:3]), model=f"`{class_name}`"
        )
        for kind, names in lists.items()
    ]
    return " ".join([*told, _save_again()])


def _save_again() -> str:
    return _("Save it again with the model and the arguments it was made with.")
