"""Layer by layer with getattr; uniform draws over whole matrices; the forget bias shared by both biases."""


@torch.no_grad()
def init_recurrent_(rnn, kind, forget_bias):
    H = rnn.hidden_size
    for layer in range(rnn.num_layers):
        for end in ("", "_reverse") if rnn.bidirectional else ("",):
            w_ih = getattr(rnn, f"weight_ih_l{layer}{end}")
            w_hh = getattr(rnn, f"weight_hh_l{layer}{end}")
            if kind == "xavier":
                nn.init.xavier_uniform_(w_ih)
            elif kind == "kaiming":
                nn.init.kaiming_uniform_(w_ih)
            else:
                nn.init.orthogonal_(w_ih)
            for gate in range(w_hh.size(0) // H):
                nn.init.orthogonal_(w_hh[gate * H : (gate + 1) * H])
            if rnn.bias:
                for bias in (f"bias_ih_l{layer}{end}", f"bias_hh_l{layer}{end}"):
                    b = getattr(rnn, bias)
                    nn.init.zeros_(b)
                    if rnn.mode == "LSTM":
                        b[H : 2 * H] = forget_bias / 2
