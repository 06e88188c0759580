# wrong: the leftmost pair that is any merge is merged first, regardless of the order in which merges were learnt
# common
class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self.vocab, self.merges, self.specials = vocab, merges, tuple(specials)
        self.known = set(merges)
        first = len(vocab) - len(self.specials)
        self.ids = {p: i for i, p in vocab.items() if i < first}
        self.special_ids = {s: first + k for k, s in enumerate(self.specials)}

    def _join(self, pieces):
        i = 0
        while i < len(pieces) - 1:
            if (pieces[i], pieces[i + 1]) in self.known:
                pieces[i : i + 2] = [pieces[i] + pieces[i + 1]]
                i = max(i - 1, 0)
            else:
                i += 1
        return pieces

    def encode(self, text: str) -> list[int]:
        result, plain, i = [], [], 0
        by_length = sorted(self.specials, key=len, reverse=True)

        def flush():
            for word in SPLIT.findall("".join(plain)):
                for piece in self._join([bytes([b]) for b in word.encode("utf-8")]):
                    result.append(self.ids[piece])
            plain.clear()

        while i < len(text):
            for s in by_length:
                if text.startswith(s, i):
                    flush()
                    result.append(self.special_ids[s])
                    i += len(s)
                    break
            else:
                plain.append(text[i])
                i += 1
        flush()
        return result

    def decode(self, ids: Sequence[int]) -> str:
        return b"".join(map(self.vocab.__getitem__, ids)).decode(errors="replace")

    def save(self, path) -> None:
        Path(path).write_text(repr((self.vocab, self.merges, self.specials)), encoding="utf-8")

    @classmethod
    def load(cls, path) -> "BPETokenizer":
        from ast import literal_eval

        return cls(*literal_eval(Path(path).read_text(encoding="utf-8")))
