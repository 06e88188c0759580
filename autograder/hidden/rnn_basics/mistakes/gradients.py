"""Known mistakes in the tasks on gradients in time."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
