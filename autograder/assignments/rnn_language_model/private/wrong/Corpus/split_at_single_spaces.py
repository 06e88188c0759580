# wrong: lines are split at single spaces only, so tabs stay inside words and double spaces make empty words
# odd
class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        def words_of(line):
            line = line.strip()
            return line.split(" ") if line else []

        counts = {}
        for line in train_lines:
            for word in words_of(line):
                counts[word] = counts.get(word, 0) + 1
        self.dictionary = Dictionary()
        self.dictionary.add_word("<eos>")
        for word in sorted(counts, key=counts.get, reverse=True):
            if len(self.dictionary) >= max_vocab:
                break
            self.dictionary.add_word(word)

        def convert(lines):
            ids = []
            for line in lines:
                ids.extend(self.dictionary.encode(words_of(line)))
                ids.append(1)
            return torch.tensor(ids, dtype=torch.int64)

        self.train = convert(train_lines)
        self.valid = convert(valid_lines)
        self.test = convert(test_lines)
