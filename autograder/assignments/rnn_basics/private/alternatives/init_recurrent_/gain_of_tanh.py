"""New tensors put in as .data, with the gain of a tanh; orthogonal matrices out of a QR decomposition."""


def init_recurrent_(rnn, kind, forget_bias):
    H = rnn.hidden_size
    gain = nn.init.calculate_gain("tanh")
    for name, p in rnn.named_parameters():
        gates = p.shape[0] // H
        if "weight_ih" in name:
            fan_in = p.shape[1]
            if kind == "xavier":
                p.data = torch.randn_like(p) * gain * (2.0 / (fan_in + H)) ** 0.5
            elif kind == "kaiming":
                p.data = torch.randn_like(p) * gain / fan_in**0.5
            else:
                for k in range(gates):
                    nn.init.orthogonal_(p.data[k * H : (k + 1) * H], gain)
        elif "weight_hh" in name:
            blocks = [torch.linalg.qr(torch.randn(H, H, dtype=p.dtype))[0] for _ in range(gates)]
            p.data = torch.cat(blocks)
        else:
            p.data.zero_()
            if type(rnn).__name__ == "LSTM" and "bias_hh" in name:
                p.data[H : 2 * H].fill_(forget_bias)
