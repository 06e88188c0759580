"""nn.RNNCell and one-hot letters."""


class CharRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        self.vocab_size, self.hidden_size = vocab_size, hidden_size
        self.cell = nn.RNNCell(vocab_size, hidden_size)
        self.out = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, h=None):
        letters = torch.eye(self.vocab_size, dtype=self.out.weight.dtype)[ids]
        logits = []
        for letter in letters:
            h = self.cell(letter, h)  # None is zeros
            logits.append(self.out(h))
        return torch.stack(logits), h
