"""A course on recurrent language models and the grader for it."""
