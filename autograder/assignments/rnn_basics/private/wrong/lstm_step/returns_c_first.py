# wrong: the two results are returned in the wrong order, (c, h) instead of (h, c)
# common
def lstm_step(x, h, c, W_x, W_h, b_x, b_h):
    gates = torch.einsum("bd,gd->bg", x, W_x) + torch.einsum("bh,gh->bg", h, W_h) + b_x + b_h
    i, f, g, o = gates.split(h.size(1), dim=-1)
    cell = f.sigmoid() * c + i.sigmoid() * g.tanh()
    hidden = o.sigmoid() * cell.tanh()
    return cell, hidden
