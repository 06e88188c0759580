# wrong: with tie_weights the embedding is only copied into the decoder, so there are two parameters that drift apart
# common
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocab_size, embed)
        p = dropout if layers > 1 else 0
        if kind in ("LSTM", "GRU"):
            self.rnn = getattr(nn, kind)(embed, hidden, layers, dropout=p)
        else:
            self.rnn = nn.RNN(embed, hidden, layers, nonlinearity=kind[4:].lower(), dropout=p)
        self.decoder = nn.Linear(hidden, vocab_size)
        self.encoder.weight.data.uniform_(-0.1, 0.1)
        self.decoder.weight.data.uniform_(-0.1, 0.1)
        self.decoder.bias.data.fill_(0)
        if tie_weights:
            if hidden != embed:
                raise ValueError("embed must equal hidden")
            self.decoder.weight.data.copy_(self.encoder.weight.data)
        self.kind = kind
        self.nhid = hidden
        self.nlayers = layers

    def forward(self, ids, state):
        emb = self.drop(self.encoder(ids))
        output, state = self.rnn(emb, state)
        output = self.drop(output)
        return self.decoder(output), state

    def init_state(self, batch_size):
        w = next(self.parameters())
        if self.kind == "LSTM":
            return (
                w.new_zeros(self.nlayers, batch_size, self.nhid),
                w.new_zeros(self.nlayers, batch_size, self.nhid),
            )
        return w.new_zeros(self.nlayers, batch_size, self.nhid)
