"""One small linear layer for each gate, in no library's order; one-hot words; a transposed decoder without a bias;
dropout by masks that stay the same at all steps; the state of an LSTM is a list."""


class Gate(nn.Module):
    def __init__(self, inputs, hidden, function):
        super().__init__()
        self.h = nn.Linear(hidden, hidden)
        self.x = nn.Linear(inputs, hidden, bias=False)
        self.function = function

    def forward(self, x, h):
        return self.function(self.x(x) + self.h(h))


class OwnCell(nn.Module):
    def __init__(self, kind, inputs, hidden):
        super().__init__()
        self.kind = kind
        gates = {"RNN_TANH": "a", "RNN_RELU": "a", "LSTM": "goif", "GRU": "nrz"}[kind]
        functions = {"g": torch.tanh, "n": torch.tanh, "a": torch.tanh if kind == "RNN_TANH" else torch.relu}
        self.gates = nn.ModuleDict(
            {gate: Gate(inputs, hidden, functions.get(gate, torch.sigmoid)) for gate in gates}
        )

    def forward(self, x, h, c):
        gates = self.gates
        if self.kind == "LSTM":
            c = gates["f"](x, h) * c + gates["i"](x, h) * gates["g"](x, h)
            return gates["o"](x, h) * torch.tanh(c), c
        if self.kind == "GRU":  # the lecture's convention
            n, z = gates["n"](x, gates["r"](x, h) * h), gates["z"](x, h)
            return (1 - z) * h + z * n, None
        return gates["a"](x, h), None


class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        self.kind, self.layers, self.hidden, self.dropout = kind, layers, hidden, dropout
        self.projection = nn.Linear(vocab_size, embed, bias=False)  # (E, V)
        self.readout = nn.Parameter(torch.empty(hidden, vocab_size))  # (H, V)
        self.cells = nn.ModuleList()
        width = embed
        while len(self.cells) < layers:
            self.cells.append(OwnCell(kind, width, hidden))
            width = hidden
        if tie_weights:
            if embed != hidden:
                raise ValueError("no")
            self.readout = self.projection.weight
        with torch.no_grad():
            for weight in (self.projection.weight, self.readout):
                weight.copy_(torch.rand_like(weight).sub(0.5).mul(0.2))

    def mask(self, like):
        if not self.training:
            return 1.0
        return torch.bernoulli(torch.full_like(like, 1 - self.dropout)) / (1 - self.dropout)

    def forward(self, ids, state):
        h, c = state if self.kind == "LSTM" else (state, [None] * self.layers)
        x = self.projection(F.one_hot(ids, self.readout.shape[1]).to(self.readout.dtype))
        x = x * self.mask(x[0])
        last_h, last_c = [], []
        for cell, h_l, c_l in zip(self.cells, h, c):
            outputs = []
            for x_t in x:
                h_l, c_l = cell(x_t, h_l, c_l)
                outputs.append(h_l)
            last_h.append(h_l)
            last_c.append(c_l)
            x = torch.stack(outputs) * self.mask(h_l)
        h = torch.stack(last_h)
        return x @ self.readout, [h, torch.stack(last_c)] if self.kind == "LSTM" else h

    def init_state(self, batch_size):
        zeros = self.readout.detach()[:1, :1].expand(self.layers * batch_size, self.hidden) * 0
        zeros = zeros.reshape(self.layers, batch_size, self.hidden)
        return [zeros, zeros.clone()] if self.kind == "LSTM" else zeros
