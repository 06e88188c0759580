from tokenizers import Tokenizer
from tokenizers.decoders import ByteLevel as BytesToText
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer


def train_library_tokenizer(text, vocab_size, specials=()):
    result = Tokenizer(BPE())
    result.pre_tokenizer = ByteLevel(add_prefix_space=False)
    result.decoder = BytesToText()
    teacher = BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=[*specials],
        initial_alphabet=ByteLevel.alphabet(),
        min_frequency=2,
        show_progress=False,
    )
    result.train_from_iterator(text.splitlines(keepends=True), teacher)
    return result
