# wrong: F.dropout is called without training=self.training, so it also acts in eval mode
# odd
class SequenceClassifier(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.birnn = nn.GRU(embed, hidden, batch_first=True, bidirectional=True)
        self.classify = nn.Linear(hidden * 2, classes)

    def forward(self, ids, lengths):
        features = last_states(self.birnn, self.embed(ids), lengths)
        features = F.dropout(features, 0.2)
        return self.classify(features)
