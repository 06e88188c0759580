"""The known mistakes of the first notebook, by part."""

from autograder.hidden.mistakes import unique
from autograder.hidden.rnn_basics.mistakes import (
    batches,
    character_model,
    depth,
    gradients,
    gru,
    interpretable,
    lstm,
    types,
    vanilla,
)

_PARTS = (batches, vanilla, character_model, lstm, gru, depth, types, gradients, interpretable)
MISTAKES = unique([mistake for part in _PARTS for mistake in part.MISTAKES])
