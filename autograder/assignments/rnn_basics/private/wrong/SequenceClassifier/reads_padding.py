# wrong: the recurrent layer reads the padded batch and its final state is used, so the padding counts
# common
class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, embed, pad_id)
        self.gru = nn.GRU(embed, hidden, batch_first=True)
        self.head = nn.Linear(hidden, classes)

    def forward(self, ids, lengths):
        _, h = self.gru(self.emb(ids))
        return self.head(h[-1])
