# wrong: only the tensors named ..._l0, _l1, ... are filled, those of the backward direction (_reverse) are left as they were
# odd
def init_recurrent_(rnn, kind, forget_bias):
    rule = {"xavier": init.xavier_uniform_, "kaiming": init.kaiming_uniform_, "orthogonal": init.orthogonal_}[
        kind
    ]
    if kind == "kaiming":
        rule = lambda w: init.kaiming_uniform_(w, a=0)
    size = rnn.hidden_size
    with torch.no_grad():
        for layer in range(rnn.num_layers):
            for block in getattr(rnn, f"weight_ih_l{layer}").split(size):
                rule(block)
            for block in getattr(rnn, f"weight_hh_l{layer}").split(size):
                init.orthogonal_(block)
            if rnn.bias:
                getattr(rnn, f"bias_ih_l{layer}").fill_(0)
                getattr(rnn, f"bias_hh_l{layer}").fill_(0)
                if isinstance(rnn, nn.LSTM):
                    getattr(rnn, f"bias_ih_l{layer}")[size : 2 * size].fill_(forget_bias)
