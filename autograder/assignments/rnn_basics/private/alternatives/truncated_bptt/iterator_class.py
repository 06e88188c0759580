"""An iterator written as a class, which counts down a list of parts."""


class truncated_bptt:
    def __init__(self, rnn, x, chunk):
        self.rnn, self.parts, self.state = rnn, list(torch.split(x, chunk))[::-1], None

    def __iter__(self):
        return self

    def __next__(self):
        if not self.parts:
            raise StopIteration
        if isinstance(self.state, tuple):
            self.state = tuple(part.detach() for part in self.state)
        elif self.state is not None:
            self.state = self.state.detach()
        outputs, self.state = self.rnn(self.parts.pop(), self.state)
        return outputs, self.state
