"""The known mistakes of the third notebook, by part."""

from autograder.grading.mistakes import unique
from autograder.assignments.subword_language_model.private.mistakes import bpe, hangul, library, measure, others, problem, tokenizer, train

_PARTS = (problem, bpe, train, tokenizer, others, hangul, library, measure)
MISTAKES = unique([mistake for part in _PARTS for mistake in part.MISTAKES])
