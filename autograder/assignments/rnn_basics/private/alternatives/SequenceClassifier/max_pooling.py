"""The largest value of every cell over the words, and a head with a ReLU."""


class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.rnn = nn.GRU(embed, hidden, batch_first=True)
        self.head = nn.Sequential(nn.Linear(hidden, 4 * hidden), nn.ReLU(), nn.Linear(4 * hidden, classes))

    def forward(self, ids, lengths):
        states, _ = self.rnn(self.embedding(ids))
        is_padding = torch.arange(ids.shape[1]) >= lengths[:, None]
        return self.head(states.masked_fill(is_padding[:, :, None], -torch.inf).amax(dim=1))
