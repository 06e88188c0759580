# wrong: tie_weights with embed different from hidden is silently ignored instead of being a ValueError
# common
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        self.kind, self.hidden, self.layers = kind, hidden, layers
        self.emb = nn.Embedding(vocab_size, embed)
        options = {"num_layers": layers}
        if layers > 1:
            options["dropout"] = dropout
        if kind == "LSTM":
            self.rnn = nn.LSTM(embed, hidden, **options)
        elif kind == "GRU":
            self.rnn = nn.GRU(embed, hidden, **options)
        elif kind == "RNN_TANH":
            self.rnn = nn.RNN(embed, hidden, nonlinearity="tanh", **options)
        elif kind == "RNN_RELU":
            self.rnn = nn.RNN(embed, hidden, nonlinearity="relu", **options)
        self.drop_in = nn.Dropout(dropout)
        self.drop_out = nn.Dropout(dropout)
        self.dec = nn.Linear(hidden, vocab_size)
        if tie_weights and embed == hidden:
            self.dec.weight = self.emb.weight
        with torch.no_grad():
            self.emb.weight.uniform_(-0.1, 0.1)
            self.dec.weight.uniform_(-0.1, 0.1)
            self.dec.bias.zero_()

    def forward(self, ids, state):
        h, state = self.rnn(self.drop_in(self.emb(ids)), state)
        scores = self.dec(self.drop_out(h))
        return scores, state

    def init_state(self, batch_size):
        def z():
            return self.emb.weight.new_zeros((self.layers, batch_size, self.hidden))

        return (z(), z()) if self.kind == "LSTM" else z()
