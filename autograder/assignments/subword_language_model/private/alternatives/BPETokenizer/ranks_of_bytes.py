import struct


class BPETokenizer:
    """In the style of tiktoken: the rank of a merge is the id of what it makes."""

    def __init__(self, vocab, merges, specials=()):
        self.vocab, self.merges, self.specials = vocab, merges, tuple(specials)
        self.rank = {}
        for number in range(256 + len(merges)):
            self.rank.setdefault(vocab[number], number)

    def split_specials(self, text):
        while self.specials:
            places = [
                (text.find(special), -len(special), special) for special in self.specials if special in text
            ]
            if not places:
                break
            start, _, special = min(places)
            yield text[:start], None
            yield special, 256 + len(self.merges) + self.specials.index(special)
            text = text[start + len(special) :]
        yield text, None

    def encode(self, text):
        out = []
        for part, number in self.split_specials(text):
            if number is not None:
                out.append(number)
                continue
            for word in SPLIT.findall(part):
                raw = word.encode("utf-8")
                cuts = list(range(len(raw) + 1))
                while len(cuts) > 2:
                    ranked = [
                        (self.rank.get(raw[cuts[i] : cuts[i + 2]], 10**9), i) for i in range(len(cuts) - 2)
                    ]
                    rank, i = min(ranked)
                    if rank == 10**9:
                        break
                    del cuts[i + 1]
                out.extend(self.rank[raw[a:b]] for a, b in zip(cuts, cuts[1:]))
        return out

    def decode(self, ids):
        return b"".join(map(self.vocab.get, ids)).decode("utf-8", "replace")

    def save(self, path):
        parts = [self.vocab[i] for i in range(len(self.vocab))]
        parts += [part for pair in self.merges for part in pair] + [s.encode() for s in self.specials]
        blob = struct.pack("<III", len(self.vocab), len(self.merges), len(self.specials))
        Path(path).write_bytes(blob + b"".join(struct.pack("<I", len(part)) + part for part in parts))

    @classmethod
    def load(cls, path):
        blob = Path(path).read_bytes()
        sizes, place, parts = struct.unpack_from("<III", blob), 12, []
        while place < len(blob):
            (length,) = struct.unpack_from("<I", blob, place)
            parts.append(blob[place + 4 : place + 4 + length])
            place += 4 + length
        vocab = dict(enumerate(parts[: sizes[0]]))
        flat = parts[sizes[0] : sizes[0] + 2 * sizes[1]]
        merges = list(zip(flat[::2], flat[1::2]))
        return cls(vocab, merges, [part.decode() for part in parts[sizes[0] + 2 * sizes[1] :]])
