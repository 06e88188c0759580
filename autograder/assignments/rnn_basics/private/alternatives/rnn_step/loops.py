"""einsum, and tanh by its definition."""


def rnn_step(x, h, W_xh, W_hh, b):
    a = torch.einsum("bd,hd->bh", x, W_xh) + torch.einsum("bk,hk->bh", h, W_hh) + b.unsqueeze(0)
    return 2 * torch.sigmoid(2 * a) - 1
