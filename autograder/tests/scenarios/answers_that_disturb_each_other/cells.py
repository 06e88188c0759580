# %% + first
tested = set()

def alone(task):
    tested.add(task)
    assert tested == {task}, "another task was tested in this process"

# %% pad_batch
def pad_batch(sequences, pad_id):
    alone("pad_batch")
    lengths = [len(s) for s in sequences]
    ids = torch.full((len(sequences), max(lengths, default=0)), pad_id, dtype=torch.int64)
    for row, sequence in zip(ids, sequences):
        row[: len(sequence)] = torch.tensor(sequence, dtype=torch.int64)
    return ids, torch.tensor(lengths, dtype=torch.int64)

# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    alone("rnn_step")
    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)

# %% rnn_forward
def rnn_forward(x, h0, W_xh, W_hh, b):
    alone("rnn_forward")
    states = []
    for x_t in x:
        h0 = torch.tanh(x_t @ W_xh.T + h0 @ W_hh.T + b)
        states.append(h0)
    return torch.stack(states), h0
