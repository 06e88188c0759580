"""Line by line: the words of each, and one for its end."""


def word_perplexity(total_nats, raw_text):
    lines = raw_text.split("\n")
    if lines[-1] == "":
        lines.pop()  # the text ends in a line end
    tokens = sum(len(line.split()) + 1 for line in lines)
    return math.e ** (total_nats / tokens)
