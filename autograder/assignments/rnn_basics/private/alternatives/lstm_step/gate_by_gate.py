"""Gate by gate, each with its own slice of the weights."""


def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    H = h.size(1)

    def gate(k):
        rows = slice(k * H, (k + 1) * H)
        return F.linear(x, W_x[rows], b_x[rows]) + F.linear(h, W_h[rows], b_h[rows])

    input_gate, forget_gate, output_gate = (
        torch.sigmoid(gate(0)),
        torch.sigmoid(gate(1)),
        torch.sigmoid(gate(3)),
    )
    c_new = forget_gate.mul(c).add(input_gate.mul(gate(2).tanh()))
    return output_gate * c_new.tanh(), c_new
