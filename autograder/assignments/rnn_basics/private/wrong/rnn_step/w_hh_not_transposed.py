# wrong: W_hh is applied without the transpose (h @ W_hh)
# common
def rnn_step(x, h, W_xh, W_hh, b):
    from_input = F.linear(x, W_xh)
    from_state = torch.matmul(h, W_hh)
    return (from_input + from_state + b).tanh()
