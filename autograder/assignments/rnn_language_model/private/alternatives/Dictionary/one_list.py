"""One list; word2idx is a property made from it; membership by try."""


class Dictionary:
    def __init__(self, words=("<unk>",)):
        self.idx2word = [*words]

    @property
    def word2idx(self):
        return {word: number for number, word in enumerate(self.idx2word)}

    def add_word(self, word):
        try:
            return self.idx2word.index(word)
        except ValueError:
            self.idx2word += [word]
            return len(self) - 1

    def __len__(self):
        return len(self.idx2word)

    def __contains__(self, word):
        return self.idx2word.count(word)  # 0 or 1: `in` makes a bool of it

    def encode(self, words):
        return [self.idx2word.index(word) if word in self else 0 for word in words]

    def decode(self, ids):
        words = []
        for number in ids:
            words.append(self.idx2word[number])
        return words
