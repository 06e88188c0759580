"""With two running ends and a flag, as in the first code of BERT."""


def wordpiece_encode(word, vocab):
    is_bad, start, output = False, 0, []
    chars = list(word)
    while start < len(chars):
        end, current = len(chars), None
        while start < end:
            substring = "".join(chars[start:end])
            if start > 0:
                substring = "##" + substring
            if substring in vocab:
                current = substring
                break
            end -= 1
        if current is None:
            is_bad = True
            break
        output.append(current)
        start = end
    return ["[UNK]"] if is_bad else output
