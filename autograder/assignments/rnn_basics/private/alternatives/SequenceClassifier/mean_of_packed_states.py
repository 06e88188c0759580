"""Two bidirectional layers, packed, and the mean of the states over the words."""


class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, pad_id)
        self.rnn = nn.RNN(embed, hidden, num_layers=2, bidirectional=True, dropout=0.1)
        self.head = nn.Sequential(nn.Linear(2 * hidden, hidden), nn.ReLU(), nn.Linear(hidden, classes))

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embedding(ids).transpose(0, 1), lengths, enforce_sorted=False)
        states, _lengths = pad_packed_sequence(self.rnn(packed)[0])
        return self.head(masked_mean(states.transpose(0, 1), lengths))
