# wrong: the words are counted over the training, validation and test text together
# common
class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        self.dictionary = Dictionary()
        self.dictionary.add_word("<eos>")
        freq = {}
        for line in train_lines + valid_lines + test_lines:
            for w in line.split():
                if w not in freq:
                    freq[w] = 0
                freq[w] += 1
        freq.pop("<unk>", None)
        freq.pop("<eos>", None)
        ranked = sorted(freq, key=lambda w: freq[w], reverse=True)
        for w in ranked[: max_vocab - 2]:
            self.dictionary.add_word(w)
        self.train = self.tokenize(train_lines)
        self.valid = self.tokenize(valid_lines)
        self.test = self.tokenize(test_lines)

    def tokenize(self, lines):
        ids = []
        for line in lines:
            ids.extend(self.dictionary.encode(line.split()))
            ids.append(self.dictionary.word2idx["<eos>"])
        return torch.tensor(ids, dtype=torch.long)
