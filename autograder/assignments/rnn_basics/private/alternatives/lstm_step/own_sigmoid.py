"""The logistic function written out, which runs to 0 and 1 without nan."""


def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    def sigmoid(a):
        return 1 / (1 + torch.exp(-a))

    H = h.size(1)
    a = F.linear(torch.cat((x, h), dim=1), torch.cat((W_x, W_h), dim=1), b_x + b_h).view(-1, 4, H)
    c = sigmoid(a[:, 1]) * c + sigmoid(a[:, 0]) * torch.tanh(a[:, 2])
    return sigmoid(a[:, 3]) * torch.tanh(c), c
