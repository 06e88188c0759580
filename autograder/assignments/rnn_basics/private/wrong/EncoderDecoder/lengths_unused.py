# wrong: the encoder does not use lengths, its final state has read the padding of the source
# common
class EncoderDecoder(nn.Module):
    def __init__(self, vocab_size, embed, hidden):
        super().__init__()
        self.src_emb = nn.Embedding(vocab_size, embed)
        self.tgt_emb = nn.Embedding(vocab_size, embed)
        self.enc = nn.LSTM(embed, hidden, batch_first=True)
        self.dec = nn.LSTM(embed, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocab_size)

    def forward(self, source, lengths, target_in):
        _, (h, c) = self.enc(self.src_emb(source))
        out, _ = self.dec(self.tgt_emb(target_in), (h, c))
        return self.fc(out)
