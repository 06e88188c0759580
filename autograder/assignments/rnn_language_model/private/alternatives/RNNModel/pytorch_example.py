"""As in PyTorch's word_language_model example, put right: names found by getattr, ties first, in-place init."""


class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.Embedding(vocab_size, embed)
        if kind in ["LSTM", "GRU"]:
            self.rnn = getattr(nn, kind)(embed, hidden, layers, dropout=dropout)
        else:
            self.rnn = nn.RNN(embed, hidden, layers, nonlinearity=kind.split("_")[1].lower(), dropout=dropout)
        self.decoder = nn.Linear(hidden, vocab_size)
        if tie_weights:
            if hidden != embed:
                raise ValueError("When using the tied flag, hidden must be equal to embed")
            self.decoder.weight = self.encoder.weight
        nn.init.uniform_(self.encoder.weight, -0.1, 0.1)
        nn.init.zeros_(self.decoder.bias)
        nn.init.uniform_(self.decoder.weight, -0.1, 0.1)
        self.rnn_type = kind
        self.nhid, self.nlayers = hidden, layers

    def forward(self, input, hidden):
        emb = self.drop(self.encoder(input))
        output, hidden = self.rnn(emb, hidden)
        return self.decoder(self.drop(output)), hidden

    def init_state(self, bsz):
        weight = next(self.parameters())
        if self.rnn_type == "LSTM":
            return (
                weight.new_zeros(self.nlayers, bsz, self.nhid),
                weight.new_zeros(self.nlayers, bsz, self.nhid),
            )
        return weight.new_zeros(self.nlayers, bsz, self.nhid)
