"""Through the model's own weights: a CharRNN is known to its author."""


def hidden_trace(model, ids):
    x = F.one_hot(ids, model.W_xh.shape[1]).to(model.b)[:, None]
    with torch.inference_mode():
        states, _h = rnn_forward(x, x.new_zeros(1, len(model.b)), model.W_xh, model.W_hh, model.b)
        return states.squeeze(1)
