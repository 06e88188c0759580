"""Counts in a plain dict, sorts by (-count, place); reads token by token into an array."""


class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        counts, place = {}, {}
        for line in train_lines:
            for word in line.split():
                counts[word] = counts.get(word, 0) + 1
                place.setdefault(word, len(place))
        self.dictionary = Dictionary()
        self.dictionary.add_word("<unk>")
        self.dictionary.add_word("<eos>")
        for word in sorted(counts, key=lambda w: (-counts[w], place[w])):
            if len(self.dictionary) == max_vocab:
                break
            self.dictionary.add_word(word)
        self.train = self.tokenize(train_lines)
        self.valid = self.tokenize(valid_lines)
        self.test = self.tokenize(test_lines)

    def tokenize(self, lines):
        total = sum(len(line.split()) + 1 for line in lines)
        ids = torch.zeros(total, dtype=torch.long)
        at = 0
        for line in lines:
            for word in line.split() + ["<eos>"]:
                ids[at] = self.dictionary.word2idx[word] if word in self.dictionary else 0
                at += 1
        return ids
