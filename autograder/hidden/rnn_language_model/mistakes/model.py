"""Known mistakes in the part of the second notebook on the model."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
