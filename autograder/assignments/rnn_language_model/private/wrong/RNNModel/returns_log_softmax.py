# wrong: forward returns log-probabilities instead of raw scores
# common
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        self.model_type = kind
        self.ntoken = vocab_size
        self.nhid = hidden
        self.nlayers = layers
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocab_size, embed)
        between = dropout if layers >= 2 else 0.0
        if kind.startswith("RNN"):
            nonlin = "tanh" if kind == "RNN_TANH" else "relu"
            self.rnn = nn.RNN(embed, hidden, layers, nonlinearity=nonlin, dropout=between)
        else:
            cls = nn.LSTM if kind == "LSTM" else nn.GRU
            self.rnn = cls(embed, hidden, layers, dropout=between)
        self.decoder = nn.Linear(hidden, vocab_size)
        if tie_weights:
            if embed != hidden:
                raise ValueError("When using the tied flag, hidden must be equal to embed")
            self.decoder.weight = self.encoder.weight
        self.init_weights()

    def init_weights(self):
        initrange = 0.1
        nn.init.uniform_(self.encoder.weight, -initrange, initrange)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -initrange, initrange)

    def forward(self, ids, state):
        emb = self.drop(self.encoder(ids))
        output, state = self.rnn(emb, state)
        decoded = self.decoder(self.drop(output))
        return F.log_softmax(decoded, dim=-1), state

    def init_state(self, batch_size):
        weight = next(self.parameters())
        shape = (self.nlayers, batch_size, self.nhid)
        if self.model_type == "LSTM":
            return (weight.new_zeros(shape), weight.new_zeros(shape))
        return weight.new_zeros(shape)
