"""Known mistakes in the tasks on the character model."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
