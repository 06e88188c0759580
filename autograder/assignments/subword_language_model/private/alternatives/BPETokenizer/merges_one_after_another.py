import base64


class BPETokenizer:
    def __init__(self, vocab, merges, specials=()):
        self._pieces = [vocab[i] for i in range(len(vocab))]
        self._merges = [tuple(m) for m in merges]
        self._specials = sorted(specials, key=lambda s: -len(s))
        self._order = list(specials)

    def _ordinary(self, text):
        numbers = {}
        for number, piece in enumerate(self._pieces[: len(self._pieces) - len(self._order)]):
            numbers.setdefault(piece, number)
        found = []
        for word in SPLIT.findall(text):
            row = [bytes((b,)) for b in word.encode()]
            for left, right in self._merges:
                if left not in row:
                    continue
                new, i = [], 0
                while i < len(row):
                    if i + 1 < len(row) and row[i] == left and row[i + 1] == right:
                        new.append(left + right)
                        i += 2
                    else:
                        new.append(row[i])
                        i += 1
                row = new
            found += [numbers[piece] for piece in row]
        return found

    def encode(self, text):
        ids, begin, i = [], 0, 0
        while i < len(text):
            hit = next((s for s in self._specials if text.startswith(s, i)), None)
            if hit is None:
                i += 1
                continue
            ids += self._ordinary(text[begin:i])
            ids.append(len(self._pieces) - len(self._order) + self._order.index(hit))
            i += len(hit)
            begin = i
        return ids + self._ordinary(text[begin:])

    def decode(self, ids):
        return bytes().join([self._pieces[i] for i in ids]).decode(errors="replace")

    def save(self, path):
        def line(*parts):
            return b" ".join(base64.b64encode(part) for part in parts)

        lines = [b"%d %d" % (len(self._pieces), len(self._merges))]
        lines += [line(piece) for piece in self._pieces] + [line(*pair) for pair in self._merges]
        lines += [line(special.encode()) for special in self._order]
        with open(path, "wb") as file:
            file.write(b"\n".join(lines))

    @staticmethod
    def load(path):
        with open(path, "rb") as file:
            head, *lines = file.read().split(b"\n")
        sizes = [int(part) for part in head.split()]
        rows = [[base64.b64decode(part) for part in line.split(b" ")] for line in lines]
        pieces = {i: row[0] for i, row in enumerate(rows[: sizes[0]])}
        merges = [tuple(row) for row in rows[sizes[0] : sum(sizes)]]
        return BPETokenizer(pieces, merges, [row[0].decode() for row in rows[sum(sizes) :]])
