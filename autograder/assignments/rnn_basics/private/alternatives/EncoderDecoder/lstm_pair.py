"""LSTMs with separate embeddings, packed, both states handed over, dropout."""


class EncoderDecoder(nn.Module):
    def __init__(self, vocab_size, embed, hidden):
        super().__init__()
        self.source_embedding = nn.Embedding(vocab_size, embed)
        self.target_embedding = nn.Embedding(vocab_size, embed)
        self.encoder = nn.LSTM(embed, hidden)
        self.decoder = nn.LSTM(embed, hidden)
        self.dropout = nn.Dropout(0.2)
        self.output = nn.Linear(hidden, vocab_size)

    def forward(self, source, lengths, target_in):
        packed = pack_padded_sequence(self.source_embedding(source.T), lengths, enforce_sorted=False)
        _, state = self.encoder(packed)
        states, _ = self.decoder(self.target_embedding(target_in.T), state)
        return self.output(self.dropout(states)).transpose(0, 1)
