# wrong: the embedding has padding_idx=0, so the vector of <unk> never gets a gradient from being read
# odd
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        if tie_weights and hidden != embed:
            raise ValueError("cannot tie")
        self.is_lstm = kind == "LSTM"
        self.hidden = hidden
        self.layers = layers
        self.emb = nn.Embedding(vocab_size, embed, padding_idx=0)
        d = 0.0 if layers == 1 else dropout
        if kind == "LSTM":
            self.net = nn.LSTM(embed, hidden, num_layers=layers, dropout=d)
        if kind == "GRU":
            self.net = nn.GRU(embed, hidden, num_layers=layers, dropout=d)
        if kind == "RNN_TANH":
            self.net = nn.RNN(embed, hidden, num_layers=layers, dropout=d, nonlinearity="tanh")
        if kind == "RNN_RELU":
            self.net = nn.RNN(embed, hidden, num_layers=layers, dropout=d, nonlinearity="relu")
        self.lin = nn.Linear(hidden, vocab_size)
        self.p = dropout
        init.uniform_(self.emb.weight, -0.1, 0.1)
        init.uniform_(self.lin.weight, -0.1, 0.1)
        init.zeros_(self.lin.bias)
        if tie_weights:
            self.lin.weight = self.emb.weight

    def forward(self, ids, state):
        x = F.dropout(self.emb(ids), self.p, self.training)
        x, state = self.net(x, state)
        x = F.dropout(x, self.p, self.training)
        return self.lin(x), state

    def init_state(self, batch_size):
        zero = self.lin.weight.new_zeros(self.layers, batch_size, self.hidden)
        if self.is_lstm:
            return zero, zero.clone()
        return zero
