# wrong: the blocks o and g are swapped by a tuple assignment of views, so one overwrites the other and g stands there twice
# odd
def lecture_to_torch(W, b):
    H = len(b) // 4
    W, b = W.clone(), b.clone()
    W[2 * H : 3 * H], W[3 * H :] = W[3 * H :], W[2 * H : 3 * H]
    b[2 * H : 3 * H], b[3 * H :] = b[3 * H :], b[2 * H : 3 * H]
    W_h, W_x = W[:, :H].contiguous().clone(), W[:, H:].contiguous().clone()
    return W_x, W_h, b / 2, b / 2
