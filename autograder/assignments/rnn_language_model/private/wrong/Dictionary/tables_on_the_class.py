# wrong: the two tables are class attributes, so all dictionaries share their words
# odd
class Dictionary:
    word2idx = {"<unk>": 0}
    idx2word = ["<unk>"]

    def __init__(self):
        pass

    def add_word(self, word):
        number = self.word2idx.setdefault(word, len(self.idx2word))
        if number == len(self.idx2word):
            self.idx2word.append(word)
        return number

    def __len__(self):
        return len(self.idx2word)

    def __contains__(self, word):
        return word in self.word2idx

    def encode(self, words):
        return [self.word2idx[w] if w in self.word2idx else 0 for w in words]

    def decode(self, ids):
        return [self.idx2word[i] for i in ids]
