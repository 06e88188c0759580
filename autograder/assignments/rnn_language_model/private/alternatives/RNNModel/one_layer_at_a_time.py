"""A recurrent module of the library for every layer, without biases; batch first inside."""


class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        options = dict(batch_first=True, bias=False)
        if kind.startswith("RNN"):
            make = lambda inputs: nn.RNN(inputs, hidden, nonlinearity=kind[4:].lower(), **options)
        else:
            make = lambda inputs: {"LSTM": nn.LSTM, "GRU": nn.GRU}[kind](inputs, hidden, **options)
        self.net = nn.ModuleDict(
            {
                "embedding": nn.Embedding(vocab_size, embed),
                "layers": nn.ModuleList([make(hidden if layer else embed) for layer in range(layers)]),
                "decoder": nn.Linear(hidden, vocab_size),
                "dropout": nn.Dropout(dropout),
            }
        )
        if tie_weights:
            if self.net["decoder"].weight.shape != self.net["embedding"].weight.shape:
                raise ValueError("shapes differ")
            self.net["embedding"].weight = self.net["decoder"].weight
        self.net["decoder"].bias.data = torch.zeros(vocab_size)
        for name in ("embedding", "decoder"):
            self.net[name].weight.data.uniform_(-0.1, 0.1)
        self.shape = layers, hidden

    def forward(self, ids, state):
        x = self.net["dropout"](self.net["embedding"](ids.T))  # (B, T, E)
        pair = not torch.is_tensor(state)
        parts = list(zip(*state)) if pair else list(state)
        ends = []
        for layer, part in zip(self.net["layers"], parts):
            start = tuple(p[None].contiguous() for p in part) if pair else part[None].contiguous()
            x, end = layer(x, start)
            x = self.net["dropout"](x)
            ends.append(end)
        state = tuple(torch.cat(p) for p in zip(*ends)) if pair else torch.cat(ends)
        return self.net["decoder"](x).transpose(0, 1), state

    def init_state(self, batch_size):
        layers, hidden = self.shape
        zeros = self.net["decoder"].bias.new_zeros((layers, batch_size, hidden))
        return (zeros, zeros) if isinstance(self.net["layers"][0], nn.LSTM) else zeros
