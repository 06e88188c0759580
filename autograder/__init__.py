"""A course on recurrent language models and the grader for it."""

__version__ = "0.1.0"
