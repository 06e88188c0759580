"""The known mistakes of the first notebook, by part."""

from autograder.grading.mistakes import unique
from autograder.assignments.rnn_basics.private.mistakes import batches, character_model, depth, gradients, gru, interpretable, lstm, types, vanilla

_PARTS = (batches, vanilla, character_model, lstm, gru, depth, types, gradients, interpretable)
MISTAKES = unique([mistake for part in _PARTS for mistake in part.MISTAKES])
