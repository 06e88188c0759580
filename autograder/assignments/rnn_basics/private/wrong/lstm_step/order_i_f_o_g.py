# wrong: the blocks are read in the order i, f, o, g instead of PyTorch's i, f, g, o
# common
def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    H = h.shape[1]
    z = F.linear(x, W_x, b_x) + F.linear(h, W_h, b_h)
    input_gate = torch.sigmoid(z[:, :H])
    forget_gate = torch.sigmoid(z[:, H : 2 * H])
    output_gate = torch.sigmoid(z[:, 2 * H : 3 * H])
    candidate = torch.tanh(z[:, 3 * H :])
    c_new = forget_gate * c + input_gate * candidate
    return output_gate * torch.tanh(c_new), c_new
