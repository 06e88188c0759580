"""Prepares the corpora, hidden test text included, and measures baselines on them; this folder is never shipped."""

from autograder.maintain.data.corpus import Corpus, DataError, Split

__all__ = ["Corpus", "DataError", "Split"]
