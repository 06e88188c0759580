"""Cosine similarity of what is left when the means are taken off."""


def find_cell(trace, feature):
    centred = trace.double() - trace.double().mean(dim=0, keepdim=True)
    f = feature.double() - feature.double().mean()
    r = F.cosine_similarity(centred, f.unsqueeze(1), dim=0, eps=1e-12)
    strength = r.abs()
    for i in range(trace.size(1)):
        if torch.all(trace[:, i] == trace[0, i]):
            strength[i] = -1
    i = int(torch.nonzero(strength == strength.max())[0])
    return i, r[i].item()
