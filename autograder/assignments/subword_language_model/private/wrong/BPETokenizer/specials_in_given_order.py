# wrong: where one special is the beginning of another, the one given first wins instead of the longer
# common
class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self.vocab = dict(vocab)
        self.merges = [tuple(m) for m in merges]
        self.specials = list(specials)
        self.rank = {}
        for r, m in enumerate(self.merges):
            self.rank[m] = r
        self.cut_at = len(self.vocab) - len(self.specials)
        self.id_of = {self.vocab[i]: i for i in range(self.cut_at)}
        self.cache = {}

    def _word(self, word):
        if word in self.cache:
            return self.cache[word]
        parts = [bytes([b]) for b in word.encode("utf-8")]
        while True:
            best = None
            for i in range(len(parts) - 1):
                r = self.rank.get((parts[i], parts[i + 1]))
                if r is not None and (best is None or r < best):
                    best = r
            if best is None:
                break
            parts = list(merge_pair(tuple(parts), self.merges[best]))
        self.cache[word] = [self.id_of[p] for p in parts]
        return self.cache[word]

    def encode(self, text: str) -> list[int]:
        ids = []
        order = self.specials
        pattern = re.compile("|".join(re.escape(s) for s in order)) if order else None
        pos = 0
        while pos < len(text):
            hit = pattern.search(text, pos) if pattern else None
            end = hit.start() if hit else len(text)
            for word in SPLIT.findall(text[pos:end]):
                ids += self._word(word)
            if hit is None:
                break
            ids.append(self.cut_at + self.specials.index(hit.group()))
            pos = hit.end()
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        return b"".join([self.vocab[i] for i in ids]).decode("utf-8", errors="replace")

    def save(self, path) -> None:
        data = {
            "vocab": {str(i): list(p) for i, p in self.vocab.items()},
            "merges": [[list(a), list(b)] for a, b in self.merges],
            "specials": self.specials,
        }
        with open(path, "w", encoding="utf-8") as f:
            json.dump(data, f)

    @classmethod
    def load(cls, path) -> "BPETokenizer":
        with open(path, encoding="utf-8") as f:
            data = json.load(f)
        vocab = {int(i): bytes(p) for i, p in data["vocab"].items()}
        merges = [(bytes(a), bytes(b)) for a, b in data["merges"]]
        return cls(vocab, merges, data["specials"])
