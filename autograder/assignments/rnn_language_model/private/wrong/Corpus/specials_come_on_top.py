# wrong: max_vocab words are taken besides <unk> and <eos>, so the vocabulary is two too large
# common
class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        d = Dictionary()
        d.add_word("<eos>")
        all_words = []
        for line in train_lines:
            all_words.extend(line.split())
        c = Counter(w for w in all_words if w not in ("<unk>", "<eos>"))
        for pair in c.most_common(max_vocab):
            d.add_word(pair[0])
        self.dictionary = d
        self.train = self._ids(train_lines)
        self.valid = self._ids(valid_lines)
        self.test = self._ids(test_lines)

    def _ids(self, lines):
        out = []
        for line in lines:
            for w in line.split():
                out += self.dictionary.encode([w])
            out.append(1)
        return torch.tensor(out).long()
