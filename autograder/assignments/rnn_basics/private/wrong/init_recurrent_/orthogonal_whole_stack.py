# wrong: orthogonal_ is applied to the whole stacked recurrent matrix, so that the single gates are not orthogonal
# common
def init_recurrent_(rnn, kind, forget_bias):
    H = rnn.hidden_size
    for name, p in rnn.named_parameters():
        if name.startswith("weight_hh"):
            nn.init.orthogonal_(p.data)
        elif name.startswith("weight_ih"):
            for block in p.data.split(H, dim=0):
                if kind == "xavier":
                    nn.init.xavier_uniform_(block)
                elif kind == "kaiming":
                    nn.init.kaiming_normal_(block)
                elif kind == "orthogonal":
                    nn.init.orthogonal_(block)
        else:
            nn.init.zeros_(p.data)
            if isinstance(rnn, nn.LSTM) and name.startswith("bias_hh"):
                p.data[H : 2 * H] = forget_bias
