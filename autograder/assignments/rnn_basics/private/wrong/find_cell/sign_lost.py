# wrong: the absolute value of the correlation is returned, without its sign
# common
def find_cell(trace, feature):
    y = feature.double()
    scores = []
    for column in trace.double().T.contiguous():
        if bool((column == column[0]).all()):
            scores.append(-1.0)
        else:
            scores.append(
                abs(F.cosine_similarity(column - column.mean(), y - y.mean(), dim=0, eps=1e-30).item())
            )
    index = scores.index(max(scores))
    return index, scores[index]
