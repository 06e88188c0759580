"""A dict with __missing__ for word2idx, and its keys, in their order, for idx2word."""


class _Numbers(dict):
    def __missing__(self, word):
        return 0


class _Words:
    def __init__(self, numbers):
        self.numbers = numbers

    def __len__(self):
        return len(self.numbers)

    def __getitem__(self, number):
        return tuple(self.numbers)[number]


class Dictionary:
    def __init__(self):
        self.word2idx = _Numbers({"<unk>": 0})
        self.idx2word = _Words(self.word2idx)

    def add_word(self, word):
        if word not in self:
            self.word2idx[word] = len(self)
        return self.word2idx[word]

    def __len__(self):
        return self.word2idx.__len__()

    def __contains__(self, word):
        return word in self.word2idx.keys()

    def encode(self, words):
        return [*map(self.word2idx.__getitem__, words)]

    def decode(self, ids):
        words = tuple(self.word2idx)
        return [words[number] for number in ids]
