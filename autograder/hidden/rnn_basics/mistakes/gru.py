"""Known mistakes in the tasks on the GRU cells."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
