# %% + check-rnn_step
import os
os._exit(0)

# %% + check-rnn_forward
del rnn_step
os.abort()
