"""A tensor for each line, concatenated; heapq for the most frequent; properties instead of attributes."""

import heapq


class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        self._texts = dict(train=train_lines, valid=valid_lines, test=test_lines)
        self.dictionary = Dictionary()
        eos = self.dictionary.add_word("<eos>")
        assert eos == 1
        counts = Counter()
        for line in train_lines:
            counts.update(line.split())
        counts = {word: n for word, n in counts.items() if word not in ("<unk>", "<eos>")}
        for word in heapq.nlargest(max_vocab - 2, counts, key=counts.get):
            self.dictionary.add_word(word)

    def _ids(self, lines):
        parts = [torch.empty(0, dtype=torch.int64)]
        for line in lines:
            ids = self.dictionary.encode(line.split())
            ids.append(1)
            parts.append(torch.tensor(ids))
        return torch.cat(parts)

    @property
    def train(self):
        return self._ids(self._texts["train"])

    @property
    def valid(self):
        return self._ids(self._texts["valid"])

    @property
    def test(self):
        return self._ids(self._texts["test"])
