"""One step of the layer at a time; the graph is cut at the chunk's beginning only."""


def truncated_bptt(rnn, x, chunk):
    state, outputs = None, []
    for t, x_t in enumerate(x, start=1):
        output, state = rnn(x_t.unsqueeze(0), state)
        outputs.append(output)
        if t % chunk == 0 or t == len(x):
            yield torch.cat(outputs, dim=0), state
            outputs = []
            if torch.is_tensor(state):
                state = state.detach()
            else:
                state = (state[0].detach(), state[1].detach())
