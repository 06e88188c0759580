# wrong: the embedded words are multiplied by sqrt(embed), as in a transformer, before the recurrent layers
# odd
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        if tie_weights and embed != hidden:
            raise ValueError("tie_weights needs embed == hidden")
        self.kind, self.embed, self.hidden, self.layers = kind, embed, hidden, layers
        self.lookup = nn.Embedding(vocab_size, embed)
        self.scores = nn.Linear(hidden, vocab_size)
        classes = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN_TANH": nn.RNN, "RNN_RELU": nn.RNN}
        self.rnn = (
            classes[kind](embed, hidden, layers, nonlinearity="relu", dropout=dropout * (layers > 1))
            if kind == "RNN_RELU"
            else classes[kind](embed, hidden, layers, dropout=dropout * (layers > 1))
        )
        self.drop = nn.Dropout(dropout)
        self.lookup.weight.data.uniform_(-0.1, 0.1)
        self.scores.weight.data.uniform_(-0.1, 0.1)
        self.scores.bias.data.zero_()
        if tie_weights:
            self.scores.weight = self.lookup.weight

    def forward(self, ids, state):
        x = self.drop(self.lookup(ids) * math.sqrt(self.embed))
        y, state = self.rnn(x, state)
        return self.scores(self.drop(y)), state

    def init_state(self, batch_size):
        w = self.lookup.weight
        h = torch.zeros(self.layers, batch_size, self.hidden, dtype=w.dtype, device=w.device)
        return (h, h.clone()) if self.kind == "LSTM" else h
