# wrong: total_length is not given, so the scores are only as wide as the longest row, not as ids
# common
class SequenceTagger(nn.Module):
    def __init__(self, vocab_size, embed, hidden, classes, pad_id):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, embed, padding_idx=pad_id)
        self.gru = nn.GRU(embed, hidden, bidirectional=True, batch_first=True)
        self.proj = nn.Sequential(nn.Linear(2 * hidden, classes))

    def forward(self, ids, lengths):
        seq = pack_padded_sequence(self.emb(ids), lengths.cpu(), True, False)
        seq = self.gru(seq)[0]
        padded, _ = pad_packed_sequence(seq, batch_first=True)
        return self.proj(padded)
