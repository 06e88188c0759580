# wrong: forward returns log-probabilities (log_softmax) instead of raw scores
# common
class CharRNN(nn.Module):
    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        self.i2h = nn.Linear(vocab_size, hidden_size)
        self.h2h = nn.Linear(hidden_size, hidden_size, bias=False)
        self.h2o = nn.Linear(hidden_size, vocab_size)

    def forward(self, ids, h=None):
        T, B = ids.shape
        V = self.i2h.in_features
        if h is None:
            h = torch.zeros(B, self.h2h.in_features, dtype=self.h2h.weight.dtype, device=ids.device)
        outs = []
        for t in range(T):
            x_t = F.one_hot(ids[t], num_classes=V).type_as(h)
            h = torch.tanh(self.i2h(x_t) + self.h2h(h))
            outs.append(F.log_softmax(self.h2o(h), dim=-1))
        return torch.stack(outs, 0), h
