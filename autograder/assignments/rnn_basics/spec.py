"""The first notebook: recurrent layers, cells, gradients and clipping are written by hand."""

from autograder.student.core.spec import Rule, Spec

_SEQUENCE_MODULES = frozenset({"RNN", "LSTM", "GRU", "RNNBase"})
_CELL_MODULES = frozenset({"RNNCell", "LSTMCell", "GRUCell", "RNNCellBase"})
_CELL_FUNCTIONS = frozenset(
    {"lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell", "_VF"}
    | {"_thnn_fused_lstm_cell", "_thnn_fused_gru_cell"}
)
_SEQUENCE_FUNCTIONS = frozenset({"torch.lstm", "torch.gru", "torch.rnn_tanh", "torch.rnn_relu", "torch.ops"})
_SEQUENCES_COMPILED = frozenset(
    f"at::native::{name}" for name in ("rnn_tanh", "rnn_relu", "lstm", "gru", "mkldnn_rnn_layer")
)
_CELLS_COMPILED = frozenset(
    f"at::native::{prefix}{name}_cell"
    for prefix in ("", "quantized_")
    for name in ("rnn_tanh", "rnn_relu", "lstm", "gru")
)
# Recurrent layers and cells that are written in Python.
_IN_PYTHON = frozenset({"torch._decomp.decompositions", "torch.ao.nn.quantizable.modules.rnn"})

RECURRENT = Rule(
    _SEQUENCE_MODULES | _CELL_MODULES | _CELL_FUNCTIONS,
    _SEQUENCE_FUNCTIONS,
    compiled=_SEQUENCES_COMPILED | _CELLS_COMPILED,
    modules=_IN_PYTHON,
)
RECURRENT_SEQUENCE = Rule(_SEQUENCE_MODULES | {"_VF"}, _SEQUENCE_FUNCTIONS, compiled=_SEQUENCES_COMPILED)
AUTOGRAD = Rule(
    frozenset(
        {"backward", "grad", "vjp", "jvp", "jacrev", "jacfwd", "jacobian", "value_and_grad", "autograd"}
        | {"run_backward", "grad_fn", "next_functions"}  # the nodes of the graph can be called one by one
    ),
    frozenset({"torch.func", "torch.autograd.functional"}),
    compiled=frozenset(
        {"torch::autograd::Engine::execute", "torch::autograd::Node::operator()", "torch::jit::differentiate"}
        | {"torch::autograd::ForwardADLevel::get_next_idx"}  # without a level there is no forward mode
    ),
)
CLIPPING = Rule(
    frozenset({"clip_grad_norm_", "clip_grad_norm", "clip_grads_with_norm_"}),
    modules=frozenset({"torch.nn.utils.clip_grad"}),
)

SPEC = Spec(
    # The table that the notebook shows.
    forbidden={
        "rnn_step": RECURRENT,
        "rnn_forward": RECURRENT,
        "CharRNN": RECURRENT_SEQUENCE,
        "lstm_step": RECURRENT,
        "gru_step": RECURRENT,
        "gru_step_lecture": RECURRENT,
        "rnn_backward": AUTOGRAD,
        "clip_gradients_": CLIPPING,
    },
    may_change={
        "fit_hello": frozenset({"values", "gradient", "mode"}),
        "clip_gradients_": frozenset({"gradient"}),
        "init_recurrent_": frozenset({"values"}),
    },
    warm=("autograder.student.plots", "autograder.student.surnames:load_surnames"),
)
