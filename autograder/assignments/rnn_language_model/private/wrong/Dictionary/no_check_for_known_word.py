# wrong: add_word never looks whether the word is there already, so a repeated word gets a new id each time
# common
class Dictionary:
    def __init__(self):
        self.idx2word = ["<unk>"]
        self.word2idx = dict(zip(self.idx2word, [0]))

    def add_word(self, word):
        new_id = len(self.idx2word)
        self.word2idx[word] = new_id
        self.idx2word += [word]
        return new_id

    def __len__(self):
        return len(self.idx2word)

    def __contains__(self, word):
        return self.word2idx.get(word) is not None

    def encode(self, words):
        ids = []
        for w in words:
            if w in self:
                ids.append(self.word2idx[w])
            else:
                ids.append(self.word2idx["<unk>"])
        return ids

    def decode(self, ids):
        return list(map(self.idx2word.__getitem__, ids))
