def train_library_tokenizer(text, vocab_size, specials=()):
    from tokenizers import ByteLevelBPETokenizer

    tokenizer = ByteLevelBPETokenizer(add_prefix_space=False)
    tokenizer.train_from_iterator(
        [text], vocab_size=vocab_size, min_frequency=1, special_tokens=list(specials), show_progress=False
    )
    return tokenizer
