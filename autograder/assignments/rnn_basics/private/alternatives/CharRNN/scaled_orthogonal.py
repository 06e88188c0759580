"""Large orthogonal recurrent weights, zero biases, column look-up by indexing."""


class CharRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        self.W_xh = nn.Parameter(torch.randn(hidden_size, vocab_size))
        self.W_hh = nn.Parameter(torch.empty(hidden_size, hidden_size))
        nn.init.orthogonal_(self.W_hh)
        self.b = nn.Parameter(torch.zeros(hidden_size))
        self.out = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, h=None):
        if h is None:
            h = torch.zeros(ids.shape[1], self.b.numel(), dtype=self.b.dtype, device=ids.device)
        outputs = []
        for t in range(ids.shape[0]):
            h = torch.tanh(self.W_xh.T[ids[t]] + h @ self.W_hh.T + self.b)
            outputs.append(self.out(h))
        return torch.stack(outputs), h
