# %% rnn_step
def rnn_step(
    x: torch.Tensor, h: torch.Tensor, W_xh: torch.Tensor, W_hh: torch.Tensor, b: torch.Tensor
) -> torch.Tensor:


    """One step of the vanilla recurrent network: the new state from the new input and the old state.

    Arguments:
        x: (B, D) the input at time t
        h: (B, H) the state after time t-1
        W_xh: (H, D), W_hh: (H, H), b: (H,)
    Returns:
        (B, H) the state after time t

    Example (B = D = H = 1):
        rnn_step([[1.0]], [[0.5]], [[2.0]], [[-1.0]], [0.1])  ->  [[0.9217]]  (tanh of 2 - 0.5 + 0.1)
    """

    # YOUR CODE HERE
    raise   NotImplementedError()
