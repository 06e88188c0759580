"""The known mistakes of the second notebook, by part."""

from autograder.grading.mistakes import unique
from autograder.assignments.rnn_language_model.private.mistakes import batches, corpus, measure, model, text, training

_PARTS = (corpus, batches, model, training, measure, text)
MISTAKES = unique([mistake for part in _PARTS for mistake in part.MISTAKES])
