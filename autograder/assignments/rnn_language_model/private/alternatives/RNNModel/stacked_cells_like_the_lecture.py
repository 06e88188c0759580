"""One matrix on [h, x] for each layer, its blocks in another order than the library's, named as the library's are."""


class StackedCell(nn.Module):
    def __init__(self, kind, inputs, hidden):
        super().__init__()
        rows = {"LSTM": 4, "GRU": 3}.get(kind, 1) * hidden
        self.kind = kind
        self.weight_ih = nn.Parameter(torch.randn(rows, inputs) * 0.1)
        self.weight_hh = nn.Parameter(torch.randn(rows, hidden) * 0.1)
        self.bias_ih = nn.Parameter(torch.zeros(rows))
        self.bias_hh = nn.Parameter(torch.zeros(rows))

    def forward(self, x, h, c):
        a = x @ self.weight_ih.T + self.bias_ih
        b = h @ self.weight_hh.T + self.bias_hh
        if self.kind == "LSTM":
            o, f, i, g = (a + b).chunk(4, dim=-1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            return o.sigmoid() * c.tanh(), c
        if self.kind == "GRU":
            (n, z, r), (n_h, z_h, r_h) = a.chunk(3, dim=-1), b.chunk(3, dim=-1)
            z, r = torch.sigmoid(z + z_h), torch.sigmoid(r + r_h)
            return z * h + (1 - z) * torch.tanh(n + r * n_h), c
        return (a + b).tanh() if self.kind == "RNN_TANH" else (a + b).relu(), c


class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        if tie_weights and embed != hidden:
            raise ValueError
        nn.Module.__init__(self)
        self.is_lstm = kind == "LSTM"
        self.state_shape = lambda batch_size: (layers, batch_size, hidden)
        for layer in range(layers):
            setattr(self, f"layer_{layer}", StackedCell(kind, embed if layer == 0 else hidden, hidden))
        self.layer = [getattr(self, f"layer_{layer}") for layer in range(layers)]
        self.drop = nn.ModuleList(nn.Dropout(dropout) for _ in range(layers + 1))
        self.words = nn.Embedding(vocab_size, embed)
        self.scores = nn.Linear(hidden, vocab_size)
        if tie_weights:
            self.words.weight = self.scores.weight
        for name, parameter in self.named_parameters():
            if name.startswith(("words", "scores")):
                parameter.data.uniform_(-0.1, 0.1) if parameter.dim() == 2 else parameter.data.zero_()

    def init_state(self, batch_size):
        make = lambda: torch.zeros(self.state_shape(batch_size)).to(self.words.weight)
        return (make(), make()) if self.is_lstm else make()

    def forward(self, ids, state):
        h, c = state if self.is_lstm else (state, torch.zeros_like(state))
        h, c = h.unbind(), c.unbind()
        tops = []
        for t in range(ids.size(0)):
            x = self.words(ids[t])
            new_h, new_c = [], []
            for drop, cell, h_l, c_l in zip(self.drop, self.layer, h, c):
                x, c_l = cell(drop(x), h_l, c_l)
                new_h.append(x)
                new_c.append(c_l)
            h, c = new_h, new_c
            tops.append(x)
        logits = self.scores(self.drop[-1](torch.stack(tops)))
        return logits, (torch.stack(h), torch.stack(c)) if self.is_lstm else torch.stack(h)
