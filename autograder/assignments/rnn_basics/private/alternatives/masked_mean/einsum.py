"""Weights 1/length at the real positions, contracted over time; the padding is overwritten first."""


def masked_mean(states, lengths):
    is_word = torch.arange(states.size(1))[None, :] < lengths[:, None]
    weights = is_word.to(states) / lengths[:, None].to(states)
    states = torch.where(is_word[:, :, None], states, 0)
    return torch.einsum("bth,bt->bh", states, weights)
