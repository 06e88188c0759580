"""Vanilla networks; the source state goes to the decoder's input at every step; output tied to the embedding."""


class EncoderDecoder(nn.Module):
    def __init__(self, vocab_size, embed, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embed)
        self.encoder = nn.RNN(embed, hidden, batch_first=True)
        self.decoder = nn.RNN(embed + hidden, hidden, batch_first=True)
        self.project = nn.Linear(hidden, embed)

    def forward(self, source, lengths, target_in):
        states, _ = self.encoder(self.embedding(source))
        thought = states[torch.arange(len(source)), lengths - 1][:, None].expand(-1, target_in.size(1), -1)
        states, _ = self.decoder(torch.cat([self.embedding(target_in), thought], dim=2))
        return self.project(states) @ self.embedding.weight.T
