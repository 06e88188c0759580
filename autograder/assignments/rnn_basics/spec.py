"""What is special about the tasks of this assignment."""

from autograder.student.checking.forbidden import RULES
from autograder.student.core.spec import Spec

_FORBIDDEN = (
    "rnn_step",
    "rnn_forward",
    "CharRNN",
    "lstm_step",
    "gru_step",
    "gru_step_lecture",
    "rnn_backward",
    "clip_gradients_",
)

SPEC = Spec(
    forbidden={task: RULES[task] for task in _FORBIDDEN},
    may_change={
        "fit_hello": frozenset({"values", "gradient", "mode"}),
        "clip_gradients_": frozenset({"gradient"}),
        "init_recurrent_": frozenset({"values"}),
    },
)
