# %% + first
import os
import socket
import subprocess
import threading

for attempt in (os.fork, lambda: subprocess.run(["id"]), lambda: socket.create_connection(("1.1.1.1", 53), 1)):
    try:
        attempt()
    except OSError as error:
        print("refused", type(error).__name__)

# %% rnn_step
def rnn_step(x, h, W_xh, W_hh, b):
    return h
