"""What a task forbids is found wherever its definition can reach it, and nowhere else."""

import pytest

from autograder.student.checking.forbidden import find_forbidden, newest, uses
from autograder.student.core.course import assignment_names, spec_of

RULES = {task: rule for name in assignment_names() for task, rule in spec_of(name).forbidden.items()}
SETUP = "import torch\nfrom torch import nn\nfrom torch.nn import functional as F"

FORBIDDEN = {
    "a library of tokenizers": (
        "train_bpe",
        ["import tokenizers", "def train_bpe(text):\n    return tokenizers.Tokenizer(text)"],
    ),
    "a library of tokenizers, inside": (
        "BPETokenizer",
        [
            "class BPETokenizer:\n    def encode(self, text):\n        from tiktoken import get_encoding as g\n"
            "        return g(text)"
        ],
    ),
    "a part of a library of tokenizers": (
        "merge_pair",
        ["from tokenizers.models import BPE", "def merge_pair(word, pair):\n    return BPE(word)"],
    ),
    "a library of tokenizers by its name": (
        "wordpiece_encode",
        ['def wordpiece_encode(word, vocab):\n    return __import__("tokenizers").models'],
    ),
    "what another task made by a library": (
        "BPETokenizer",
        [
            "def train_library_tokenizer(text):\n    from tokenizers import Tokenizer\n    return Tokenizer(text)",
            "class BPETokenizer:\n    def encode(self, text):\n        return train_library_tokenizer(text)",
        ],
    ),
    "nodes of the graph": ("rnn_backward", ["def rnn_backward(x):\n    return torch.tanh(x).grad_fn(x)"]),
    "the module": ("lstm_step", ["def lstm_step(x):\n    return nn.LSTM(3, 4)(x)"]),
    "the cell": ("lstm_step", ["def lstm_step(x):\n    return torch.nn.LSTMCell(3, 4)(x)"]),
    "the function": ("gru_step", ["def gru_step(x, h):\n    return torch.gru_cell(x, h)"]),
    "another way to the function": ("rnn_step", ["def rnn_step(x):\n    return torch._VF.rnn_tanh_cell(x)"]),
    "the operator": ("lstm_step", ["def lstm_step(x):\n    return torch.ops.aten.lstm.input(x)"]),
    "an alias by import": (
        "lstm_step",
        ["from torch.nn import LSTM as L", "def lstm_step(x):\n    return L(3, 4)(x)"],
    ),
    "an alias inside": ("lstm_step", ["def lstm_step(x):\n    import torch as t\n    return t.lstm(x)"]),
    "an alias by assignment": ("lstm_step", ["t = torch", "def lstm_step(x):\n    return t.lstm(x)"]),
    "an alias of the class": ("lstm_step", ["L = nn.LSTMCell", "def lstm_step(x):\n    return L(3, 4)(x)"]),
    "a star import": ("lstm_step", ["from torch.nn import *", "def lstm_step(x):\n    return LSTM(3, 4)(x)"]),
    "getattr": ("lstm_step", ['def lstm_step(x):\n    return getattr(nn, "LSTM")(3, 4)(x)']),
    "getattr in two halves": (
        "lstm_step",
        ['def lstm_step(x):\n    return getattr(nn, "LS" + "TM")(3, 4)(x)'],
    ),
    "a module's table": ("lstm_step", ['def lstm_step(x):\n    return vars(nn)["LSTM"](3, 4)(x)']),
    "eval": ("lstm_step", ['def lstm_step(x):\n    return eval("nn.LSTM(3, 4)")(x)']),
    "a helper": (
        "lstm_step",
        ["def help(x):\n    return nn.LSTM(3, 4)(x)", "def lstm_step(x):\n    return help(x)"],
    ),
    "a helper of a helper": (
        "lstm_step",
        ["def a(x):\n    return nn.LSTM(3, 4)(x)", "def b(x):\n    return a(x)", "lstm_step = b"],
    ),
    "an object made elsewhere": (
        "lstm_step",
        ["cell = nn.LSTMCell(3, 4)", "def lstm_step(x):\n    return cell(x)"],
    ),
    "a definition inside if": (
        "lstm_step",
        ["if True:\n    def lstm_step(x):\n        return nn.LSTM(3, 4)(x)"],
    ),
    "a late redefinition": (
        "lstm_step",
        ["def lstm_step(x):\n    return x", 'globals()["lstm_step"] = lambda x: nn.LSTM(3, 4)(x)'],
    ),
    "a redefinition by exec": (
        "lstm_step",
        ["def lstm_step(x):\n    return x", 'exec("def lstm_step(x): return nn.LSTM(3, 4)(x)")'],
    ),
    "a redefinition by update": (
        "lstm_step",
        ["def lstm_step(x):\n    return x", "globals().update(lstm_step=nn.LSTMCell(3, 4))"],
    ),
    "a patched method": (
        "CharRNN",
        [
            "class CharRNN(nn.Module):\n    pass",
            "def f(self, ids):\n    return nn.RNN(3, 4)(ids)",
            "CharRNN.forward = f",
        ],
    ),
    "a method patched by setattr": (
        "CharRNN",
        [
            "class CharRNN(nn.Module):\n    pass",
            'setattr(CharRNN, "forward", lambda self, ids: nn.RNN(3, 4)(ids))',
        ],
    ),
    "a base class": ("CharRNN", ["class CharRNN(nn.GRU):\n    pass"]),
    "a method": (
        "CharRNN",
        ["class CharRNN(nn.Module):\n    def __init__(self):\n        self.rnn = nn.RNN(3, 4)"],
    ),
    "backward": ("rnn_backward", ["def rnn_backward(x):\n    x.sum().backward()\n    return x.grad"]),
    "autograd.grad": ("rnn_backward", ["def rnn_backward(x):\n    return torch.autograd.grad(x.sum(), x)"]),
    "grad of functorch": (
        "rnn_backward",
        ["from torch.func import grad", "def rnn_backward(x):\n    return grad(f)(x)"],
    ),
    "vjp": ("rnn_backward", ["def rnn_backward(x):\n    return torch.func.vjp(f, x)"]),
    "the library's clipping": (
        "clip_gradients_",
        ["def clip_gradients_(p, n):\n    return nn.utils.clip_grad_norm_(list(p), n).item()"],
    ),
}

ALLOWED = {
    "a variable called like a library": (
        "train_bpe",
        ["import tokenizers", "def train_bpe(text, tokenizers):\n    return tokenizers.items()"],
    ),
    "a library of tokenizers in another task": (
        "train_bpe",
        [
            "def train_library_tokenizer(text):\n    from tokenizers import Tokenizer\n    return Tokenizer(text)",
            "def train_bpe(text):\n    return text",
        ],
    ),
    "mathematics": ("lstm_step", ['def lstm_step(x):\n    return torch.einsum("bd->b", F.linear(x, x))']),
    "no_grad": ("rnn_backward", ["def rnn_backward(x):\n    with torch.no_grad():\n        return x"]),
    "a local name `grad`": (
        "rnn_backward",
        ["def rnn_backward(x):\n    grad = 2 * x\n    return {'x': grad.sum()}"],
    ),
    "a helper's own `backward`": (
        "rnn_backward",
        ["def rnn_backward(x):\n    def backward(y):\n        return y\n    return backward(x)"],
    ),
    "a docstring": ("lstm_step", ['def lstm_step(x):\n    """Like nn.LSTM, by hand."""\n    return x']),
    "a comment": ("lstm_step", ["def lstm_step(x):\n    return x  # not nn.LSTMCell"]),
    "use elsewhere": ("lstm_step", ["def lstm_step(x):\n    return x", "print(nn.LSTM(3, 4), lstm_step(1))"]),
    "a comparison with the library": (
        "lstm_step",
        [
            "cell = nn.LSTMCell(3, 4)\nx, h = torch.ones(2, 3), cell(x)[0]",
            "def lstm_step(x, h, cell):\n    return x + h + cell",
        ],
    ),
    "an import for another task": (
        "lstm_step",
        ["from torch.nn import LSTM", "def lstm_step(x):\n    return x"],
    ),
    "an imported name hidden by an argument": (
        "lstm_step",
        [
            "from torch.nn import LSTMCell as cell",
            "def lstm_step(x, cell):\n    return torch.sigmoid(x) * cell",
        ],
    ),
    "an attribute of one's own": (
        "CharRNN",
        ["class CharRNN(nn.Module):\n    def forward(self, x):\n        return self.LSTM(x)"],
    ),
    "a class of one's own": (
        "lstm_step",
        ["class LSTMCell:\n    pass", "def lstm_step(x):\n    return LSTMCell()"],
    ),
    "a cell in the character model": (
        "CharRNN",
        ["class CharRNN(nn.Module):\n    def __init__(self):\n        self.cell = nn.RNNCell(3, 4)"],
    ),
    "a key": ("rnn_backward", ['def rnn_backward(x):\n    d = {"grad": x}\n    return d["grad"]']),
    "a table of results": (
        "lstm_step",
        [
            "sizes = {}\nsizes.update(lstm=nn.LSTM(3, 4))",
            "def lstm_step(x):\n    return nn.functional.sigmoid(x)",
        ],
    ),
    "another cell that is not Python": (
        "lstm_step",
        ["this is not Python", "def lstm_step(x):\n    return x"],
    ),
    "a task without a definition": ("lstm_step", []),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_what_is_forbidden_is_found(case: str) -> None:
    """By another name, through a helper, by a string or a patch: it is found."""
    task, cells = FORBIDDEN[case]
    assert find_forbidden([SETUP, *cells], task, RULES[task]) is not None


@pytest.mark.parametrize("case", ALLOWED)
def test_what_is_allowed_is_not_found(case: str) -> None:
    """A right solution is never refused for a name that only looks like a forbidden one."""
    task, cells = ALLOWED[case]
    assert find_forbidden([SETUP, *cells], task, RULES[task]) is None


def test_the_place_is_told() -> None:
    """Full name, cell and line, as the message needs them."""
    found = find_forbidden(
        [SETUP, "", "def lstm_step(x):\n    y = x\n    return nn.LSTM(3, 4)(y)"],
        "lstm_step",
        RULES["lstm_step"],
    )
    assert found is not None
    assert (found.name, found.cell, found.line) == ("torch.nn.LSTM", 2, 3)


def test_uses_follows_helpers() -> None:
    """An earlier function is to blame only if it is called, directly or not."""
    cells = [
        "def a(x):\n    return x",
        "def b(x):\n    return a(x)",
        "def c(a):\n    return a",
        "def d(x):\n    return b(x)",
    ]
    assert uses(cells, "b", "a")
    assert uses(cells, "d", "a")
    assert not uses(cells, "c", "a")
    assert not uses(cells, "a", "a")


def test_a_cell_that_was_run_again_counts_in_its_last_version() -> None:
    """Who tried the library first and then wrote the equation is not refused until the kernel restarts."""
    first, second = "def lstm_step(x):\n    return nn.LSTM(3, 4)(x)", "def lstm_step(x):\n    return x"
    assert newest([SETUP, first, "lstm_step(1)", second]) == [SETUP, "lstm_step(1)", second]
    assert newest([SETUP, second, first]) == [SETUP, first]
