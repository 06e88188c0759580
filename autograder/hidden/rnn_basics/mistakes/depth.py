"""Known mistakes in the tasks on depth, direction and padding."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
