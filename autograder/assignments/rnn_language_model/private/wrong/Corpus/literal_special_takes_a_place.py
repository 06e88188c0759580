# wrong: a literal <unk> or <eos> in the training text uses up one of the places of the most frequent words, so the vocabulary gets too small
# odd
class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        self.dictionary = Dictionary()
        self.dictionary.add_word("<eos>")
        count = Counter(" ".join(train_lines).split())
        keep = max_vocab - 2
        for word, _ in count.most_common(keep):
            self.dictionary.add_word(word)  # <unk> and <eos> are known already, nothing happens
        for name, lines in [("train", train_lines), ("valid", valid_lines), ("test", test_lines)]:
            ids = torch.tensor(
                [i for line in lines for i in self.dictionary.encode(line.split()) + [1]], dtype=torch.int64
            )
            setattr(self, name, ids)
