from functools import lru_cache


class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self.vocab = vocab
        by_piece = {piece: number for number, piece in sorted(vocab.items(), reverse=True)}
        self.pairs = {(by_piece[a], by_piece[b]): 256 + i for i, (a, b) in enumerate(merges)}
        self.merges, self.specials = merges, specials
        self.special_numbers = dict(
            zip(specials, range(256 + len(merges), 256 + len(merges) + len(specials)))
        )
        self.word = lru_cache(maxsize=None)(self._word)

    def _word(self, word):
        ids = list(word.encode("utf-8"))
        while len(ids) >= 2:
            candidates = [pair for pair in zip(ids, ids[1:]) if pair in self.pairs]
            if not candidates:
                break
            pair = min(candidates, key=self.pairs.__getitem__)
            merged = []
            for number in ids:
                if merged and (merged[-1], number) == pair:
                    merged[-1] = self.pairs[pair]
                else:
                    merged.append(number)
            ids = merged
        return tuple(ids)

    def encode(self, text):
        pattern = re.compile(
            "|".join(re.escape(s) for s in sorted(self.special_numbers, key=len)[::-1]) or r"(?!)"
        )
        ids, end = [], 0
        for match in pattern.finditer(text):
            ids += self._plain(text[end : match.start()]) + [self.special_numbers[match[0]]]
            end = match.end()
        return ids + self._plain(text[end:])

    def _plain(self, text):
        return [number for match in SPLIT.finditer(text) for number in self.word(match[0])]

    def decode(self, ids):
        data = bytearray()
        for number in ids:
            data += self.vocab[number]
        return str(data, "utf-8", "replace")

    def save(self, path):
        with open(path, "w", encoding="ascii") as file:
            print(
                repr((self.vocab, self.merges, list(self.specials))).encode("unicode_escape").decode("ascii"),
                file=file,
            )

    @classmethod
    def load(cls, path):
        import ast

        with open(path, encoding="ascii") as file:
            return cls(*ast.literal_eval(file.read().strip().encode("ascii").decode("unicode_escape")))
