# wrong: the columns are taken as [x, h] although the matrix acts on [h, x]
# common
def lecture_to_torch(W, b):
    H = W.shape[0] // 4
    D = W.shape[1] - H
    wi, wf, wo, wg = W[:H], W[H : 2 * H], W[2 * H : 3 * H], W[3 * H :]
    bi, bf, bo, bg = b[:H], b[H : 2 * H], b[2 * H : 3 * H], b[3 * H :]
    stacked = torch.cat((wi, wf, wg, wo), dim=0)
    bias = torch.cat((bi, bf, bg, bo), dim=0)
    W_x = stacked[:, :D].clone()
    W_h = stacked[:, D:].clone()
    return W_x, W_h, bias, torch.zeros_like(bias)
