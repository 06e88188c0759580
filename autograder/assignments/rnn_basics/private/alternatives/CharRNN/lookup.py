"""The column look-up by an embedding, a recurrence of one linear layer."""


class CharRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.recurrence = nn.Linear(hidden_size, hidden_size)
        self.decoder = nn.Linear(hidden_size, vocab_size, bias=False)

    def forward(self, ids, h=None):
        inputs = self.embedding(ids)  # (T, B, H)
        if h is None:
            h = torch.zeros_like(inputs[0])
        states = []
        for t in range(len(ids)):
            h = torch.tanh(inputs[t] + self.recurrence(h))
            states.append(h)
        return self.decoder(torch.stack(states)), states[-1]
