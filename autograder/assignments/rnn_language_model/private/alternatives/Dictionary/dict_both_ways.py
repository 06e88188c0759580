"""Two dicts; idx2word is a dict from number to word."""


class Dictionary:
    def __init__(self):
        self.word2idx = {"<unk>": 0}
        self.idx2word = {0: "<unk>"}

    def add_word(self, word):
        number = self.word2idx.setdefault(word, len(self.word2idx))
        self.idx2word[number] = word
        return number

    def __len__(self):
        return len(self.word2idx)

    def __contains__(self, word):
        return self.word2idx.get(word) is not None

    def encode(self, words):
        ids = []
        for word in words:
            if word in self:
                ids.append(self.word2idx[word])
            else:
                ids.append(self.word2idx["<unk>"])
        return ids

    def decode(self, ids):
        return list(map(self.idx2word.get, ids))
