"""Inputs and targets as two texts of T - 1 rows, each sliced; slices end by themselves."""


def get_batch(source, i, bptt):
    inputs, targets = source[:-1], source[1:]
    return inputs[i : i + bptt].clone(), targets[i : i + bptt].contiguous().view(-1)
