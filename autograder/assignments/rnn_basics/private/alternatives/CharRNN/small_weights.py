"""Tiny initial weights and raw parameters, as in Karpathy's min-char-rnn; rnn_step, results written in place."""


class CharRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        shapes = {
            "W_xh": (hidden_size, vocab_size),
            "W_hh": (hidden_size, hidden_size),
            "W_hy": (vocab_size, hidden_size),
        }
        self.weights = nn.ParameterDict(
            {name: nn.Parameter(0.01 * torch.randn(shape)) for name, shape in shapes.items()}
        )
        self.b_h, self.b_y = nn.Parameter(torch.zeros(hidden_size)), nn.Parameter(torch.zeros(vocab_size))

    def forward(self, ids, h=None):
        w = self.weights
        T, B = ids.shape
        h = self.b_h.expand(B, -1) * 0 if h is None else h
        logits = h.new_zeros(T, B, len(self.b_y))
        for t in range(T):
            x = F.one_hot(ids[t], len(self.b_y)).type_as(h)
            h = rnn_step(x, h, w["W_xh"], w["W_hh"], self.b_h)
            logits[t] = torch.einsum("bh,vh->bv", h, w["W_hy"]) + self.b_y
        return logits, h
