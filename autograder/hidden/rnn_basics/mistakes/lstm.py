"""Known mistakes in the tasks on the LSTM cell."""

from autograder.hidden.mistakes import Mistake

MISTAKES: tuple[Mistake, ...] = ()
