# wrong: the pieces lie in rows, the result is (B, N // B) because it is never transposed
# common
def batchify(ids, batch_size):
    n = ids.shape[0] // batch_size
    pieces = []
    for b in range(batch_size):
        pieces.append(ids[b * n : (b + 1) * n])
    return torch.stack(pieces)
