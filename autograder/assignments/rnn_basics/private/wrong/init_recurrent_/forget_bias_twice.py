# wrong: forget_bias is put into both bias vectors of the LSTM, so that the total is twice as large
# common
def init_recurrent_(rnn, kind, forget_bias):
    H = rnn.hidden_size
    with torch.no_grad():
        for name, p in rnn.named_parameters():
            if "bias" in name:
                p.zero_()
                if rnn.mode == "LSTM":
                    p[H : 2 * H] = forget_bias
            elif "weight_hh" in name:
                for k in range(p.shape[0] // H):
                    p[k * H : (k + 1) * H] = init.orthogonal_(torch.empty(H, H, dtype=p.dtype))
            elif kind == "xavier":
                init.xavier_uniform_(p)
            elif kind == "kaiming":
                init.kaiming_uniform_(p, nonlinearity="relu")
            else:
                for k in range(p.shape[0] // H):
                    init.orthogonal_(p[k * H : (k + 1) * H])
