# wrong: encode adds unknown words to the dictionary instead of giving them the id of <unk>
# common
class Dictionary:
    def __init__(self):
        self.word2idx = {"<unk>": 0}
        self.idx2word = ["<unk>"]

    def add_word(self, word):
        try:
            return self.word2idx[word]
        except KeyError:
            self.idx2word.append(word)
            self.word2idx[word] = len(self.idx2word) - 1
            return self.word2idx[word]

    def __len__(self):
        return len(self.word2idx)

    def __contains__(self, word):
        return word in self.word2idx

    def encode(self, words):
        result = []
        for w in words:
            result.append(self.add_word(w))
        return result

    def decode(self, ids):
        result = []
        for i in ids:
            result.append(self.idx2word[i])
        return result
