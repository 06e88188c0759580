"""Known mistakes in the tasks on the types of RNN."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
