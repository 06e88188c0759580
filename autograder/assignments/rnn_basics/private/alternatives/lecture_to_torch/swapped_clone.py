"""A clone with its last two blocks exchanged, split by columns; slices of the clone are no views of W."""


def lecture_to_torch(W, b):
    H = len(b) // 4
    swap = lambda t: torch.cat([t[: 2 * H], t[3 * H :], t[2 * H : 3 * H]])
    W_h, W_x = swap(W).split([H, W.shape[1] - H], dim=1)
    return W_x, W_h, swap(b), b * 0
