# wrong: the gradients are not cleared before backward, so those of earlier steps are added to the new ones
# common
def sgd_step_(model, loss, lr, clip):
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=clip)
    for p in model.parameters():
        if p.grad is None:
            continue
        p.data.add_(p.grad, alpha=-lr)
    return norm.item()
