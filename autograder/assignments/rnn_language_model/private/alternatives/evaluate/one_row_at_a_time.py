"""Reads row by row whatever bptt says, under inference_mode."""


@torch.inference_mode()
def evaluate(model, source, bptt):
    mode = model.training
    model.eval()
    try:
        state, total = model.init_state(source.size(1)), 0.0
        for now, following in zip(source[:-1], source[1:]):
            logits, state = model(now[None], state)
            logp = logits[0].log_softmax(-1)
            total -= logp.gather(1, following[:, None]).sum().item()
    finally:
        model.train(mode)
    return total / source[1:].numel()
