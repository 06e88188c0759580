"""As in PyTorch's word_language_model example, with a reshape."""


def get_batch(source, i, bptt):
    seq_len = min(bptt, source.shape[0] - 1 - i)
    data = source[i : i + seq_len]
    target = source[i + 1 : i + 1 + seq_len].reshape(-1)
    return data, target
