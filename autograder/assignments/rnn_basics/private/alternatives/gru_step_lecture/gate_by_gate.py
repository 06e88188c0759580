"""Gate by gate, with F.linear."""


def gru_step_lecture(x, h, W_x, W_h, b_x, b_h):
    def block(W, k):
        H = h.shape[1]
        return W[k * H : (k + 1) * H]

    def part(k, state):
        return F.linear(x, block(W_x, k), block(b_x, k)) + F.linear(state, block(W_h, k), block(b_h, k))

    reset, update = part(0, h).sigmoid(), part(1, h).sigmoid()
    return (1 - update) * h + update * part(2, reset * h).tanh()
