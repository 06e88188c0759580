"""Plain Python, and a tensor at the end."""


def batchify(ids, batch_size):
    text = ids.tolist()
    while len(text) % batch_size:
        text.pop()
    T = len(text) // batch_size
    return torch.tensor([[text[b * T + t] for b in range(batch_size)] for t in range(T)], dtype=ids.dtype)
