# wrong: an empty line is skipped, so it gets no <eos>
# common
class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        counter = Counter()
        for line in train_lines:
            counter.update(line.split())
        for special in ("<unk>", "<eos>"):
            del counter[special]
        self.dictionary = Dictionary()
        self.dictionary.add_word("<eos>")
        for word, n in counter.most_common(max_vocab - 2):
            self.dictionary.add_word(word)

        texts = []
        for lines in (train_lines, valid_lines, test_lines):
            tokens = []
            for line in lines:
                line = line.strip()
                if not line:
                    continue
                tokens += line.split() + ["<eos>"]
            texts.append(torch.tensor(self.dictionary.encode(tokens), dtype=torch.int64))
        self.train, self.valid, self.test = texts
