"""What is promised of `SequenceClassifier`, `SequenceTagger`, `greedy_decode` and `EncoderDecoder`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch.nn import functional as F

from autograder.assignments.rnn_basics.tests.test_depth import WIDTH, faded_sums, fading_network
from autograder.student.checking.comparing import assert_equal, assert_tensor, blaming
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Remote, Student
from autograder.student.core.language import _

VOCABULARY, EMBED, HIDDEN, CLASSES = 11, 5, 8, 3
IGNORED = -100  # the target of a position that does not count


def assert_raw(scores: torch.Tensor) -> None:
    """Raises `CheckFailed` if scores that ought to be raw went through a softmax or a log-softmax."""
    if (scores >= 0).all() and (scores.sum(dim=-1) - 1).abs().max() < 1e-4:
        raise CheckFailed(
            _("The scores are all positive and add up to 1: a softmax has been applied to them.")
        )
    if scores.logsumexp(dim=-1).abs().max() < 1e-4:
        raise CheckFailed(
            _("The exponentials of the scores add up to 1: a log-softmax has been applied to them.")
        )
    if (scores == 0).any():
        raise CheckFailed(_("Some scores are exactly 0: something cuts them off after the last layer."))


def assert_learnt(
    model: Remote, arguments: Sequence[torch.Tensor], target: torch.Tensor, classes: int
) -> None:
    """Raises `CheckFailed` unless the scores are raw and this one batch, drawn just now, can be learnt by heart."""
    model.eval()
    scores = without_padding(model(*arguments), target != IGNORED)
    assert_tensor(scores, (*target.shape, classes), torch.float32)
    assert_raw(scores[target != IGNORED])
    model.fit(*arguments, target=target, steps=30, lr=0.1)
    scores = without_padding(model(*arguments), target != IGNORED)
    assert_tensor(scores, (*target.shape, classes), torch.float32, _("after training the result"))
    loss = F.cross_entropy(scores.flatten(0, -2), target.flatten(), ignore_index=IGNORED).item()
    if loss > 0.2:  # scores after a softmax stop at 0.55, after a tanh at 0.24
        raise CheckFailed(
            _(
                "One small batch, seen {steps} times, should be known by heart; the mean loss is still {loss}."
            ).format(steps=30, loss=f"{loss:.3f}")
        )


def without_padding(scores: Any, is_word: torch.Tensor) -> Any:
    """A tagger's scores with 0 at padded positions, which may hold anything; anything else stays as it is."""
    if not isinstance(scores, torch.Tensor) or scores.shape[:-1] != is_word.shape:
        return scores
    return scores.masked_fill(~is_word[..., None], 0)


def words(ids: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """(B, T) whether a position holds a word."""
    return torch.arange(ids.shape[1]) < lengths[:, None]


def assert_moved(before: torch.Tensor, after: torch.Tensor, sentence: str) -> None:
    """Raises `CheckFailed` with the sentence if two results are the same."""
    if (before - after).abs().max() < 1e-7:
        raise CheckFailed(sentence)


def embedding_gradient(gradients: dict[str, Any], vocabulary: int, embed: int) -> torch.Tensor:
    """(V, E): the absolute gradients of the parameters that have the shape of an embedding, summed."""
    found = [gradient.abs() for gradient in gradients.values() if isinstance(gradient, torch.Tensor)]
    # One-hot vectors and a linear layer are an embedding too: its weight is (E, V).
    fitting = [g for g in found if g.shape == (vocabulary, embed)]
    fitting += [g.T for g in found if g.shape == (embed, vocabulary)]
    if not fitting:
        raise CheckFailed(
            _("No parameter of the shape (vocab_size, embed) = {shape} gets a gradient.").format(
                shape=(vocabulary, embed)
            )
        )
    return torch.stack(fitting).sum(dim=0)


def assert_rows_with_gradient(got: torch.Tensor, expected: set[int], pad_id: int) -> None:
    """Raises `CheckFailed` unless exactly these ids' rows of the embedding get a gradient."""
    found = {row for row, values in enumerate(got) if values.abs().max() > 0}
    if pad_id in found:
        raise CheckFailed(_("Row pad_id = {row} of the embedding gets a gradient.").format(row=pad_id))
    if expected - found:
        raise CheckFailed(
            _("Row {row} of the embedding gets no gradient, though that id was read.").format(
                row=min(expected - found)
            )
        )
    if found - expected:
        raise CheckFailed(
            _(
                "Row {row} of the embedding gets a gradient, though that id stands only in the padding."
            ).format(row=min(found - expected))
        )


def padded_rows(draw: Draw, pad_id: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """ids (4, width) without pad_id at real positions, and unsorted lengths with the longest in the middle."""
    lengths = torch.tensor([2, 1, 4, 3])
    ids = draw.integers(0, VOCABULARY - 1, 4, width)
    ids[ids >= pad_id] += 1  # every id but pad_id
    for row, length in enumerate(lengths.tolist()):
        ids[row, length:] = pad_id
    return ids, lengths


@contextmanager
def blaming_padding(student: Student, draw: Draw, task: str) -> Iterator[None]:
    """Lets a failure name the student's own `last_states` or `masked_mean`, if the task calls them and they fail."""
    embedded, lengths = draw.normal(2, 3, WIDTH).abs(), torch.tensor([2, 3])

    def probe_states() -> None:
        got = student.last_states(fading_network(2), embedded, lengths)
        assert_equal(got, faded_sums(embedded, lengths, 2))

    def probe_mean() -> None:
        means = torch.stack([embedded[0, :2].mean(dim=0), embedded[1].mean(dim=0)])
        assert_equal(student.masked_mean(embedded, lengths), means)

    with (
        blaming(student, task, "last_states", probe_states),
        blaming(student, task, "masked_mean", probe_mean),
    ):
        yield


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint(
    "What has your network read when it gives its answer for a short row?",
    "Are the rows still in the order in which they came?",
)
def test_scores_of_a_padded_batch(student: Student, draw: Draw) -> None:
    """Scores (B, classes); each row gets the scores it gets alone, without padding."""
    model = student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    model.eval()
    ids, lengths = padded_rows(draw, pad_id=0, width=6)
    with blaming_padding(student, draw, "SequenceClassifier"):
        scores = model(ids, lengths)
        assert_tensor(scores, (4, CLASSES), torch.float32)
        for row, length in enumerate(lengths.tolist()):
            alone = model(ids[row : row + 1, :length], lengths[row : row + 1])
            assert_tensor(alone, (1, CLASSES), torch.float32, _("for one row alone the result"))
            what = _("in the padded batch, for row {row}, the result").format(row=row)
            assert_equal(scores[row], alone[0], what)
    assert_moved(scores[0], scores[2], _("Two different rows get the very same scores."))


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint("What is `pad_id` given to the constructor for? Which option of the embedding wants it?")
def test_pad_row_gets_no_gradient(student: Student, draw: Draw) -> None:
    """Training moves the embedding of every id that was read, and never that of pad_id."""
    with blaming_padding(student, draw, "SequenceClassifier"):
        pad_id = 4
        model = student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, pad_id)
        ids, lengths = padded_rows(draw, pad_id, width=5)
        ids[2, 0] = 0  # an id like any other here
        upstream = draw.normal(4, CLASSES, dtype=torch.float32)
        got = embedding_gradient(
            model.gradients(ids, lengths, upstream=[upstream]).parameters, VOCABULARY, EMBED
        )
        assert_rows_with_gradient(got, set(ids.flatten().tolist()) - {pad_id}, pad_id)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint(
    "Cross-entropy applies the softmax itself. Is anything between your last layer and the loss?",
    "Does every layer that you made take part in `forward`?",
)
def test_learns_a_batch_by_heart(student: Student, draw: Draw) -> None:
    """The scores are raw, and the model can be trained: one small batch is learnt by heart."""
    with blaming_padding(student, draw, "SequenceClassifier"):
        model = student.SequenceClassifier.keep(VOCABULARY, EMBED, 2 * HIDDEN, CLASSES, 0)
        ids, lengths = padded_rows(draw, pad_id=0, width=5)
        ids[:, 0] = torch.tensor([1, 2, 3, 4])  # no two rows are the same
        assert_learnt(model, (ids, lengths), draw.integers(0, CLASSES, 4), CLASSES)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint(
    "How wide is what you get back from `pad_packed_sequence`, and how wide was `ids`?",
    "Does the backward direction start at a word or at the padding?",
)
def test_scores_at_every_position(student: Student, draw: Draw) -> None:
    """Scores (B, T, classes), as wide as ids; at its words each row gets what it gets alone."""
    model = student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    model.eval()
    ids, lengths = padded_rows(draw, pad_id=0, width=6)
    scores = without_padding(model(ids, lengths), words(ids, lengths))
    assert_tensor(scores, (4, 6, CLASSES), torch.float32)
    for row, length in enumerate(lengths.tolist()):
        alone = model(ids[row : row + 1, :length], lengths[row : row + 1])
        assert_tensor(alone, (1, length, CLASSES), torch.float32, _("for one row alone the result"))
        what = _("in the padded batch, at the words of row {row}, the result").format(row=row)
        assert_equal(scores[row, :length], alone[0], what)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint("A tag may depend on the next word. Which direction of reading knows the next word?")
def test_both_neighbours_are_seen(student: Student, draw: Draw) -> None:
    """Another first word changes the last position's scores, another last word the first one's."""
    model = student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    model.eval()
    ids, lengths = draw.integers(1, VOCABULARY, 1, 4).expand(3, 4).clone(), torch.tensor([4, 4, 4])
    ids[1, 0] = 1 + ids[0, 0] % (VOCABULARY - 1)
    ids[2, 3] = 1 + ids[0, 3] % (VOCABULARY - 1)
    scores = model(ids, lengths)
    assert_tensor(scores, (3, 4, CLASSES), torch.float32)
    assert_moved(scores[0, 3], scores[1, 3], _("The last position does not notice another first word."))
    assert_moved(scores[0, 0], scores[2, 0], _("The first position does not notice another last word."))
    assert_moved(scores[0, 0], scores[0, 3], _("The first and the last position get the very same scores."))


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint(
    "Cross-entropy applies the softmax itself. Is anything between your last layer and the loss?"
)
def test_tagger_learns_a_batch_by_heart(student: Student, draw: Draw) -> None:
    """The scores are raw, and the model can be trained: the tags of one small batch are learnt by heart."""
    model = student.SequenceTagger.keep(VOCABULARY, EMBED, 2 * HIDDEN, CLASSES, 0)
    ids, lengths = padded_rows(draw, pad_id=0, width=5)
    ids[:, 0] = torch.tensor([1, 2, 3, 4])
    target = draw.integers(0, CLASSES, 4, 5)
    for row, length in enumerate(lengths.tolist()):
        target[row, length:] = IGNORED
    assert_learnt(model, (ids, lengths), target, CLASSES)


class Writer:
    """A step for `greedy_decode`: every choice depends on all ids read so far; eos never comes before `patience` calls.

    The state is a number; `read` keeps what it was given.
    """

    def __init__(self, table: torch.Tensor, eos_id: int, patience: int = 40) -> None:
        self.table, self.eos_id, self.patience = table, eos_id, patience  # table (states, V)
        self.read: list[Any] = []

    def __call__(self, *arguments: Any) -> tuple[torch.Tensor, int]:
        current, state = (*arguments, None, None)[:2]
        self.read.append(current)
        state = (3 * _number(state) + _number(current) + 1) % len(self.table)
        logits = self.table[state].clone()
        logits[self.eos_id] = 1e3 if len(self.read) > self.patience else -1e3
        return logits, state

    def writes(self, state: int, first_id: int, count: int) -> list[int]:
        """The first `count` ids it should make one write."""
        written, last = [], first_id
        for _step in range(count):
            state = (3 * state + last + 1) % len(self.table)
            scores = self.table[state].tolist()
            scores[self.eos_id] = -1e3
            last = scores.index(max(scores))
            written.append(last)
        return written


def _number(value: Any) -> int:
    """What stands for a number in whatever a step was given."""
    if isinstance(value, torch.Tensor) and value.numel() == 1 and value.isfinite().all():
        return int(value.item())
    return value if isinstance(value, int) else 0


@pytest.mark.task("greedy_decode")
@pytest.mark.hint(
    "Which id does `step` get in the second call, and which state?",
    "Which of its two results does the next call of `step` need?",
)
def test_every_choice_is_fed_back(student: Student, draw: Draw) -> None:
    """Each call of `step` gets the id just chosen and the state just returned."""
    step = Writer(draw.normal(29, 7), eos_id=6)
    expected = step.writes(5, 2, count=8)
    got = student.greedy_decode(step, 5, 2, 6, 8)
    assert_equal(got, expected, _("the list of ids"))


@pytest.mark.task("greedy_decode")
@pytest.mark.hint(
    "What should happen when the best id is eos_id? And when max_len ids are chosen?",
    "Which ids were handed to you, and which did you choose?",
)
def test_end_of_writing(student: Student) -> None:
    """Ends at eos_id or after max_len ids; neither first_id nor eos_id is returned."""

    def count_up(current: Any, state: Any) -> tuple[torch.Tensor, Any]:
        return F.one_hot(torch.tensor((_number(current) + 1) % 6), 6).double(), state

    for first, eos, longest, expected in (
        (0, 4, 10, [1, 2, 3]),
        (0, 5, 2, [1, 2]),
        (3, 3, 9, [4, 5, 0, 1, 2]),
    ):
        got = student.greedy_decode(count_up, 0, first, eos, longest)
        what = _(
            "with a step that counts up, first_id {first}, eos_id {eos} and max_len {longest}: the list"
        ).format(first=first, eos=eos, longest=longest)
        assert_equal(got, expected, what)


def sentence_pairs(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """source (4, 6), its lengths (4 at most), and target_in (4, 3)."""
    source, lengths = padded_rows(draw, pad_id=0, width=6)
    return source, lengths, draw.integers(1, VOCABULARY, 4, 3)


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint(
    "What has your encoder read when it hands its state on for a short source?",
    "What connects the reading network to the writing one?",
)
def test_source_is_read_and_its_padding_is_not(student: Student, draw: Draw) -> None:
    """Scores (B, T, V) that depend on the source's words, and not on its padding."""
    model = student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN)
    model.eval()
    source, lengths, target = sentence_pairs(draw)
    with blaming_padding(student, draw, "EncoderDecoder"):
        scores = model(source, lengths, target)
        assert_tensor(scores, (4, 3, VOCABULARY), torch.float32)
        for row, length in enumerate(lengths.tolist()):
            alone = model(source[row : row + 1, :length], lengths[row : row + 1], target[row : row + 1])
            assert_tensor(alone, (1, 3, VOCABULARY), torch.float32, _("for one pair alone the result"))
            what = _("in the padded batch, for row {row}, the result").format(row=row)
            assert_equal(scores[row], alone[0], what)
    other = source.clone()
    other[:, 0] = 1 + source[:, 0] % (VOCABULARY - 1)
    moved = model(other, lengths, target)
    assert_tensor(moved, (4, 3, VOCABULARY), torch.float32)
    for row in range(4):
        assert_moved(scores[row], moved[row], _("Another word in the source changes no score."))


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint("When the third word is to be predicted, which words of the target may be known?")
def test_decoder_never_looks_ahead(student: Student, draw: Draw) -> None:
    """A later target word changes no earlier score, and does change its own and later ones."""
    with blaming_padding(student, draw, "EncoderDecoder"):
        model = student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN)
        model.eval()
        source, lengths, target = sentence_pairs(draw)
        other = target.clone()
        other[:, 1] = 1 + target[:, 1] % (VOCABULARY - 1)
        before, after = model(source, lengths, target), model(source, lengths, other)
        for scores in (before, after):
            assert_tensor(scores, (4, 3, VOCABULARY), torch.float32)
        assert_equal(after[:, :1], before[:, :1], _("after a change of target_in[:, 1] the score at t = 0"))
        for step in (1, 2):
            sentence = _("Another word in target_in[:, 1] changes no score at t = {step}.").format(step=step)
            assert_moved(before[:, step], after[:, step], sentence)


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint(
    "Does the decoder start from what the encoder has read?",
    "Cross-entropy applies the softmax itself. Is anything between your last layer and the loss?",
)
def test_translates_a_batch_by_heart(student: Student, draw: Draw) -> None:
    """The scores are raw; one small batch is learnt by heart, its first words from the source alone."""
    with blaming_padding(student, draw, "EncoderDecoder"):
        model = student.EncoderDecoder.keep(VOCABULARY, EMBED, 2 * HIDDEN)
        source, lengths, target = sentence_pairs(draw)
        source[:, 0] = torch.tensor([1, 2, 3, 4])
        target[:, 0] = 1
        expected = draw.integers(1, VOCABULARY, 4, 3)
        expected[:, 0] = torch.tensor([5, 6, 7, 8])
        assert_learnt(model, (source, lengths, target), expected, VOCABULARY)
