"""Known mistakes in the tasks on the vanilla RNN and its backward pass."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
