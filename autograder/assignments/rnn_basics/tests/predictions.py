"""What can be predicted of each task of the first notebook: the student's own code is asked, and says what it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import nn

Outcome = Mapping[str, Any]


def _shape(tensor: torch.Tensor) -> tuple[int, ...]:
    return tuple(tensor.shape)


def _ids(*shape: int, below: int = 4) -> torch.Tensor:
    return torch.randint(below, shape)


def pad_batch(code: Any) -> Outcome:
    """Three sequences with 4, 0 and 2 ids."""
    ids, lengths = code.pad_batch([[5, 6, 7, 8], [], [9, 5]], 0)
    return {"ids": _shape(ids), "lengths": _shape(lengths), "middle_length": int(lengths[1])}


def packed_batch_sizes(code: Any) -> Outcome:
    """Rows of lengths 1, 3 and 2."""
    sizes = code.packed_batch_sizes(torch.tensor([1, 3, 2]))
    return {"sizes": sizes.tolist(), "total": int(sizes.sum())}


def rnn_step(code: Any) -> Outcome:
    """The weights with which a step from (5, 3) to (5, 4) runs."""
    weights = {"W_xh": torch.ones(4, 3), "W_hh": torch.ones(4, 4), "b": torch.ones(4)}
    code.rnn_step(torch.ones(5, 3), torch.ones(5, 4), *weights.values())
    return {name: _shape(weight) for name, weight in weights.items()}


def _forward(code: Any) -> tuple[list[torch.Tensor], tuple[torch.Tensor, torch.Tensor]]:
    arguments = [torch.randn(*shape) for shape in ((7, 5, 3), (5, 4), (4, 3), (4, 4), (4,))]
    return arguments, code.rnn_forward(*arguments)


def rnn_forward(code: Any) -> Outcome:
    """An input (7, 5, 3) and four cells."""
    _arguments, (states, last) = _forward(code)
    return {"states": _shape(states), "h_T": _shape(last), "rounds_of_the_loop": len(states)}


def rnn_backward(code: Any) -> Outcome:
    """The same, on the way back."""
    (x, h0, W_xh, W_hh, _b), (states, _last) = _forward(code)
    gradients = code.rnn_backward(x, h0, states, W_xh, W_hh, torch.ones_like(states))
    return {name: _shape(gradients[name]) for name in ("x", "W_xh", "b")}


def CharRNN(code: Any) -> Outcome:
    """Four letters, sixteen cells, ids (6, 2)."""
    logits, h = code.CharRNN(4, 16)(_ids(6, 2))
    return {"scores": _shape(logits), "h": _shape(h)}


class _Listening(nn.Module):
    """A model that remembers which shapes it was given, and which it gave back."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.seen: list[tuple[tuple[int, ...], tuple[int, ...]]] = []

    def forward(self, ids: torch.Tensor, *state: Any) -> Any:
        scores, new = self.model(ids, *state)
        self.seen.append((_shape(ids), _shape(scores)))
        return scores, new


def fit_hello(code: Any) -> Outcome:
    """One pass over "hello"."""
    model = _Listening(code.CharRNN(4, 16))
    code.fit_hello(model, "hello", 1, 0.01)
    read, scores = model.seen[0]
    return {"predictions": read[0] * read[1], "scores": scores}


def lstm_step(code: Any) -> Outcome:
    """B = 5, D = 3, H = 4."""
    weights = {"W_x": torch.ones(16, 3), "W_h": torch.ones(16, 4)}
    h, _c = code.lstm_step(
        torch.ones(5, 3),
        torch.ones(5, 4),
        torch.ones(5, 4),
        *weights.values(),
        torch.ones(16),
        torch.ones(16),
    )
    return {**{name: _shape(weight) for name, weight in weights.items()}, "block": _shape(h)}


def lecture_to_torch(code: Any) -> Outcome:
    """A matrix (16, 7)."""
    W_x, W_h, _b_x, _b_h = code.lecture_to_torch(torch.randn(16, 7), torch.randn(16))
    return {"H": W_h.shape[1], "D": W_x.shape[1]}


def gru_step(code: Any) -> Outcome:
    """B = 5, D = 3, H = 4."""
    weights = {"W_x": torch.ones(12, 3), "W_h": torch.ones(12, 4), "b_x": torch.ones(12)}
    code.gru_step(torch.ones(5, 3), torch.ones(5, 4), *weights.values(), torch.ones(12))
    return {name: _shape(weight) for name, weight in weights.items()}


def gru_step_lecture(code: Any) -> Outcome:
    """Both conventions with z = 1/2 everywhere, and r driven to 1 or to 0."""

    def agree(r: float) -> bool:
        torch.manual_seed(0)
        x, h, W_x, W_h = torch.randn(5, 3), torch.randn(5, 4), torch.randn(12, 3), torch.randn(12, 4)
        b_x, b_h = torch.randn(12), torch.randn(12)
        W_x[:8] = W_h[:8] = 0
        b_h[:8] = 0
        b_x[:4], b_x[4:8] = 100 * (2 * r - 1), 0
        arguments = (x, h, W_x, W_h, b_x, b_h)
        return torch.allclose(code.gru_step(*arguments), code.gru_step_lecture(*arguments), atol=1e-5)

    return {"agree_if_r_is_1": agree(1.0), "agree_if_r_is_0": agree(0.0)}


def last_states(code: Any) -> Outcome:
    """Five rows, 9 wide, read by two layers in two directions."""
    lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True, batch_first=True)
    embedded = torch.randn(5, 9, 3)
    outputs, (final_h, _c) = lstm(embedded)
    result = code.last_states(lstm, embedded, torch.tensor([1, 9, 4, 2, 3]))
    return {"outputs": _shape(outputs), "final_h": _shape(final_h), "result": _shape(result)}


def masked_mean(code: Any) -> Outcome:
    """States (5, 9, 4), and nan where the padding is."""
    states, lengths = torch.ones(5, 9, 4), torch.tensor([1, 9, 4, 2, 3])
    for row, length in zip(states, lengths.tolist(), strict=True):
        row[length:] = torch.nan
    mean = code.masked_mean(states, lengths)
    return {"result": _shape(mean), "zero_times_nan": str(float(torch.tensor(0.0) * torch.nan))}


def SequenceClassifier(code: Any) -> Outcome:
    """64 names, 12 wide, 15 classes."""
    scores = code.SequenceClassifier(30, 32, 64, 15, 0)(_ids(64, 12, below=30), torch.full((64,), 12))
    return {"scores": _shape(scores)}


def SequenceTagger(code: Any) -> Outcome:
    """Ids (5, 9), the longest row of length 7, 3 classes."""
    lengths = torch.tensor([7, 1, 3, 2, 5])
    scores = code.SequenceTagger(10, 4, 8, 3, 0)(_ids(5, 9), lengths)
    return {"unpadded_width": int(lengths.max()), "scores": _shape(scores)}


def greedy_decode(code: Any) -> Outcome:
    """A step that never ends by itself."""

    def calls(max_len: int) -> int:
        made = []

        def step(number: int, state: Any) -> tuple[torch.Tensor, Any]:
            made.append(number)
            return torch.tensor([0.0, 1.0, 0.0]), state

        code.greedy_decode(step, None, 0, 2, max_len)
        return len(made)

    return {"calls_if_max_len_is_5": calls(5), "calls_if_max_len_is_0": calls(0)}


def EncoderDecoder(code: Any) -> Outcome:
    """A source (5, 9), a target (5, 6), ten symbols."""
    scores = code.EncoderDecoder(10, 4, 8)(_ids(5, 9), torch.tensor([9, 1, 3, 2, 5]), _ids(5, 6))
    return {"scores": _shape(scores)}


def state_gradient_norms(code: Any) -> Outcome:
    """60 steps of 8 rows and 32 cells."""
    norms = code.state_gradient_norms(nn.RNNCell(2, 32), torch.randn(60, 8, 2), torch.zeros(8, 32))
    return {"numbers": len(norms), "last": float(norms[-1])}


def clip_gradients_(code: Any) -> Outcome:
    """Sixteen gradients of 1, and a greatest norm of 2."""
    parameters = [nn.Parameter(torch.zeros(4, 3)), nn.Parameter(torch.zeros(4))]
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)
    norm = code.clip_gradients_(parameters, 2.0)
    return {"norm": float(norm), "each_afterwards": float(parameters[0].grad[0, 0])}  # type: ignore[index]


def init_recurrent_(code: Any) -> Outcome:
    """An LSTM of two layers in two directions."""
    lstm = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    code.init_recurrent_(lstm, "xavier", 1.0)
    return {
        "tensors": len(list(lstm.parameters())),
        "weight_ih_l1": _shape(dict(lstm.named_parameters())["weight_ih_l1"]),
    }


def truncated_bptt(code: Any) -> Outcome:
    """Ten steps in chunks of four."""
    lengths = [
        len(outputs) for outputs, _state in code.truncated_bptt(nn.GRU(3, 4), torch.randn(10, 5, 3), 4)
    ]
    return {"lengths": lengths}


def hidden_trace(code: Any) -> Outcome:
    """200 symbols and 24 cells."""
    return {"trace": _shape(code.hidden_trace(code.CharRNN(4, 24), _ids(200)))}


def find_cell(code: Any) -> Outcome:
    """A cell that never changes beside one that goes against the feature."""
    trace = torch.tensor([[5.0, 0.0], [5.0, 1.0], [5.0, 0.0]])
    index, r = code.find_cell(trace, torch.tensor([3.0, 1.0, 3.0]))
    return {"index": int(index), "r": float(r)}


OUTCOMES: Mapping[str, Callable[[Any], Outcome]] = {
    outcome.__name__: outcome
    for outcome in (
        *(pad_batch, packed_batch_sizes, rnn_step, rnn_forward, rnn_backward, CharRNN, fit_hello),
        *(lstm_step, lecture_to_torch, gru_step, gru_step_lecture, last_states, masked_mean),
        *(SequenceClassifier, SequenceTagger, greedy_decode, EncoderDecoder, state_gradient_norms),
        *(clip_gradients_, init_recurrent_, truncated_bptt, hidden_trace, find_cell),
    )
}
