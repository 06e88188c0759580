"""Time first inside; the scores of padded positions may be anything, minus infinity included."""


class SequenceTagger(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.lstm = nn.LSTM(embed, hidden, num_layers=2, dropout=0.5, bidirectional=True)
        self.linear = nn.Linear(2 * hidden, classes)

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embedding(ids.T), lengths, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.lstm(packed)[0], total_length=ids.size(1))
        scores = self.linear(states).transpose(0, 1)
        is_padding = torch.arange(ids.size(1)) >= lengths[:, None]
        return scores.masked_fill(is_padding[:, :, None], -torch.inf)
