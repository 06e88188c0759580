"""What is special about the tasks of this assignment."""

from autograder.student.checking.forbidden import RULES
from autograder.student.core.spec import Spec

_FORBIDDEN = (
    "word_counts",
    "pair_counts",
    "merge_pair",
    "train_bpe",
    "BPETokenizer",
    "wordpiece_encode",
    "unigram_segment",
)

SPEC = Spec(
    forbidden={task: RULES[task] for task in _FORBIDDEN},
    may_change={
    },
)
