# wrong: the cell state is updated in place, so the caller's c is changed
# odd
def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    Wi, Wf, Wg, Wo = torch.cat([W_x, W_h], dim=1).chunk(4, dim=0)
    bi, bf, bg, bo = (b_x + b_h).chunk(4)
    xh = torch.cat([x, h], dim=1)
    i = torch.sigmoid(xh @ Wi.T + bi)
    f = torch.sigmoid(xh @ Wf.T + bf)
    g = torch.tanh(xh @ Wg.T + bg)
    o = torch.sigmoid(xh @ Wo.T + bo)
    c *= f
    c += i * g
    return o * torch.tanh(c), c
