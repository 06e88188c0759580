"""One GRU direction over the padding, the state picked at the last word; dropout before the output."""


class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.gru = nn.GRU(embed, hidden, batch_first=True)
        self.drop = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, ids, lengths):
        outputs, _h = self.gru(self.embed(ids))
        last = outputs[torch.arange(ids.size(0)), lengths - 1]
        return self.fc(self.drop(last))
