# wrong: encode takes the longest piece of the vocabulary from left to right instead of applying the merges
# common
class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self.vocab = vocab
        self.merges = merges
        self.specials = list(specials)
        n = len(vocab) - len(self.specials)
        self.to_id = {}
        for i in range(n):
            self.to_id[vocab[i]] = i
        self.longest = max(len(piece) for piece in self.to_id)
        self.special_to_id = dict(zip(self.specials, range(n, len(vocab))))

    def encode(self, text: str) -> list[int]:
        ids = []
        if self.specials:
            pattern = "|".join(re.escape(s) for s in sorted(self.specials, key=len, reverse=True))
            parts = re.split("(" + pattern + ")", text)
        else:
            parts = [text]
        for part in parts:
            if part in self.special_to_id:
                ids.append(self.special_to_id[part])
            else:
                for word in SPLIT.findall(part):
                    data = word.encode("utf-8")
                    while data:
                        size = min(self.longest, len(data))
                        while data[:size] not in self.to_id:
                            size -= 1
                        ids.append(self.to_id[data[:size]])
                        data = data[size:]
        return ids

    def decode(self, ids: Sequence[int]) -> str:
        data = bytearray()
        for i in ids:
            data += self.vocab[i]
        return data.decode("utf-8", "replace")

    def save(self, path) -> None:
        import pickle

        with open(path, "wb") as f:
            pickle.dump((self.vocab, self.merges, self.specials), f)

    @classmethod
    def load(cls, path) -> "BPETokenizer":
        import pickle

        with open(path, "rb") as f:
            return cls(*pickle.load(f))
