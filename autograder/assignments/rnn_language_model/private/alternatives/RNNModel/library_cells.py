"""Cells of the library in a list, functional dropout, the decoder registered first; tied by F.linear, one weight only."""


class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        if tie_weights and hidden != embed:
            raise ValueError(f"{hidden} != {embed}")
        self.sizes, self.p, self.pair = (layers, hidden), dropout, kind == "LSTM"
        self.bias = nn.Parameter(torch.zeros(vocab_size))
        self.out = None if tie_weights else nn.Parameter(torch.rand(vocab_size, hidden) * 0.2 - 0.1)
        self.table = nn.Parameter(torch.empty(vocab_size, embed).uniform_(-0.1, 0.1))
        make = {
            "RNN_TANH": lambda n: nn.RNNCell(n, hidden),
            "RNN_RELU": lambda n: nn.RNNCell(n, hidden, nonlinearity="relu"),
            "LSTM": lambda n: nn.LSTMCell(n, hidden),
            "GRU": lambda n: nn.GRUCell(n, hidden),
        }[kind]
        self.cells = nn.ModuleList(make(hidden if layer else embed) for layer in range(layers))

    def init_state(self, batch_size):
        zeros = torch.zeros(self.sizes[0], batch_size, self.sizes[1], dtype=self.bias.dtype)
        return (zeros, zeros) if self.pair else zeros

    def forward(self, ids, state):
        states = list(zip(*state)) if self.pair else list(state)
        logits = []
        for words in ids:
            x = F.embedding(words, self.table)
            for layer, cell in enumerate(self.cells):
                states[layer] = cell(F.dropout(x, self.p, self.training), states[layer])
                x = states[layer][0] if self.pair else states[layer]
            x = F.dropout(x, self.p, self.training)
            logits.append(F.linear(x, self.table if self.out is None else self.out, self.bias))
        if self.pair:
            state = tuple(torch.stack(parts) for parts in zip(*states))
        else:
            state = torch.stack(states)
        return torch.stack(logits), state
