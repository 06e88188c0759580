# wrong: the sum over the real positions is divided by the padded width T, not by the row's length
# common
def masked_mean(states, lengths):
    T = states.size(1)
    keep = torch.arange(T).unsqueeze(0) < lengths.unsqueeze(1)
    kept = torch.where(keep.unsqueeze(-1).to(states.device), states, torch.zeros_like(states))
    return kept.mean(dim=1)
