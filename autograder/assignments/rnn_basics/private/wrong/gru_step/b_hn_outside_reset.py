# wrong: the bias b_hn is added outside the reset gate, r only multiplies W_hn h
# common
def gru_step(x, h, W_x, W_h, b_x, b_h):
    Wxr, Wxz, Wxn = torch.chunk(W_x, 3)
    Whr, Whz, Whn = torch.chunk(W_h, 3)
    br, bz, bn = torch.chunk(b_x + b_h, 3)
    r = torch.sigmoid(x @ Wxr.t() + h @ Whr.t() + br)
    z = torch.sigmoid(x @ Wxz.t() + h @ Whz.t() + bz)
    n = torch.tanh(x @ Wxn.t() + r * (h @ Whn.t()) + bn)
    return n + z * (h - n)
