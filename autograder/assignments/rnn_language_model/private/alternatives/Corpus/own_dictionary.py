"""Does not use Dictionary but another class with the same attributes; regular expressions; LongTensor."""

import re
from types import SimpleNamespace


class _Vocabulary:
    def __init__(self, words):
        self.idx2word = tuple(words)
        self.word2idx = dict(zip(self.idx2word, range(len(self.idx2word))))

    def __len__(self):
        return len(self.idx2word)

    def __contains__(self, word):
        return word in self.word2idx


class Corpus:
    def __init__(self, train_lines, valid_lines, test_lines, max_vocab):
        text = "\n".join(train_lines)
        frequent = Counter(re.findall(r"\S+", text))
        del frequent["<unk>"], frequent["<eos>"]
        words = ["<unk>", "<eos>"] + [word for word, n in frequent.most_common(max_vocab - 2)]
        self.dictionary = _Vocabulary(words)
        for name, lines in zip(("train", "valid", "test"), (train_lines, valid_lines, test_lines)):
            tokens = [token for line in lines for token in re.split(r"\s+", f"{line.strip()} <eos>".strip())]
            setattr(self, name, torch.LongTensor([self.dictionary.word2idx.get(t, 0) for t in tokens]))
