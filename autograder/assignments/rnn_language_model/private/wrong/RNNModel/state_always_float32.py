# wrong: init_state makes zeros in the default dtype float32, not in the dtype of the weights
# common
class RNNModel(nn.Module):
    def __init__(self, kind, vocab_size, embed, hidden, layers, dropout=0.5, tie_weights=False):
        super().__init__()
        if tie_weights:
            if embed != hidden:
                raise ValueError(f"{embed} != {hidden}")
        self.config = dict(kind=kind, hidden=hidden, layers=layers)
        self.table = nn.Embedding(vocab_size, embed)
        self.readout = nn.Linear(hidden, vocab_size)
        name = kind.split("_")[0]
        extra = {"nonlinearity": kind.split("_")[1].lower()} if name == "RNN" else {}
        self.recurrent = getattr(nn, name)(
            input_size=embed,
            hidden_size=hidden,
            num_layers=layers,
            dropout=dropout if layers > 1 else 0.0,
            **extra,
        )
        self.dropout = nn.Dropout(p=dropout)
        for matrix in (self.table.weight, self.readout.weight):
            nn.init.uniform_(matrix, a=-0.1, b=0.1)
        nn.init.zeros_(self.readout.bias)
        if tie_weights:
            self.table.weight = self.readout.weight

    def forward(self, ids, state):
        vectors = self.dropout(self.table(ids))
        hs, new_state = self.recurrent(vectors, state)
        return self.readout(self.dropout(hs)), new_state

    def init_state(self, batch_size):
        h0 = torch.zeros(self.config["layers"], batch_size, self.config["hidden"])
        if self.config["kind"] == "LSTM":
            c0 = torch.zeros(self.config["layers"], batch_size, self.config["hidden"])
            return (h0, c0)
        return h0
