# wrong: the merges are saved as lines 'first second' and split at the space again, so pieces that hold a space or a line end come back wrong
# odd
class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self.vocab = dict(vocab)
        self.merges = list(merges)
        self.specials = list(specials)
        self.order = {m: k for k, m in enumerate(self.merges)}
        n = len(self.vocab) - len(self.specials)
        self.special_ids = {s: n + k for k, s in enumerate(self.specials)}
        self.piece_ids = {p: i for i, p in self.vocab.items() if i < n}

    def _cut(self, pieces):
        ranks = [self.order.get(p, len(self.order)) for p in pairwise(pieces)]
        if not ranks or min(ranks) == len(self.order):
            return pieces
        return self._cut(merge_pair(pieces, self.merges[min(ranks)]))

    def _plain(self, text):
        ids = []
        for w in SPLIT.findall(text):
            ids.extend(self.piece_ids[p] for p in self._cut(tuple(bytes([b]) for b in w.encode("utf-8"))))
        return ids

    def encode(self, text: str) -> list[int]:
        if not self.specials:
            return self._plain(text)
        pattern = "|".join(map(re.escape, sorted(self.specials, key=len, reverse=True)))
        ids, start = [], 0
        for m in re.finditer(pattern, text):
            ids += self._plain(text[start : m.start()])
            ids.append(self.special_ids[m[0]])
            start = m.end()
        return ids + self._plain(text[start:])

    def decode(self, ids: Sequence[int]) -> str:
        return b"".join(self.vocab[i] for i in ids).decode("utf-8", errors="replace")

    def save(self, path) -> None:
        lines = [a + b" " + b for a, b in self.merges]
        head = json.dumps(self.specials).encode("utf-8")
        Path(path).write_bytes(b"\n".join([head, *lines]))

    @classmethod
    def load(cls, path) -> "BPETokenizer":
        head, *lines = Path(path).read_bytes().split(b"\n")
        specials = json.loads(head)
        merges = []
        for line in lines:
            first, _, second = line.partition(b" ")
            merges.append((first, second))
        vocab = {i: bytes([i]) for i in range(256)}
        for a, b in merges:
            vocab[len(vocab)] = a + b
        for s in specials:
            vocab[len(vocab)] = s.encode("utf-8")
        return cls(vocab, merges, specials)
