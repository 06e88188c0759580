"""One regular expression for words and line ends."""

import numpy as np


def word_perplexity(total_nats, raw_text):
    if raw_text[-1] != "\n":
        raw_text += "\n"
    return float(np.exp(total_nats / len(re.findall(r"\S+|\n", raw_text))))
