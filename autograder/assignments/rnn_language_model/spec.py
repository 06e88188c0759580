"""The second notebook: a model of words, measured in perplexity; its training step is written by hand."""

from autograder.student.core.metric import PERPLEXITY
from autograder.student.core.spec import MeasuredModel, Rule, Spec

OPTIMISERS = Rule(
    frozenset({"optim", "_fused_sgd_"}),
    frozenset({"torch.optim"}),
    compiled=frozenset({"at::native::_fused_sgd_kernel_cpu_"}),
    modules=frozenset({"torch.optim"}),
)

SPEC = Spec(
    forbidden={"sgd_step_": OPTIMISERS},
    model=MeasuredModel("rnn_lm", "RNNModel", "sotu", PERPLEXITY, task="language_model"),
    may_change={
        "sgd_step_": frozenset({"values", "gradient"}),
        "train_epoch": frozenset({"values", "gradient", "mode"}),
    },
    warm=("autograder.student.corpora", "autograder.student.models.training", "autograder.student.plots"),
)
