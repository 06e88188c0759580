"""What is promised of the models `SequenceClassifier`, `SequenceTagger` and `EncoderDecoder`."""

from __future__ import annotations

from functools import partial

import pytest
import torch

from autograder.assignments.rnn_basics.tests._scores import (
    CLASSES,
    DOUBLE,
    EMBED,
    FOUR_ROWS,
    HIDDEN,
    IGNORED,
    MODELS,
    VOCABULARY,
    WIDE,
    assert_learnt,
    assert_moved,
    assert_rows_keep_apart,
    assert_rows_with_gradient,
    blaming_padding,
    each_row_alone,
    embedding_gradient,
    evaluating,
    is_word,
    one_change_each,
    other_padding,
    padded_rows,
    without_padding,
)
from autograder.student.checking.comparing import assert_equal, assert_tensor
from autograder.student.checking.draw import Draw
from autograder.student.checking.student import CheckFailed, Evidence, Student
from autograder.student.core.language import _


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint(
    "What has your network read when it gives its answer for a short row?",
    "Are the rows still in the order in which they came?",
)
def test_scores_of_a_padded_batch(student: Student, reference: Student, draw: Draw) -> None:
    """Scores (B, classes); each row gets the scores it gets alone, without padding."""
    with blaming_padding(student, reference, draw, "SequenceClassifier"):
        model = student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
        model.eval()
        ids, lengths = padded_rows(draw, pad_id=0, width=6)
        scores = model(ids, lengths)
        assert_tensor(scores, (4, CLASSES), torch.float32)
        assert_rows_keep_apart(model)
        for row, alone in enumerate(each_row_alone(model, lengths, ids)):
            assert_tensor(alone, (1, CLASSES), torch.float32, _("for one row alone the result"))
            what = _("in the padded batch, for row {row}, the result").format(row=row)
            assert_equal(scores[row], alone[0], what)
        assert_moved(scores[0], scores[2], _("Two different rows get exactly the same scores."))


@pytest.mark.task("SequenceClassifier")
@pytest.mark.supporting
@pytest.mark.hint("Who decides what is padding: the ids that stand there, or `lengths`?")
def test_only_lengths_say_what_is_padding(student: Student, reference: Student, draw: Draw) -> None:
    """Wider padding, or other ids in it, changes no score; the rows' order changes only the order."""
    with blaming_padding(student, reference, draw, "SequenceClassifier"):
        model = evaluating(student, student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 3))
        ids, lengths = draw.integers(0, VOCABULARY, 4, 5), torch.tensor([3, 1, 5, 2])
        scores = model(ids, lengths)
        assert_tensor(scores, (4, CLASSES), DOUBLE)
        order = torch.tensor([2, 3, 0, 1])
        other = other_padding(draw, ids, lengths, extra=2)
        wide, turned = model.each([(other, lengths), (ids[order], lengths[order])])
        assert_equal(wide, scores, _("with other padding the result"))
        assert_equal(turned, scores[order], _("with the rows in another order the result"))


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint("Is the answer given after the last word, by a network that has read all the others?")
def test_every_word_and_their_order_count(student: Student, reference: Student, draw: Draw) -> None:
    """Another word anywhere in a row, or the words in another order, gives other scores."""
    with blaming_padding(student, reference, draw, "SequenceClassifier"):
        model = evaluating(student, student.SequenceClassifier.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0))
        ids = one_change_each(draw, length=4)
        scores = model(ids, torch.full((len(ids),), 4))
        assert_tensor(scores, (len(ids), CLASSES), DOUBLE)
        for place in range(4):
            sentence = _("Another word at place {place} of {words} changes no score.")
            assert_moved(scores[0], scores[place + 1], sentence.format(place=place, words=4))
        assert_moved(scores[0], scores[-1], _("The same words in another order get exactly the same scores."))
        both = ids[1].clone()
        both[1] = ids[2, 1]
        got = model(both[None], torch.tensor([4]))
        assert_tensor(got, (1, CLASSES), DOUBLE)
        # The sum of what each change does alone: a weighted bag of words, without any network that reads, gives it.
        sentence = _("What a word adds to the scores never depends on the words before it.")
        assert_moved(scores[1] + scores[2] - scores[0], got[0], sentence)


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint(
    "Which ids in the batch were read, and which only stand in the padding?",
    "Does the embedding know which of its rows is the padding's?",
)
def test_gradient_of_the_embedding(student: Student, reference: Student, draw: Draw) -> None:
    """Training moves the embedding of every word that was read, never that of pad_id, nor of words elsewhere."""
    with blaming_padding(student, reference, draw, "SequenceClassifier"):
        for pad_id in (4, VOCABULARY - 1):
            keep = partial(student.SequenceClassifier.keep, VOCABULARY, EMBED, WIDE, CLASSES, pad_id)
            models = [keep() for _model in range(MODELS)]
            # pad_id stands among the words, 0 is an id like any other, and 9 stands in the padding only.
            ids = torch.tensor([[1, 9, 9, 9, 9], [2, pad_id, 0, pad_id, 9], [7, 5, 2, 6, 9]])
            lengths = torch.tensor([1, 3, 4])
            upstream = draw.normal(3, CLASSES, dtype=torch.float32)
            got = embedding_gradient(
                *(model.gradients(ids, lengths, upstream=[upstream]).parameters for model in models)
            )
            assert_rows_with_gradient(got, {0, 1, 2, 5, 6, 7}, pad_id, set())
            upstream[[0, 2]] = 0
            got = embedding_gradient(
                *(model.gradients(ids, lengths, upstream=[upstream]).parameters for model in models)
            )
            assert_rows_with_gradient(got, {0, 2}, pad_id, {1, 5, 6, 7})


@pytest.mark.task("SequenceClassifier")
@pytest.mark.hint(
    "Cross-entropy applies the softmax itself. Is anything between your last layer and the loss?",
    "Does every layer that you made take part in `forward`?",
)
def test_learns_a_batch_by_heart(student: Student, reference: Student, draw: Draw) -> None:
    """The scores are raw, and the model can be trained: one small batch is learnt by heart."""
    with blaming_padding(student, reference, draw, "SequenceClassifier"):
        make = partial(student.SequenceClassifier.keep, VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
        ids, lengths = padded_rows(draw, pad_id=0, width=5)
        ids[:, 0] = torch.tensor([1, 2, 3, 4])  # no two rows are the same
        assert_learnt(student, make, (ids, lengths), draw.integers(0, CLASSES, 4), CLASSES)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint(
    "Does the backward direction start at a word or at the padding?",
    "How wide is what you get back from `pad_packed_sequence`, and how wide was `ids`?",
)
def test_scores_at_every_position(student: Student, draw: Draw) -> None:
    """Scores (B, T, classes), as wide as ids; at its words each row gets what it gets alone."""
    model = student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    model.eval()
    ids, lengths = padded_rows(draw, pad_id=0, width=6)
    scores = without_padding(model(ids, lengths), is_word(FOUR_ROWS, 6))
    assert_tensor(scores, (4, 6, CLASSES), torch.float32)
    assert_rows_keep_apart(model)
    for row, alone in enumerate(each_row_alone(model, lengths, ids)):
        length = int(lengths[row])
        assert_tensor(alone, (1, length, CLASSES), torch.float32, _("for one row alone the result"))
        what = _("in the padded batch, at the words of row {row}, the result").format(row=row)
        assert_equal(scores[row, :length], alone[0], what)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint(
    "A tag may depend on the next word. Which direction of reading knows the next word?",
    "If you turn a row round to read it backwards, where are its states to be turned back?",
)
def test_every_position_knows_every_word(student: Student, draw: Draw) -> None:
    """Another word anywhere in a row changes the scores at every position of that row."""
    model = evaluating(student, student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0))
    ids = one_change_each(draw, length=4)
    scores = model(ids, torch.full((len(ids),), 4))
    assert_tensor(scores, (len(ids), 4, CLASSES), DOUBLE)
    assert_moved(
        scores[0, 0], scores[0, 3], _("The first and the last position get exactly the same scores.")
    )
    for place in range(4):
        for position in range(4):
            sentence = _("Another word at place {place} changes no score at position {position}.")
            sentence = sentence.format(place=place, position=position)
            assert_moved(scores[0, position], scores[place + 1, position], sentence)


@pytest.mark.task("SequenceTagger")
@pytest.mark.supporting
@pytest.mark.hint("The backward direction starts at the right edge. What stands there in a short row?")
def test_padding_moves_no_tag(student: Student, draw: Draw) -> None:
    """Wider padding, or other ids in it, changes no score at a word; width is always that of ids."""
    model = evaluating(student, student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 3))
    ids, lengths = draw.integers(0, VOCABULARY, 3, 4), torch.tensor([2, 4, 1])
    rows = ("##", "####", "#")
    scores = without_padding(model(ids, lengths), is_word(rows, 4))
    assert_tensor(scores, (3, 4, CLASSES), DOUBLE)
    other = other_padding(draw, ids, lengths, extra=3)
    wide = without_padding(model(other, lengths), is_word(rows, 7))
    assert_tensor(wide, (3, 7, CLASSES), DOUBLE, _("in a wider batch the result"))
    for row, length in enumerate(lengths.tolist()):
        what = _("with other padding, at the words of row {row}, the score").format(row=row)
        assert_equal(wide[row, :length], scores[row, :length], what)


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint("Which ids in the batch were read, and which only stand in the padding?")
def test_gradient_of_the_taggers_embedding(student: Student, draw: Draw) -> None:
    """The scores at the words of a row depend on its words, and on no padding and no other row."""
    model = student.SequenceTagger.keep(VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    ids, lengths = torch.tensor([[1, 7, 0, 7], [2, 3, 4, 7]]), torch.tensor([1, 3])
    upstream = draw.normal(2, 4, CLASSES, dtype=torch.float32)
    upstream[~is_word(("#", "###"), 4)] = 0
    got = embedding_gradient(model.gradients(ids, lengths, upstream=[upstream]).parameters)
    assert_rows_with_gradient(got, {1, 2, 3, 4}, 0, set())
    upstream[0] = 0
    got = embedding_gradient(model.gradients(ids, lengths, upstream=[upstream]).parameters)
    assert_rows_with_gradient(got, {2, 3, 4}, 0, {1})


@pytest.mark.task("SequenceTagger")
@pytest.mark.hint(
    "Cross-entropy applies the softmax itself. Is anything between your last layer and the loss?"
)
def test_tagger_learns_a_batch_by_heart(student: Student, draw: Draw) -> None:
    """The scores are raw, and the model can be trained: the tags of one small batch are learnt by heart."""
    make = partial(student.SequenceTagger.keep, VOCABULARY, EMBED, HIDDEN, CLASSES, 0)
    ids, lengths = padded_rows(draw, pad_id=0, width=5)
    ids[:, 0] = torch.tensor([1, 2, 3, 4])
    target = draw.integers(0, CLASSES, 4, 5)
    target[~is_word(FOUR_ROWS, 5)] = IGNORED
    assert_learnt(student, make, (ids, lengths), target, CLASSES)


def sentence_pairs(draw: Draw) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """source (4, 6), its lengths (4 at most), and target_in (4, 3)."""
    source, lengths = padded_rows(draw, pad_id=0, width=6)
    return source, lengths, draw.integers(1, VOCABULARY, 4, 3)


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint("What has your encoder read when it hands its state on for a short source?")
def test_padding_of_the_source_is_not_read(student: Student, reference: Student, draw: Draw) -> None:
    """Scores (B, T, V) as each pair gets them alone, whatever the source's padding and the rows' order."""
    with blaming_padding(student, reference, draw, "EncoderDecoder"):
        model = evaluating(student, student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN))
        source, lengths, target = sentence_pairs(draw)
        scores = model(source, lengths, target)
        assert_tensor(scores, (4, 3, VOCABULARY), DOUBLE)
        assert_rows_keep_apart(model, target[:2])
        for row, alone in enumerate(each_row_alone(model, lengths, source, target)):
            assert_tensor(alone, (1, 3, VOCABULARY), DOUBLE, _("for one pair alone the result"))
            what = _("in the padded batch, for row {row}, the result").format(row=row)
            assert_equal(scores[row], alone[0], what)
        order = torch.tensor([2, 0, 3, 1])
        other = other_padding(draw, source, lengths, extra=2)
        wide, turned = model.each([(other, lengths, target), (source[order], lengths[order], target[order])])
        assert_equal(wide, scores, _("with other padding in the source the result"))
        assert_equal(turned, scores[order], _("with the rows in another order the result"))


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint(
    "What connects the reading network to the writing one?",
    "Has the encoder read the whole source before the decoder writes its first word?",
)
def test_every_source_word_reaches_every_step(student: Student, reference: Student, draw: Draw) -> None:
    """Another source word, wherever it stands, changes the scores at every step of the target."""
    with blaming_padding(student, reference, draw, "EncoderDecoder"):
        model = evaluating(student, student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN))
        source = one_change_each(draw, length=3)
        target = draw.integers(0, VOCABULARY, 1, 2).expand(len(source), 2).clone()
        scores = model(source, torch.full((len(source),), 3), target)
        assert_tensor(scores, (len(source), 2, VOCABULARY), DOUBLE)
        for place in range(3):
            for step in range(2):
                sentence = _("Another word at place {place} of the source changes no score at t = {step}.")
                sentence = sentence.format(place=place, step=step)
                assert_moved(scores[0, step], scores[place + 1, step], sentence)


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint(
    "When the third word is to be predicted, which words of the target may be known?",
    "To predict the next word of the target, which of its words so far have you read?",
)
def test_decoder_never_looks_ahead(student: Student, reference: Student, draw: Draw) -> None:
    """A later target word changes no earlier score, an earlier one all later ones; B = S = T = 1 works."""
    with blaming_padding(student, reference, draw, "EncoderDecoder"):
        model = evaluating(student, student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN))
        source, lengths = draw.integers(0, VOCABULARY, 1, 3), torch.tensor([3])
        target = draw.integers(0, VOCABULARY - 1, 1, 4)
        whole = model(source, lengths, target)
        assert_tensor(whole, (1, 4, VOCABULARY), DOUBLE)
        others = []
        for place in range(4):
            others.append(target.clone())
            others[place][:, place] = VOCABULARY - 1
        for place, moved in enumerate(model.each([(source, lengths, other) for other in others])):
            assert_tensor(moved, (1, 4, VOCABULARY), DOUBLE)
            what = _("after a change of target_in[:, {place}] the scores before it").format(place=place)
            assert_equal(moved[:, :place], whole[:, :place], what)
            for step in range(place, 4):
                sentence = _("Another word in target_in[:, {place}] changes no score at t = {step}.")
                assert_moved(whole[:, step], moved[:, step], sentence.format(place=place, step=step))
        shorter = [(source, lengths, target[:, :steps]) for steps in (1, 3)]
        *begun, single = model.each([*shorter, (source[:, :1], torch.tensor([1]), target[:, :1])])
        for steps, got in zip((1, 3), begun, strict=True):
            what = _("for the first {steps} words of the target the result").format(steps=steps)
            assert_equal(got, whole[:, :steps], what)
        assert_tensor(single, (1, 1, VOCABULARY), DOUBLE, _("for B = S = T = 1 the result"))


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint("Does the loss of the decoder reach the weights of the encoder?")
def test_encoder_is_trained_too(student: Student, reference: Student, draw: Draw) -> None:
    """The gradient of the decoder's scores reaches the embedding of every source word."""
    with blaming_padding(student, reference, draw, "EncoderDecoder"):
        model = student.EncoderDecoder.keep(VOCABULARY, EMBED, HIDDEN)
        source, lengths = torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([3, 2])
        upstream = draw.normal(2, 1, VOCABULARY, dtype=torch.float32)
        gradients = model.gradients(source, lengths, torch.tensor([[8], [9]]), upstream=[upstream])
        got = embedding_gradient(gradients.parameters)
        for word in (1, 2, 3, 4, 5):
            if got[word].max() == 0:
                raise CheckFailed(
                    _("The embedding of a word that stands in the source gets no gradient."),
                    Evidence.GRADIENTS,
                )


@pytest.mark.task("EncoderDecoder")
@pytest.mark.hint(
    "Does the decoder start from what the encoder has read?",
    "Cross-entropy applies the softmax itself. Is anything between your last layer and the loss?",
)
def test_translates_a_batch_by_heart(student: Student, reference: Student, draw: Draw) -> None:
    """The scores are raw; one small batch is learnt by heart, its first words from the source alone."""
    with blaming_padding(student, reference, draw, "EncoderDecoder"):
        make = partial(student.EncoderDecoder.keep, VOCABULARY, EMBED, HIDDEN)
        source, lengths, target = sentence_pairs(draw)
        source[:, 0] = torch.tensor([1, 2, 3, 4])
        target[:, 0] = 1
        expected = draw.integers(1, VOCABULARY, 4, 3)
        expected[:, 0] = torch.tensor([5, 6, 7, 8])
        assert_learnt(student, make, (source, lengths, target), expected, VOCABULARY)
