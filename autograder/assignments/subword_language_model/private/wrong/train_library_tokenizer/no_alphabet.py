# wrong: initial_alphabet is forgotten, so bytes that do not occur in the training text vanish
# common
def train_library_tokenizer(text: str, vocab_size: int, specials: Sequence[str] = ()) -> Any:
    import tokenizers
    from tokenizers.decoders import ByteLevel as ByteLevelDecoder
    from tokenizers.pre_tokenizers import ByteLevel

    tok = tokenizers.Tokenizer(tokenizers.models.BPE())
    tok.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tok.decoder = ByteLevelDecoder()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=vocab_size, special_tokens=list(specials), show_progress=False
    )
    tok.train_from_iterator([text], trainer=trainer)
    return tok
