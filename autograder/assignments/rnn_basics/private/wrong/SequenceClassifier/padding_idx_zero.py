# wrong: padding_idx is always 0 instead of pad_id, so with another pad_id the pad row gets gradient
# common
class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.lookup = nn.Embedding(vocab_size, embed, padding_idx=0)
        self.recurrent = nn.LSTM(embed, hidden, num_layers=1, batch_first=True)
        self.linear = nn.Linear(hidden, classes)

    def forward(self, ids, lengths):
        vectors = self.lookup(ids)
        outputs, _ = self.recurrent(vectors)
        where = (lengths - 1).to(ids.device).view(-1, 1, 1).expand(-1, 1, outputs.size(2))
        last = outputs.gather(1, where).squeeze(1)
        return self.linear(last)
