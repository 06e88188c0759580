"""Known mistakes in the tasks on interpretable cells."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
