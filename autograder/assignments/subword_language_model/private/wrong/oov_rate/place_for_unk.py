# wrong: one place of the vocabulary is kept for <unk>, so it has one word too few
# odd
def oov_rate(train_words: Sequence[str], test_words: Sequence[str], max_vocab: int) -> float:
    c = Counter(train_words)
    word_to_id = {"<unk>": 0}
    for w, n in c.most_common():
        if len(word_to_id) >= max_vocab:
            break
        word_to_id[w] = len(word_to_id)
    ids = [word_to_id.get(w, 0) for w in test_words]
    return ids.count(0) / len(ids)
