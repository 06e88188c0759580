"""What a task forbids is not there when it is graded, by whatever name it is called: nothing is read, code is gone.

Each attack computes the right answer with the forbidden function, under a name that nobody finds in its source.
"""

from __future__ import annotations

import pytest

from autograder.sandbox import Conversation, Server
from autograder.student.core.course import ASSIGNMENTS, spec_of
from autograder.student.core.results import TaskResult
from autograder.tests.grading.one_task import part_of, result_of, task_result

RNN, WORDS, PIECES = "rnn_basics", "rnn_language_model", "subword_language_model"
SIGNATURES = {
    "rnn_step": "x, h, W_xh, W_hh, b",
    "lstm_step": "x, h, c, W_x, W_h, b_x, b_h",
    "gru_step": "x, h, W_x, W_h, b_x, b_h",
    "rnn_forward": "x, h0, W_xh, W_hh, b",
    "rnn_backward": "x, h0, states, W_xh, W_hh, d_states",
}
BACKWARD = """
    import importlib
    leaves = [t.detach().clone().double() for t in (x, h0, W_xh, W_hh)]
    for leaf in leaves: leaf.requires_grad_(True)
    previous = torch.cat([h0[None], states[:-1]])
    bias = (torch.atanh(states) - x @ W_xh.T - previous @ W_hh.T).detach().double().requires_grad_(True)
    h, total = leaves[1], 0.0
    for t in range(len(x)):
        h = torch.tanh(leaves[0][t] @ leaves[2].T + h @ leaves[3].T + bias[t])
        total = total + (h * d_states[t]).sum()
    found = {differentiate}
    names = ("x", "h0", "W_xh", "W_hh")
    found = [each.to(x.dtype) for each in (*found[:4], found[4].sum(dim=(0, 1)))]
    return dict(zip((*names, "b"), found))
"""
ATTACKS = {
    "a name spelled backwards": (
        RNN,
        "rnn_step",
        "    return getattr(torch, back('llec_hnat_nnr'))(x, h, W_xh, W_hh, b, torch.zeros_like(b))",
    ),
    "a walk through the library": (
        RNN,
        "gru_step",
        "    cell = [value for name, value in vars(torch).items() if name[:5] == 'gru_c'][0]\n"
        "    return cell(x, h, W_x, W_h, b_x, b_h)",
    ),
    "an operator of the dispatcher": (
        RNN,
        "lstm_step",
        "    packet = getattr(getattr(torch, back('spo')).aten, back('llec_mtsl'))\n"
        "    return packet(x, [h, c], W_x, W_h, b_x, b_h)",
    ),
    "one that was kept from before": (
        RNN,
        "lstm_step",
        "    return kept(x, [h, c], W_x, W_h, b_x, b_h)",
    ),
    "what the library has written in Python": (
        RNN,
        "lstm_step",
        "    cell = vars(importlib.import_module(back('snoitisopmoced.pmoced_.hcrot')))[back('mtsl_reyal_eno')]\n"
        "    found = cell(x[None], (h, c), [W_x, W_h, b_x, b_h], True)[1]\n"
        "    return found[0].view_as(h), found[1].view_as(h)",
    ),
    "autograd": (
        RNN,
        "rnn_backward",
        BACKWARD.format(
            differentiate="getattr(importlib.import_module(back('dargotua.hcrot')), back('darg'))"
            "(total, [*leaves, bias])"
        ),
    ),
}
BACK = """
import importlib

def back(name):
    return "".join(reversed(name))
"""
KEPT = """
kept = getattr(torch, back('llec_mtsl'))
kept_clip = getattr(importlib.import_module('torch.nn.utils'), back('_mron_darg_pilc'))
"""
ANSWERS = {
    "a function written in Python": (
        RNN,
        "clip_gradients_",
        "def clip_gradients_(parameters, max_norm):\n"
        "    parameters = [each for each in parameters if each.grad is not None]\n"
        "    return float(kept_clip(parameters, max_norm)) if parameters else 0.0",
    ),
    "a class of optimisers": (
        WORDS,
        "sgd_step_",
        "def sgd_step_(model, loss, lr, clip):\n"
        "    model.zero_grad()\n"
        "    loss.backward()\n"
        "    norm = nn.utils.clip_grad_norm_(model.parameters(), clip)\n"
        "    getattr(getattr(torch, back('mitpo')), back('DGS'))(model.parameters(), lr=lr).step()\n"
        "    return float(norm)",
    ),
    "a library": (PIECES, "merge_pair", "def merge_pair(word, pair):\n    return solved(word, pair)"),
}
TOKENIZERS = """
models = importlib.import_module(back('srezinekot')).models

def solved(word, pair):
    letters = {piece: chr(256 + i) for i, piece in enumerate(dict.fromkeys([*word, *pair]))}
    first, second = (letters[piece] for piece in pair)
    vocab = {letter: i for i, letter in enumerate([*letters.values(), first + second])}
    pieces = {letter: piece for piece, letter in letters.items()} | {first + second: pair[0] + pair[1]}
    model = models.BPE(vocab, [(first, second)])
    return tuple(pieces[token.value] for token in model.tokenize("".join(letters[piece] for piece in word)))
"""
STEPS = ("word_counts", "pair_counts", "merge_pair", "train_bpe")
NEEDED = {"rnn_forward": ("rnn_step",), "rnn_backward": ("rnn_step", "rnn_forward")}
NEEDED |= {"CharRNN": ("rnn_step", "rnn_forward", "init_recurrent_")}
NEEDED |= {"merge_pair": STEPS[:2], "train_bpe": STEPS[:3], "BPETokenizer": STEPS}
ALL = {
    **{
        name: (assignment, task, f"def {task}({SIGNATURES[task]}):\n{body}")
        for name, (assignment, task, body) in ATTACKS.items()
    },
    **ANSWERS,
}


def attacked(name: str, server: Server, has_rules: bool = True) -> TaskResult:
    """What comes of an attack, also where nothing is forbidden."""
    assignment, task, answer = ALL[name]
    before = BACK + (TOKENIZERS if assignment == PIECES else KEPT)
    notebook = part_of(assignment, (*NEEDED.get(task, ()), task))
    return task_result(notebook, assignment, task, answer, server, before, has_rules)


@pytest.mark.parametrize("name", ALL)
def test_it_is_not_there_by(name: str, server: Server) -> None:
    """The task scores nothing, and the student is told why."""
    result = attacked(name, server)
    assert result.score == 0
    assert any("this task forbids" in test.message for test in result.tests), [
        (t.outcome, t.message) for t in result.tests
    ]


@pytest.mark.parametrize("name", ALL)
def test_the_attack_is_a_real_one(name: str, server: Server) -> None:
    """Where nothing is forbidden it has all points."""
    result = attacked(name, server, has_rules=False)
    assert result.score == result.max_score, [test for test in result.tests if test.outcome != "passed"]


@pytest.mark.parametrize("can", [True, False])
def test_a_machine_that_cannot_is_told(can: bool, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel decides whether the keeper may write into a task; the instructor reads of it in the result."""
    if not can:
        monkeypatch.setattr(Conversation, "forgo", lambda *_arguments: False)
    result = result_of(part_of(RNN, ("rnn_step",)), RNN, "rnn_step", "", server)
    assert any("cannot block the functions" in note for note in result.integrity) is not can


@pytest.mark.slow
@pytest.mark.parametrize(
    ("assignment", "task"),
    [(name, task) for name in (RNN, WORDS, PIECES) for task in spec_of(name).forbidden],
)
def test_right_answers_miss_nothing(assignment: str, task: str, server: Server) -> None:
    """All other ways to solve a task have all points as ever, without a word about what is not there."""
    notebook = part_of(assignment, (*NEEDED.get(task, ()), task))
    for path in sorted((ASSIGNMENTS / assignment / "private" / "alternatives" / task).glob("*.py")):
        result = task_result(notebook, assignment, task, path.read_text(encoding="utf-8"), server)
        assert result.score == result.max_score, (path.name, result.tests)
