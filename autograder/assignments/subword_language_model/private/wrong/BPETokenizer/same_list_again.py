# wrong: encode remembers whole texts and returns the very same list again, so whoever changes it changes later answers
# odd
class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self.vocab, self.merges, self.specials = dict(vocab), list(merges), list(specials)
        self.rank = {m: i for i, m in enumerate(self.merges)}
        ordinary = len(self.vocab) - len(self.specials)
        self.lookup = {piece: i for i, piece in self.vocab.items() if i < ordinary}
        self.extra = {s: ordinary + i for i, s in enumerate(self.specials)}
        self.memory = {}

    def encode(self, text: str) -> list[int]:
        if text not in self.memory:
            self.memory[text] = self._encode(text)
        return self.memory[text]

    def _encode(self, text):
        if self.extra:
            longest = sorted(self.extra, key=len)[::-1]
            chunks = re.split("(%s)" % "|".join(re.escape(s) for s in longest), text)
        else:
            chunks = [text]
        out, words = [], {}
        for n, chunk in enumerate(chunks):
            if n % 2:
                out.append(self.extra[chunk])
            else:
                for w in SPLIT.findall(chunk):
                    if w not in words:
                        words[w] = self._word([bytes([x]) for x in w.encode("utf-8")])
                    out += words[w]
        return out

    def _word(self, p):
        while len(p) > 1:
            r, i = min((self.rank.get((p[i], p[i + 1]), 10**9), i) for i in range(len(p) - 1))
            if r == 10**9:
                break
            p[i : i + 2] = [p[i] + p[i + 1]]
        return [self.lookup[x] for x in p]

    def decode(self, ids: Sequence[int]) -> str:
        return b"".join(self.vocab[i] for i in ids).decode("utf-8", errors="replace")

    def save(self, path) -> None:
        plain = [p.decode("latin-1") for p in self.vocab.values()]
        pairs = [(a.decode("latin-1"), b.decode("latin-1")) for a, b in self.merges]
        with open(path, "w", encoding="utf-8") as file:
            json.dump([plain, pairs, self.specials], file)

    @classmethod
    def load(cls, path) -> "BPETokenizer":
        with open(path, encoding="utf-8") as file:
            plain, pairs, specials = json.load(file)
        vocab = {i: p.encode("latin-1") for i, p in enumerate(plain)}
        return cls(vocab, [(a.encode("latin-1"), b.encode("latin-1")) for a, b in pairs], specials)
