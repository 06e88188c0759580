# wrong: squeeze() without an axis also removes the batch axis when B is 1
# common
def rnn_step(x, h, W_xh, W_hh, b):
    x_col = x.unsqueeze(-1)
    h_col = h.unsqueeze(-1)
    a = torch.matmul(W_xh, x_col) + torch.matmul(W_hh, h_col) + b.unsqueeze(-1)
    return torch.tanh(a).squeeze()
