"""What is special about the tasks of this assignment."""

from autograder.student.checking.forbidden import RULES
from autograder.student.core.spec import Spec

_FORBIDDEN = (
    "sgd_step_",
)

SPEC = Spec(
    forbidden={task: RULES[task] for task in _FORBIDDEN},
    may_change={
        "sgd_step_": frozenset({"values", "gradient"}),
        "train_epoch": frozenset({"values", "gradient", "mode"}),
    },
)
