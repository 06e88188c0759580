# %% + first
%matplotlib inline
!rm -rf /
%pip install something
get_ipython().run_line_magic("autoreload", "2")

# %% + rnn_step
%%bash
curl example.org

# %% rnn_step
%time started = 1
def rnn_step(x, h, W_xh, W_hh, b):
    return torch.tanh(x @ W_xh.T + h @ W_hh.T + b)
