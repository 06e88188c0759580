# wrong: the update gate is used the other way round, (1 - z) h + z n instead of (1 - z) n + z h
# common
def gru_step(x, h, W_x, W_h, b_x, b_h):
    H = h.size(1)
    gx = F.linear(x, W_x, b_x)
    gh = F.linear(h, W_h, b_h)
    reset = torch.sigmoid(gx[:, :H] + gh[:, :H])
    update = torch.sigmoid(gx[:, H : 2 * H] + gh[:, H : 2 * H])
    new = torch.tanh(gx[:, 2 * H :] + reset * gh[:, 2 * H :])
    return update * new + (1 - update) * h
