# wrong: there is no dropout on the output of the last layer
# common
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        if tie_weights and embed != hidden:
            raise ValueError
        self.kind = kind
        self.size = (layers, hidden)
        self.embed = nn.Sequential(nn.Embedding(vocab_size, embed), nn.Dropout(dropout))
        inner = dropout if layers > 1 else 0.0
        makers = {
            "RNN_TANH": lambda: nn.RNN(embed, hidden, layers, dropout=inner),
            "RNN_RELU": lambda: nn.RNN(embed, hidden, layers, nonlinearity="relu", dropout=inner),
            "LSTM": lambda: nn.LSTM(embed, hidden, layers, dropout=inner),
            "GRU": lambda: nn.GRU(embed, hidden, layers, dropout=inner),
        }
        self.core = makers[kind]()
        self.out = nn.Linear(hidden, vocab_size)
        if tie_weights:
            self.out.weight = self.embed[0].weight
        nn.init.uniform_(self.embed[0].weight, -0.1, 0.1)
        if not tie_weights:
            nn.init.uniform_(self.out.weight, -0.1, 0.1)
        nn.init.constant_(self.out.bias, 0.0)

    def forward(self, ids, state):
        x = self.embed(ids)
        x, state = self.core(x, state)
        return self.out(x), state

    def init_state(self, batch_size):
        layers, hidden = self.size
        h = torch.zeros(layers, batch_size, hidden, dtype=self.out.bias.dtype, device=self.out.bias.device)
        if self.kind == "LSTM":
            return h, torch.zeros_like(h)
        return h
