# %% + first
import torch._dynamo.config
from torch.utils.checkpoint import checkpoint

slope = torch.func.vmap(torch.func.grad(torch.sin))(torch.zeros(1))
doubled = torch.compile(lambda x: 2 * x, backend="eager")
once_more = checkpoint(torch.sin, torch.ones(2, requires_grad=True), use_reentrant=False)
once_more.sum().backward()

# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    """Says the same in a roundabout way."""
    return slope * torch.tanh(doubled(x @ W_xh.T + h @ W_hh.T + b) / 2)
